"""The rows of the indicator table: each line's labels, and its cells fitted to the header."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import zip_longest

from jixiao_parser.recognise import labels
from jixiao_parser.recognise.align import IMPOSSIBLE, Fit, Slot, fit
from jixiao_parser.recognise.grid import Item, Line
from jixiao_parser.recognise.texts import is_dash, is_hashes, is_measure, is_number, is_several_numbers, number

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
        found = _labels_of(line)
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


def _labels_of(line: Line) -> _Labels:
    level1 = level2 = last = None
    at = 0
    for item, after in zip_longest(line.items, line.items[1:]):
        text = item.text or ""
        if labels.INDICATOR_COLUMNS.get(labels.key(text)) == "frame" and at == 0:
            pass
        elif level2 is None and level1 is None and (labels.level_key(text) in labels.LEVEL1 or _is_cost(item, after)):
            level1 = last = item
        elif level2 is None and labels.is_points_fragment(text):
            pass
        elif level2 is None and labels.level_key(text) in labels.LEVEL2:
            level2 = last = item
        else:
            break
        at += 1
    return _Labels(level1, level2, line.items[at:], last)


def _is_cost(item: Item, after: Item | None) -> bool:
    """Whether 成本指标 is a first level: one of its kinds (经济成本, 社会成本…) stands beside it."""
    kind = labels.level_key(after.text or "") if after else ""
    return labels.level_key(item.text or "") == COST and kind != COST and labels.LEVEL2.get(kind) == COST


def _own_labels(line: Line, body: Sequence[Slot], columns: Mapping[str, int]) -> IndicatorRow | None:
    """The row if labels of its own wording stand in the columns of the levels and everything else in its place."""
    own = {line.items[0].column: line.items[0]} | {item.column: item for item in line.items[1:2]}
    level1, level2 = (own.get(columns.get(name, -1)) for name in ("level1", "level2"))
    rest = tuple(item for item in line.items if item is not level1 and item is not level2)
    if "weight" not in columns or len(rest) == len(line.items) or not rest:
        return None
    reading = fit(rest, body, _suits, partial(_complete, frozenset(slot.name for slot in body)))
    return IndicatorRow(line, level1, level2, reading) if reading and not reading.displaced else None


def _row(
    line: Line, found: _Labels, body: Sequence[Slot], columns: Mapping[str, int], level: str | None
) -> IndicatorRow | None:
    """``level`` is the second level that the rows above have: its label printed once more is an indicator's name."""
    complete = partial(_complete, frozenset(slot.name for slot in body))
    reading = fit(found.rest, body, _suits, complete) if found.rest else None
    if reading is None or reading.surplus:
        own = _own_labels(line, body, columns)
        if own is not None or reading is None:
            return own
    again = found.last is not None and (found.last is found.level1 or _word(found.last) == level)
    if again and found.last is not None and _lacks_its_name(reading):
        whole = fit((found.last, *found.rest), body, _suits, complete)
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


def _suits(name: str, item: Item) -> float:
    text = item.text
    if text is None:
        return 0.0
    plain = is_number(text)
    if name == "weight":
        return 0.0 if plain or is_hashes(text) or is_several_numbers(item.raw) else IMPOSSIBLE
    if name == "score":
        if plain or is_hashes(text) or is_dash(text) or is_several_numbers(item.raw):
            return 0.0
        return 0.2 if text in labels.PLACEHOLDERS else IMPOSSIBLE
    if name in ("name", "deviation"):
        return 3.0 if is_measure(text) else 0.0
    return 0.0


def _complete(known: frozenset[str], found: Mapping[str, Item]) -> float:
    """A row has a weight and a score, where the table has these columns; a score alone will do beside a name."""
    weight, score = found.get("weight"), found.get("score")
    cost = 0.0
    if "weight" in known and weight is None:
        if score is None or "name" not in found:
            return IMPOSSIBLE
        cost += 4.0
    if "weight" not in known and len(found) < 2:
        return IMPOSSIBLE
    if "score" in known and score is None:
        cost += 2.5
    if weight is not None and score is not None and (number(score.text) or 0) > (number(weight.text) or 0):
        cost += 2.0
    if "actual" not in found:
        cost += 1.0
    if "target" not in found and "name" in found:
        cost += 1.2
    said = [found[name].text for name in ("target", "actual") if name in found]
    if "name" not in found and any(text not in labels.PLACEHOLDERS for text in said):
        cost += 2.5
    return cost


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
