"""The funds table: four rows of money, the first with weight, rate and score."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from jixiao.forms.model import Doubt, DoubtKind, Funds, FundsRow, FundsTotal, Value
from jixiao_parser.recognise import labels
from jixiao_parser.recognise.grid import Item, Line
from jixiao_parser.recognise.parts.agreement import disagreement
from jixiao_parser.recognise.parts.align import Fit, Slot, fit
from jixiao_parser.recognise.sections import Pieces
from jixiao_parser.recognise.texts import is_dash, is_hashes, is_number

OTHER = "other"
AMOUNTS = ("initial", "budget", "executed")
DEFAULT = tuple(
    Slot(name, at) for at, name in enumerate(("initial", "budget", "executed", "weight", "rate", "score"), start=2)
)
LOST = Doubt(kind=DoubtKind.LOST_COLUMN, note="表格右侧被截断，原文没有这一列。")
MOVED = Doubt(kind=DoubtKind.DISPLACED, note="资金行的单元格错位，已按表头和数字归位。")


def columns_of(
    header: Line | None, named: Callable[[str], str | None], words: Container[str], default: Sequence[Slot]
) -> tuple[Slot, ...]:
    """The columns that a header row names, in their order; the usual ones when there is no header.

    ``words``: the labels that are known; what a label says in part counts where no other says it outright.
    """
    if header is None:
        return tuple(default)
    found: dict[str, Slot] = {}
    for item in sorted(header.items, key=lambda item: labels.key(item.text or "") not in words):
        name = named(item.text or "")
        if name and name != "other":
            found.setdefault(name, Slot(name, item.column))
    return tuple(sorted(found.values(), key=lambda slot: slot.column))


def funds_of(pieces: Pieces) -> Funds:
    """The funds table of a form."""
    slots = columns_of(pieces.funds_header, labels.fund_column, labels.FUND_COLUMNS, DEFAULT)
    slots = _with_others(pieces.funds_header, slots)
    rows: dict[str, dict[str, Value]] = {}
    for line in pieces.funds:
        at, name = next((at, name) for at, item in enumerate(line.items) if (name := _row_named(item)))
        rows.setdefault(name, _row(line, line.items[at + 1 :], slots, name))
    if "total" not in rows:
        rows["total"] = _alone(pieces, slots) or _in_pairs(pieces)
    total = FundsTotal(**rows.get("total", {}))
    if total.weight.text is None and "weight" not in {slot.name for slot in slots}:
        total = replace(total, weight=_weight_of_heading(pieces))
    return Funds(total=total, **{name: FundsRow(**rows.get(name, {})) for name in ("fiscal", "carryover", "other")})


def _with_others(header: Line | None, slots: Sequence[Slot]) -> tuple[Slot, ...]:
    """The columns with those among them that no record holds: 1-9月执行数."""
    first = min((slot.column for slot in slots), default=0)
    known = {slot.column for slot in slots}
    items = [item for item in header.items if item.column > first and item.column not in known] if header else []
    others = [Slot(f"{OTHER}{item.column}", item.column) for item in items]
    return tuple(sorted((*slots, *others), key=lambda slot: slot.column))


def _row_named(item: Item) -> str | None:
    word = labels.key(item.text or "")
    return "total" if word in labels.TOTALS else labels.FUND_ROWS.get(word)


def _alone(pieces: Pieces, slots: Sequence[Slot]) -> dict[str, Value]:
    """The figures below the header where no label stands before them: the form has this one row of money."""
    lines = pieces.others if pieces.funds_header and not pieces.funds else []
    line = next((line for line in lines if all(is_number(item.text or "") for item in line.items)), None)
    return _row(line, line.items, slots, "total") if line else {}


def _in_pairs(pieces: Pieces) -> dict[str, Value]:
    """The money where each figure stands behind its own label: 当年预算数（元）：600000."""
    return {
        name: line.value(item)
        for line in (*pieces.fields, *pieces.others)
        for label, item in pairwise(line.items)
        if (name := labels.FUND_COLUMNS.get(labels.key(label.text or ""))) and is_number(item.text or "")
    }


def _weight_of_heading(pieces: Pieces) -> Value:
    """The points that the table's own label prints, where it has no column for them: 预算执行情况（20分）."""
    lines = [
        *pieces.prelude,
        *pieces.fields,
        *pieces.others,
        *([pieces.funds_header] if pieces.funds_header else []),
        *pieces.funds,
    ]
    for line in lines:
        for item in line.items:
            points = labels.points_of(item.text or "")
            if points is not None and labels.key(item.text or "") in labels.SECTIONS:
                return line.value(item, text=str(points))
    return Value()


def amount_unit_of(pieces: Pieces) -> str:
    """元 or 万元, from the label of the table or its heading."""
    lines = [*pieces.prelude, *pieces.fields, *pieces.others, *pieces.funds]
    if pieces.funds_header:
        lines.append(pieces.funds_header)
    return "万元" if any("万元" in labels.short(item.text or "") for line in lines for item in line.items) else "元"


def _row(line: Line, items: Sequence[Item], slots: Sequence[Slot], name: str) -> dict[str, Value]:
    wanted = [*AMOUNTS, "weight", "rate", "score"] if name == "total" else list(AMOUNTS)
    found = fit(items, slots, _suits, _complete) or Fit({}, 0)
    known = {slot.name for slot in slots}
    doubt = MOVED if found.shift is None else None
    values: dict[str, Value] = {}
    for column in wanted:
        if column in found.items:
            item = found.items[column]
            values[column] = line.value(item, doubt or _no_number(item))
        elif column in known:
            values[column] = line.blank(doubt)
        else:
            lost = column in ("rate", "score") and "weight" in known and "score" not in known
            values[column] = line.missing(LOST if lost else None)
    return values


def _suits(name: str, item: Item) -> float:
    text = item.text
    if text is None or is_number(text) or is_hashes(text) or name.startswith(OTHER):
        return 0.0
    if is_dash(text) or text in labels.PLACEHOLDERS:
        return 0.0 if name not in AMOUNTS else 0.5
    return 2.0


def _no_number(item: Item) -> Doubt | None:
    text = item.text
    if text is None or is_number(text) or is_hashes(text) or is_dash(text) or text in labels.PLACEHOLDERS:
        return None
    return Doubt(kind=DoubtKind.UNREADABLE, note=f"此处应为数字，原文为“{text[:20]}”。")


def _complete(found: Mapping[str, Item]) -> float:
    missing = sum(name not in found for name in AMOUNTS)
    if not missing and "weight" not in found:
        return 0.0
    return 0.3 * missing + disagreement({name: item.text for name, item in found.items() if item.text})
