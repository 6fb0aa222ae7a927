"""The rows of the indicator table: each line's labels, and its cells fitted to the header."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import zip_longest

from jixiao_parser.recognise import labels
from jixiao_parser.recognise.grid import Item, Line
from jixiao_parser.recognise.parts.align import Fit, Slot, fit
from jixiao_parser.recognise.parts.own_labels import own_labels
from jixiao_parser.recognise.parts.suits import complete, suits
from jixiao_parser.recognise.texts import is_several_numbers

LEVELS = ("frame", "level1", "level2")
COST = "成本"
DEFAULT = tuple(
    Slot(name, at)
    for at, name in enumerate(("frame", "level1", "level2", "name", "target", "actual", "weight", "score", "deviation"))
)


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """One indicator as its line says it. ``level1`` and ``level2`` are labels printed on this very line.

    ``twin`` counts from 0 where one line holds several indicators; None where it holds one.
    """

    line: Line
    level1: Item | None
    level2: Item | None
    fit: Fit
    labels_moved: bool = False
    twin: int | None = None

    def item(self, name: str) -> Item | None:
        """The cell of a column, if it is not empty."""
        return self.fit.items.get(name)


@dataclass(frozen=True, slots=True)
class _Labels:
    level1: Item | None
    level2: Item | None
    rest: tuple[Item, ...]
    last: Item | None


def rows_of(lines: Sequence[Line], slots: Sequence[Slot]) -> Iterator[IndicatorRow]:
    """The indicators in document order. Lines that are none (rubble, page numbers) give nothing.

    A label that stands on a line of its own belongs to the next row.
    """
    body = tuple(slot for slot in slots if slot.name not in LEVELS)
    columns = {slot.name: slot.column for slot in slots}
    waiting: _Labels | None = None
    level: str | None = None
    for line in lines:
        if any(labels.key(item.text or "") in labels.SUBTOTALS for item in line.items[:3]):
            continue
        found = _labels_of(line, columns.get("level2", -1))
        row = _row(line, found, body, columns, level)
        if row is None:
            if not found.rest and (found.level1 or found.level2):
                waiting = found
            continue
        if waiting is not None:
            row = replace(row, level1=row.level1 or waiting.level1, level2=row.level2 or waiting.level2)
            waiting = None
        if row.level2 is not None:
            level = _word(row.level2)
        yield from _parted(row)


def _word(label: Item) -> str | None:
    return labels.LEVEL2.get(labels.level_key(label.text or ""))


def _labels_of(line: Line, column: int) -> _Labels:
    """The labels that a line begins with; 满意度 is either level, the second in its ``column``."""
    level1 = level2 = last = None
    at = 0
    for item, after in zip_longest(line.items, line.items[1:]):
        text = item.text or ""
        if labels.INDICATOR_COLUMNS.get(labels.key(text)) == "frame" and at == 0:
            pass
        elif level2 is None and level1 is None and _is_level1(item, after, column):
            level1 = last = item
        elif level2 is None and labels.is_points_fragment(text):
            pass
        elif level2 is None and labels.level_key(text) in labels.LEVEL2:
            level2 = last = item
        else:
            break
        at += 1
    return _Labels(level1, level2, line.items[at:], last)


def _is_level1(item: Item, after: Item | None, column: int) -> bool:
    key = labels.level_key(item.text or "")
    if key in labels.LEVEL1:
        alone = after is None or labels.level_key(after.text or "") not in labels.LEVEL2
        return not (key in labels.LEVEL2 and item.column == column and alone and not labels.points_of(item.text or ""))
    return _is_cost(item, after)


def _is_cost(item: Item, after: Item | None) -> bool:
    """Whether 成本指标 is a first level: one of its kinds (经济成本, 社会成本…) stands beside it."""
    kind = labels.level_key(after.text or "") if after else ""
    return labels.level_key(item.text or "") == COST and kind != COST and labels.LEVEL2.get(kind) == COST


def _row(
    line: Line, found: _Labels, body: Sequence[Slot], columns: Mapping[str, int], level: str | None
) -> IndicatorRow | None:
    """``level`` is the second level that the rows above have: its label printed once more is an indicator's name."""
    whole_row = partial(complete, frozenset(slot.name for slot in body))
    reading = fit(found.rest, body, suits, whole_row) if found.rest else None
    if reading is None or reading.displaced or reading.surplus:
        own = own_labels(line, body, columns, whole_row)
        if own is not None or reading is None:
            return IndicatorRow(line, *own) if own else None
    again = found.last is not None and (found.last is found.level1 or _word(found.last) == level)
    if again and found.last is not None and _lacks_its_name(reading):
        whole = fit((found.last, *found.rest), body, suits, whole_row)
        if whole is not None and whole.items.get("name") is found.last:
            level1 = None if found.last is found.level1 else found.level1
            return IndicatorRow(line, level1, None, whole)
    moved = any(
        label is not None and name in columns and label.column != columns[name]
        for name, label in (("level1", found.level1), ("level2", found.level2))
    )
    return IndicatorRow(line, found.level1, found.level2, reading, moved)


def _lacks_its_name(reading: Fit) -> bool:
    """Whether a row has a target but no name, so that what looks like a level's label must be the name."""
    target = reading.items.get("target")
    return "name" not in reading.items and target is not None and target.text not in labels.PLACEHOLDERS


def _parted(row: IndicatorRow) -> Iterator[IndicatorRow]:
    """A line that holds several indicators (weights "6.00 6.00") gives several rows, if every cell parts alike."""
    weight = row.item("weight")
    if weight is None or not is_several_numbers(weight.raw):
        yield row
        return
    count = len(weight.raw.split())
    parts = {name: _parts(item, count) for name, item in row.fit.items.items()}
    if any(cut is None for cut in parts.values()):
        yield row
        return
    for at in range(count):
        items = {name: cut[at] for name, cut in parts.items() if cut}
        yield replace(row, fit=Fit(items, None), twin=at)


def _parts(item: Item, count: int) -> list[Item] | None:
    pieces: list[str] = []
    for piece in item.raw.split():
        if pieces and pieces[-1][-1] in ",，、;；。:：":
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return [item._replace(text=piece) for piece in pieces] if len(pieces) == count else None
