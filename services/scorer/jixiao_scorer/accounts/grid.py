"""The cells of a table of final accounts as numbers, and what an empty one means."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from jixiao.forms import Doubt, DoubtKind
from jixiao.forms.model import AccountsTable, Value
from jixiao.forms.printed import Printed
from jixiao_scorer.accounts.figures import Figure
from jixiao_scorer.accounts.words import WORDS

_FRACTION = re.compile(r"-?[\d,]+\.(\d+)")
_NOUGHT = re.compile(r"0(\.0+)?|[-—–－/]+")
_ZERO = Decimal(0)
_SOME = 4  # rows from which on it is strange that a column has an amount in all but one
_DAMAGED = Doubt(kind=DoubtKind.DISPLACED, note="本行有读不出或缺少的数，疑似错列")


class Grid:
    """The cells of one table as numbers; ``path`` is its own, ``amounts`` is how many with a fraction are not 0."""

    def __init__(self, place: int, table: AccountsTable) -> None:
        self.table = table
        self.path = f"accounts.tables[{place}]"
        rows = [row.cells for row in table.rows if any(map(_FRACTION.fullmatch, row.cells))]
        found = [each for cells in rows for cell in cells if (each := _FRACTION.fullmatch(cell))]
        self.amounts = sum(any(sign in "123456789" for sign in each[0]) for each in found)
        decimals = Counter(len(each[1]) for each in found)
        self._decimals = decimals.most_common(1)[0][0] if decimals else 0
        self._noughts = Counter(at for cells in rows for at, cell in enumerate(cells) if _NOUGHT.fullmatch(cell))
        filled = Counter(at for cells in rows for at, cell in enumerate(cells) if cell)
        numbers = Counter(at for cells in rows for at, cell in enumerate(cells) if _FRACTION.fullmatch(cell))
        self._full = {at for at, count in numbers.items() if count == len(rows) - 1 >= _SOME - 1}
        self._blanks = {at: len(rows) - filled[at] for at in range(max(map(len, rows), default=0))}

    def text(self, row: int, column: int) -> str:
        """What stands in a cell; "" beyond the end of the row."""
        cells = self.table.rows[row].cells
        return cells[column] if column < len(cells) else ""

    def cell(self, row: int, column: int) -> str:
        """The path of a cell in the record."""
        return f"{self.path}.rows[{row}].cells[{column}]"

    def is_empty(self, row: int, column: int) -> bool:
        """Whether a cell holds no number, but perhaps a dash."""
        return WORDS.nothing.fullmatch(self.text(row, column)) is not None

    def figures(self, row: int, columns: Iterable[int], label: str) -> dict[int, Figure | None]:
        """The numbers of a row; where one cannot be read, the others may stand in wrong columns, and are in doubt."""
        found = {column: self.figure(row, column, label) for column in columns}
        if None not in found.values() and all(self.text(row, column) for column in self._full):
            return found
        return {column: _doubted(each) if each is not None else None for column, each in found.items()}

    def figure(self, row: int, column: int, label: str) -> Figure | None:
        """The number of a cell, 0 where it says that there is nothing; None where it cannot be read.

        Zeros at the end may have been dropped: numbers are as precise as most of the table are.
        """
        value = self.table.rows[row].value(column)
        unit = self.table.amount_unit
        if self.is_empty(row, column):
            nothing = Figure(Printed(_ZERO, _ZERO, _ZERO, 0, unit, label, value), self.cell(row, column))
            return nothing if self.text(row, column) or self._means_nothing(column) else None
        number = Printed.parse(value, unit, label) or _in_brackets(value, unit, label)
        if number is None:
            return None
        if number.decimals < self._decimals:
            half = Decimal(5).scaleb(-self._decimals - 1)
            number = replace(number, low=number.value - half, high=number.value + half, decimals=self._decimals)
        return Figure(number, self.cell(row, column))

    def _means_nothing(self, column: int) -> bool:
        """Whether a blank says that there is nothing: not where a nought is printed for that, then a number is lost."""
        return not self._noughts[column] and (self._blanks.get(column, 0) > 1 or not self._noughts)


def _in_brackets(value: Value, unit: str, label: str) -> Printed | None:
    """A negative number as bookkeepers print it."""
    found = WORDS.in_brackets.fullmatch(value.text or "")
    number = Printed.parse(Value(text=f"-{found[1]}"), unit, label) if found else None
    return replace(number, cell=value) if number is not None else None


def _doubted(figure: Figure) -> Figure:
    cell = figure.number.cell
    if cell is None or cell.doubt is not None:
        return figure
    return Figure(replace(figure.number, cell=replace(cell, doubt=_DAMAGED)), figure.path)
