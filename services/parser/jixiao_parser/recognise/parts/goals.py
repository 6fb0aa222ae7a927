"""The goals: what was expected of the year and what became of it."""

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from jixiao.forms.model import Value
from jixiao_parser.recognise import labels
from jixiao_parser.recognise.grid import Item, Line
from jixiao_parser.recognise.sections import Pieces

_HEADERS = (labels.INDICATOR_COLUMNS | labels.GOALS).keys() - {
    "完成情况",
    "实际完成",
}  # a goal may be told in these words
_HEADING = re.compile(r"[一二三四五六七八九十]{1,2}、[^，。；、]{1,10}")  # 三、绩效指标


def goals_of(pieces: Pieces) -> tuple[Value, Value]:
    """(expected, actual). Texts that go on in further lines are joined by their columns."""
    if pieces.goals_header is None:
        return Value(), Value()
    told = dict(_beside_labels([pieces.goals_header, *pieces.goals]))
    if {"expected", "actual"} <= told.keys():
        return told["expected"], told["actual"]
    columns = _columns_of(pieces.goals_header)
    expected: list[tuple[Line, Item]] = []
    actual: list[tuple[Line, Item]] = []
    for line in pieces.goals:
        if len(line.items) == 1 and _HEADING.fullmatch(line.items[0].text or ""):
            continue
        texts = [item for item in line.items if labels.key(item.text or "") not in _HEADERS]
        if len(texts) > 1:
            expected.append((line, texts[0]))
            actual += [(line, item) for item in texts[1:]]
        elif texts:
            middle = columns.get("actual", columns.get("expected", 0) + 1)
            (actual if texts[0].column >= middle else expected).append((line, texts[0]))
    return _joined(pieces.goals_header, expected), _joined(pieces.goals_header, actual)


def _beside_labels(lines: Sequence[Line]) -> Iterator[tuple[str, Value]]:
    """Goals that stand behind their labels, in the next cell or in the same one after a colon."""
    for line in lines:
        for item, after in zip_longest(line.items, line.items[1:]):
            name, text = labels.goal(item.text or "")
            if name in ("expected", "actual"):
                if text:
                    yield name, line.value(item, text=text)
                elif after is not None and labels.goal(after.text or "")[0] is None:
                    yield name, line.value(after)


def _columns_of(header: Line) -> dict[str | None, int]:
    """The columns by what they hold; 年度总体目标完成情况 beside 年初设定目标 is what became of it."""
    found = {labels.GOALS.get(labels.key(item.text or "")): item.column for item in header.items}
    if "actual" not in found and found.get("frame", -1) > found.get("expected", 0):
        found["actual"] = found["frame"]
    return found


def _joined(header: Line, parts: list[tuple[Line, Item]]) -> Value:
    if not parts:
        return header.blank()
    line, first = parts[0]
    return line.value(first, text="".join(item.text or "" for _, item in parts))
