"""Numbers of the tables of final accounts with their places, and what must hold between them."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from jixiao.forms.model import AccountsTable, Value
from jixiao.forms.printed import Printed
from jixiao_scorer.accounts.words import WORDS

_FRACTION = re.compile(r"-?[\d,]+\.(\d+)")
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Figure:
    """A printed number of the accounts and its path in the record."""

    number: Printed
    path: str

    @property
    def table(self) -> str:
        """The path of its table."""
        return self.path.partition(".rows")[0]

    @property
    def yuan(self) -> Decimal:
        """Its value in yuan."""
        return self.number.in_yuan().value


@dataclass(frozen=True, slots=True)
class Check:
    """``whole`` must be the sum of ``parts`` less that of ``less``.

    ``subject`` names it between versions; ``told`` and ``against`` are both sides in words; ``group`` is what the
    children of one row have in common; ``shown``: among the figures that a page lists; ``lossy``: the parts are rows
    of which the reading may have lost one, and no other sum would tell.
    """

    table: str
    subject: str
    told: str
    against: str
    whole: Figure
    parts: tuple[Figure, ...]
    less: tuple[Figure, ...] = ()
    group: str | None = None
    shown: bool = False
    lossy: bool = False

    @property
    def name(self) -> str:
        """What names it between versions."""
        return f"{self.table}/{self.subject}"

    @property
    def where(self) -> str:
        """The whole in words, with its table."""
        return self.told if self.told.startswith("《") else f"《{self.table}》{self.told}"

    @property
    def computed(self) -> Printed:
        """The sum."""
        made = Printed.sum([each.number for each in self.parts])
        for each in self.less:
            made = made - each.number
        return made

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All that stands in it."""
        return (self.whole, *self.parts, *self.less)

    @property
    def gap(self) -> Decimal:
        """By how many yuan the whole is above the sum."""
        parts = sum((each.yuan for each in self.parts), _ZERO)
        return self.whole.yuan - parts + sum((each.yuan for each in self.less), _ZERO)

    @property
    def tolerance(self) -> Decimal:
        """How many yuan the printed digits allow them to be apart."""
        return sum((each.number.in_yuan().tolerance for each in self.figures), _ZERO)

    @property
    def may_lack_a_row(self) -> bool:
        """Whether one row more would close it."""
        return self.lossy and self.gap > self.tolerance

    @property
    def is_of_other_unit(self) -> bool:
        """Whether both sides print the same digits under different units, one of which was misread or misprinted."""
        whole, computed = self.whole.number, self.computed
        return whole.unit != computed.unit and whole.value != 0 and whole.value == computed.value

    @property
    def holds(self) -> bool:
        """Whether both can be the same number as printed."""
        return abs(self.gap) <= self.tolerance


class Grid:
    """The cells of one table as numbers; ``path`` is its own, ``amounts`` is how many with a fraction are not 0."""

    def __init__(self, place: int, table: AccountsTable) -> None:
        self.table = table
        self.path = f"accounts.tables[{place}]"
        found = [each for row in table.rows for cell in row.cells if (each := _FRACTION.fullmatch(cell))]
        self.amounts = sum(any(sign in "123456789" for sign in each[0]) for each in found)
        decimals = Counter(len(each[1]) for each in found)
        self._decimals = decimals.most_common(1)[0][0] if decimals else 0

    def text(self, row: int, column: int) -> str:
        """What stands in a cell; "" beyond the end of the row."""
        cells = self.table.rows[row].cells
        return cells[column] if column < len(cells) else ""

    def cell(self, row: int, column: int) -> str:
        """The path of a cell in the record."""
        return f"{self.path}.rows[{row}].cells[{column}]"

    def is_empty(self, row: int, column: int) -> bool:
        """Whether a cell says that there is nothing."""
        return WORDS.nothing.fullmatch(self.text(row, column)) is not None

    def figure(self, row: int, column: int, label: str) -> Figure | None:
        """The number of a cell, 0 where it is empty; None where it cannot be read.

        Zeros at the end may have been dropped: numbers are as precise as most of the table are.
        """
        value = self.table.rows[row].value(column)
        unit = self.table.amount_unit
        if self.is_empty(row, column):
            return Figure(Printed(_ZERO, _ZERO, _ZERO, 0, unit, label, value), self.cell(row, column))
        number = Printed.parse(value, unit, label) or _in_brackets(value, unit, label)
        if number is None:
            return None
        if number.decimals < self._decimals:
            half = Decimal(5).scaleb(-self._decimals - 1)
            number = replace(number, low=number.value - half, high=number.value + half, decimals=self._decimals)
        return Figure(number, self.cell(row, column))


def _in_brackets(value: Value, unit: str, label: str) -> Printed | None:
    """A negative number as bookkeepers print it."""
    found = WORDS.in_brackets.fullmatch(value.text or "")
    number = Printed.parse(Value(text=f"-{found[1]}"), unit, label) if found else None
    return replace(number, cell=value) if number is not None else None


def equal(table: str, told: tuple[str, Figure | None], other: tuple[str, Figure | None]) -> Iterable[Check]:
    """That two figures are the same, where both can be read."""
    (label, whole), (against, part) = told, other
    if whole is not None and part is not None:
        yield Check(table, f"{label}={against}", label, against, whole, (part,), shown=True)


def known(figures: Sequence[Figure | None]) -> tuple[Figure, ...] | None:
    """The figures, where all can be read and there are any."""
    found = tuple(each for each in figures if each is not None)
    return found if found and len(found) == len(figures) else None
