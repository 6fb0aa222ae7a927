"""The indicators of a form as values, with the doubts that their place in the table raises."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from jixiao.forms.model import Decision, Doubt, DoubtKind, Indicator, Value
from jixiao_parser.recognise import labels
from jixiao_parser.recognise.grid import Item, Line
from jixiao_parser.recognise.parts.align import Slot
from jixiao_parser.recognise.parts.levels import Level, levels_of, points_of, weights_of
from jixiao_parser.recognise.parts.marks import sums_by_level
from jixiao_parser.recognise.parts.money import LOST, OTHER, columns_of
from jixiao_parser.recognise.parts.rows import DEFAULT, IndicatorRow, rows_of
from jixiao_parser.recognise.sections import Pieces
from jixiao_parser.recognise.texts import is_relation, is_several_numbers

CORE = {"level2", "name", "target", "actual", "weight", "score"}
MEASURES = "measures"
FIELDS = ("name", "target", "actual", "weight", "score", "deviation")
TORN = Doubt(kind=DoubtKind.DISPLACED, note="本行单元格之间错位，已按表头和数字归位。")
SHIFTED = Doubt(kind=DoubtKind.DISPLACED, note="本行整体错位，已归位；各级分值合计未能印证。")
RELABELLED = Doubt(kind=DoubtKind.DISPLACED, note="指标级别的标签错行，已按各级分值合计归位。")
MISLABELLED = Doubt(kind=DoubtKind.DISPLACED, note="指标级别的标签不在其列中，已归位。")
SURPLUS = Doubt(kind=DoubtKind.GUESSED, note="本行比表头多出单元格，多出的内容未采用。")
SEVERAL = Doubt(kind=DoubtKind.GUESSED, note="一个单元格中印有几个数字，无法确定取哪一个。")
PARTED = Doubt(kind=DoubtKind.DISPLACED, note="一行中并列几项指标，已分开。")


def indicators_of(pieces: Pieces, reasoned: bool) -> tuple[tuple[Indicator, ...], list[Decision]]:
    """The indicators in document order, and what was decided on their levels.

    ``reasoned``: the layout has a column for the reasons of deviations, so that one that is missing was lost.
    """
    slots = columns_of(pieces.indicators_header, labels.indicator_column, labels.INDICATOR_COLUMNS, DEFAULT)
    others = _others(pieces.indicators_header, slots)
    first = min((slot.column for slot in slots), default=0)
    before = {slot.column for slot in others if slot.column < first}
    lines = _without(before, pieces.indicators) if before else pieces.indicators
    rows = list(rows_of(lines, sorted((*slots, *others), key=lambda slot: slot.column)))
    levels, decisions = levels_of(rows)
    sure = _confirmed(rows, levels)
    missing = _missing({slot.name for slot in slots}, reasoned)
    found = tuple(
        _indicator(row, level, missing, level.level1 in sure) for row, level in zip(rows, levels, strict=True)
    )
    return found, decisions


def _others(header: Line | None, slots: Sequence[Slot]) -> list[Slot]:
    """The columns of no record (序号、评分标准), where the header names all that rows are read by."""
    if header is None or not {slot.name for slot in slots} >= CORE:
        return []
    known = {slot.column for slot in slots}
    found = [item for item in header.items if item.column not in known]
    frames = [item for item in found if labels.key(item.text or "") in labels.SECTIONS]
    return [Slot(_other_name(item), item.column) for item in found if item not in frames]


def _other_name(item: Item) -> str:
    """A second column of reasons (原因、改进措施) is told apart from those of no record."""
    return MEASURES if labels.indicator_column(item.text or "") == "deviation" else f"{OTHER}{item.column}"


def _without(columns: Container[int], lines: Sequence[Line]) -> list[Line]:
    """The lines without what stands in these columns."""
    left = (replace(line, items=tuple(item for item in line.items if item.column not in columns)) for line in lines)
    return [line for line in left if line.items]


def _missing(known: set[str], reasoned: bool) -> dict[str, Doubt | None]:
    """The columns that the header does not name, with a doubt where such a table has them and they were cut off."""
    lost = {"actual"} | ({"score"} if "weight" in known else set()) | ({"deviation"} if reasoned else set())
    return {name: LOST if name in lost else None for name in FIELDS if name not in known}


def _confirmed(rows: Sequence[IndicatorRow], levels: Sequence[Level]) -> set[str | None]:
    """The first levels whose weights make the points they have: each of their rows was read and stands right."""
    weights = weights_of(rows)
    if weights is None or any(level.level1 is None for level in levels):
        return set()
    sums = sums_by_level([level.level1 for level in levels], weights)
    return {level for level, wanted in points_of(rows).items() if sums.get(level, Decimal(0)) == wanted}


def _indicator(row: IndicatorRow, level: Level, missing: Mapping[str, Doubt | None], confirmed: bool) -> Indicator:
    values = {name: _value(row, name, missing, confirmed) for name in FIELDS}
    doubt = RELABELLED if level.moved else MISLABELLED if row.labels_moved and not confirmed else None
    return Indicator(
        level1=_label(level.label1 or level.label2, level.level1, row.line, doubt),
        level2=_label(level.label2, level.level2, row.line, doubt),
        **values,
    )


def _value(row: IndicatorRow, name: str, missing: Mapping[str, Doubt | None], confirmed: bool) -> Value:
    item = row.item(name)
    doubt = _doubt(row, name, item, confirmed)
    if name == "deviation" and item is None:
        item = row.item(MEASURES)
    if item is not None:
        text = labels.without_number(item.text) if name == "name" and item.text else item.text
        if name == "target" and text:
            relation = _with(row, "relation")
            text = (relation if is_relation(relation) else "") + text + _with(row, "measure")
        if name == "deviation" and item is not row.item(MEASURES) and text:
            text += _with(row, MEASURES)
        return row.line.value(item, doubt, text)
    if name in missing:
        return row.line.missing(missing[name])
    return row.line.blank(doubt)


def _with(row: IndicatorRow, name: str) -> str:
    """What some forms print of a target in columns of its own: ≥ (or 定性) before it, the unit behind it."""
    item = row.item(name)
    return (item.text or "") if item and item.text not in labels.PLACEHOLDERS else ""


def _doubt(row: IndicatorRow, name: str, item: Item | None, confirmed: bool) -> Doubt | None:
    """Weights and scores that close the form's sums are sure wherever they stood; so is a row moved as a whole."""
    if item is not None and name in ("weight", "score") and is_several_numbers(item.text or ""):
        return SEVERAL
    if confirmed and (name in ("weight", "score") or (row.fit.shift is not None and not row.fit.surplus)):
        return None
    if row.fit.surplus:
        return SURPLUS
    if row.fit.shift is None:
        return TORN if row.twin is None else PARTED
    return SHIFTED if row.fit.displaced else None


def _label(place: tuple[Line, Item] | None, word: str | None, line: Line, doubt: Doubt | None) -> Value:
    if word is None:
        return Value()
    if place is None:
        return Value(text=word, evidence=line.place(), doubt=doubt)
    return place[0].value(place[1], doubt, text=word)
