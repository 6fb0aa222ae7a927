"""The printed labels of the second levels, each with the row from which it is taken to count."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from jixiao_parser.recognise import labels
from jixiao_parser.recognise.parts.rows import COST, IndicatorRow
from jixiao_parser.recognise.texts import number


@dataclass(frozen=True, slots=True)
class Mark:
    """A printed level-2 label: its word, its first level, the row it stands on, and where it is taken to begin.

    ``word`` is None where a first level stands alone. ``fixed``: it stands right, whatever the sums say.
    """

    word: str | None
    parent: str | None
    row: int
    begins: int
    fixed: bool


def first_word(label: str) -> str:
    """The first level that a label names; a word of its own stays as printed, without its points."""
    key = labels.level_key(label)
    return labels.LEVEL1.get(key) or labels.LEVEL2.get(key) or labels.own_level(label)


def second_word(label: str) -> str:
    """The second level that a label names; a word of its own stays as printed, without its points."""
    return labels.LEVEL2.get(labels.level_key(label)) or labels.own_level(label)


def marks_of(rows: Sequence[IndicatorRow]) -> list[Mark]:
    """The labels that stand on these rows. The first one counts for the rows above it as well."""
    marks: list[Mark] = []
    first: str | None = None
    has_costs = any(row.level1 is not None and first_word(row.level1.text or "") == COST for row in rows)
    for at, row in enumerate(rows):
        if row.twin:
            continue
        if row.level1 is not None:
            first = first_word(row.level1.text or "")
        label = row.level2
        if label is None and row.level1 is not None and labels.level_key(row.level1.text or "") in labels.LEVEL2:
            label = row.level1  # 满意度 has but one second level in most forms, which then is not printed
        if label is not None:
            word = second_word(label.text or "")
            parent = COST if word == COST and has_costs else labels.PARENTS.get(word, first)
            marks.append(Mark(word, parent, at, at if marks else 0, _is_placeholder(row)))
        elif row.level1 is not None:
            marks.append(Mark(None, first, at, at if marks else 0, True))
    return marks


def _is_placeholder(row: IndicatorRow) -> bool:
    """A row 不适用 with weight 0 and no name stands for its label alone, so the label stands right."""
    weight = row.item("weight")
    name = row.item("name")
    return weight is not None and number(weight.text) == 0 and (name is None or name.text in labels.PLACEHOLDERS)


def mark_by_row(marks: Sequence[Mark], count: int) -> list[Mark | None]:
    """The label that counts for each of so many rows."""
    found: list[Mark | None] = [None] * count
    for mark in marks:
        found[mark.begins :] = [mark] * (count - mark.begins)
    return found


def sums_by_level(levels: Sequence[str | None], weights: Sequence[Decimal]) -> dict[str | None, Decimal]:
    """The sum of the weights of each level."""
    sums: dict[str | None, Decimal] = {}
    for level, weight in zip(levels, weights, strict=True):
        sums[level] = sums.get(level, Decimal(0)) + weight
    return sums
