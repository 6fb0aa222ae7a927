"""A form as printed numbers: what its cells say, nothing recomputed."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from jixiao.forms import DoubtKind, Form, FundsRow, Indicator, names
from jixiao.forms.printed import PERCENT, WAN, YUAN, Printed
from jixiao_scorer.lazy import lazy
from jixiao_scorer.words import subject_names

SOURCES = ("fiscal", "carryover", "other")
FUND_ROWS = ("total", *SOURCES)
COLUMNS = ("initial", "budget", "executed")
ROW_NAMES = names.FUND_ROWS
COLUMN_NAMES = {column: names.CELLS[column] for column in COLUMNS}

_ZERO = Decimal(0)
_FEN = {YUAN: 2, WAN: 6}  # decimals from which on an amount is exact to the fen
_CELLS = tuple((row, column) for row in FUND_ROWS for column in COLUMNS)
_LABELS = tuple(ROW_NAMES[row] + COLUMN_NAMES[column] for row, column in _CELLS)


class Row(NamedTuple):
    """An indicator with its numbers; ``place`` is its 0-based place in the form's list."""

    place: int
    indicator: Indicator
    weight: Printed | None
    score: Printed | None


@dataclass(frozen=True)
class PrintedForm:
    """The numbers of one form. Everything here is read on first use and then kept."""

    form: Form

    @lazy
    def money(self) -> dict[tuple[str, str], Printed | None]:
        """The funds table by (row, column), in the form's unit."""
        funds, unit = self.form.funds, self.form.amount_unit
        rows: tuple[FundsRow, ...] = (funds.total, funds.fiscal, funds.carryover, funds.other)
        cells = [cell for row in rows for cell in (row.initial, row.budget, row.executed)]
        numbers = Printed.column(_LABELS, cells, unit, finest=_FEN.get(unit))
        return dict(zip(_CELLS, numbers, strict=True))

    @lazy
    def budget(self) -> Printed | None:
        """全年预算数 of the total."""
        return self.money["total", "budget"]

    @lazy
    def executed(self) -> Printed | None:
        """全年执行数 of the total."""
        return self.money["total", "executed"]

    @lazy
    def stated_rate(self) -> Printed | None:
        """The printed 执行率; more than two decimals are padding."""
        return Printed.parse(self.form.funds.total.rate, PERCENT, "执行率", at_most=2)

    @lazy
    def execution_points(self) -> Printed | None:
        """The printed score of execution, as given in the sums."""
        return self._scores[0]

    @lazy
    def stated_points(self) -> Printed | None:
        """The printed score of execution as a rounded figure."""
        return Printed.parse(self.form.funds.total.score, label="预算执行得分")

    @lazy
    def execution_weight(self) -> Printed | None:
        """The printed weight of execution."""
        return self._weights[0]

    @lazy
    def total_weight(self) -> Printed | None:
        """The printed weight of the 总分 row; as given, not rounded."""
        return Printed.column(["总分行分值"], [self.form.total_weight], whole_exact=True)[0]

    @lazy
    def total_score(self) -> Printed | None:
        """The printed total score."""
        return Printed.parse(self.form.total_score, label="总分")

    @lazy
    def rows(self) -> tuple[Row, ...]:
        """The indicators with their numbers."""
        indicators = self.form.indicators
        return tuple(map(Row, range(len(indicators)), indicators, self._weights[1:], self._scores[1:]))

    @lazy
    def scored_rows(self) -> tuple[Row, ...]:
        """The rows that carry points; placeholder rows (不适用, 0 分) have none."""
        return tuple([row for row in self.rows if row.weight is not None and row.weight.value > _ZERO])

    @lazy
    def year(self) -> int | None:
        """The form's year where all four digits are printed."""
        text = self.form.year.text or ""
        return int(text) if len(text) == 4 and text.isascii() and text.isdigit() else None

    @lazy
    def subjects(self) -> tuple[str, ...]:
        """What names each indicator between versions."""
        return subject_names(self.form.indicators)

    @lazy
    def row_doubted(self) -> bool:
        """Whether the reader thinks that a row of the table is lost."""
        return any(doubt.kind is DoubtKind.LOST_ROW for doubt in self.form.doubts)

    @lazy
    def _weights(self) -> list[Printed | None]:
        cells = [self.form.funds.total.weight, *[each.weight for each in self.form.indicators]]
        return Printed.column(["预算执行分值", *self._names], cells, whole_exact=True)

    @lazy
    def _scores(self) -> list[Printed | None]:
        cells = [self.form.funds.total.score, *[each.score for each in self.form.indicators]]
        return Printed.column(["预算执行得分", *self._names], cells, whole_exact=True)

    @lazy
    def _names(self) -> list[str]:
        return [each.name.text or "" for each in self.form.indicators]
