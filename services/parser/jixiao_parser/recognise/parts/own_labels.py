"""Levels in words of their own (项目决策、资金管理): known by where they stand, not by what they say."""

from collections.abc import Mapping, Sequence

from jixiao_parser.recognise import labels
from jixiao_parser.recognise.grid import Item, Line
from jixiao_parser.recognise.parts.align import Complete, Fit, Slot, moved_whole
from jixiao_parser.recognise.parts.suits import suits
from jixiao_parser.recognise.texts import is_measure

_KNOWN = labels.LEVEL1.keys() | labels.LEVEL2.keys() | labels.PLACEHOLDERS

Labelled = tuple[Item | None, Item | None, Fit]
"""The labels of a row, first and second level, and how the rest of it is read."""


def own_labels(line: Line, body: Sequence[Slot], columns: Mapping[str, int], whole: Complete) -> Labelled | None:
    """How a row reads if labels of its own wording stand before its name, and all behind them is as the header says.

    They stand in the columns of the levels, or before all else where the row has lost its empty cells.
    """
    if "weight" not in columns or "level2" not in columns:
        return None
    start = {item.column: item for item in line.items[:3]}
    level1, level2 = start.get(columns.get("level1", -1)), start.get(columns["level2"])
    ways = [(level1, level2), (None, line.items[0]), (line.items[0], line.items[1] if len(line.items) > 1 else None)]
    for one, two in ways:
        last = two or one
        if last is None or not _are_own(one, two):
            continue
        rest = line.items[line.items.index(last) + 1 :]
        reading = moved_whole(rest, body, suits, whole) if rest else None
        if reading is not None:
            return one, two, reading
    return None


def _are_own(level1: Item | None, level2: Item | None) -> bool:
    """Whether these can be labels, and one of them is no known one."""
    tables = ((level1, labels.LEVEL1), (level2, labels.LEVEL2))
    keys = [(labels.level_key(label.text or ""), table) for label, table in tables if label]
    own = [key for key, table in keys if key not in table]
    return bool(own) and not any(key in _KNOWN or is_measure(key) for key in own)
