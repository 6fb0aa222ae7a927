"""Numbers that a text gives: rounded or cut off, as writers do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from jixiao.forms import Value
from jixiao.forms.model import Claim
from jixiao.forms.printed import PERCENT, Printed
from jixiao_scorer.accounts.expenses import COLUMNS, NAMES, Expenses, spoken
from jixiao_scorer.recompute import execution_rate, rate_agrees


def amount(value: Value, unit: str, label: str) -> Printed | None:
    """Money in a text; it stands for all that is rounded or cut off to its digits."""
    number = Printed.parse(value, unit, label)
    if number is None:
        return None
    ulp = number.high - number.low
    return replace(number, low=number.value - ulp / 2, high=number.value + ulp)


@dataclass(frozen=True, slots=True)
class Spoken:
    """An execution in a text: budget, executed, and the rate that it states."""

    budget: Printed | None
    executed: Printed | None
    stated: Printed | None

    @classmethod
    def of(cls, claim: Claim) -> "Spoken":
        """What a claim says."""
        unit = claim.amount_unit
        return cls(
            amount(claim.budget, unit, "全年预算数"),
            amount(claim.executed, unit, "执行数"),
            Printed.parse(claim.rate, PERCENT, "完成率", at_most=2),
        )

    @property
    def rate(self) -> Printed | None:
        """The rate that its own money gives."""
        return execution_rate(self.budget, self.executed)

    @property
    def is_consistent(self) -> bool:
        """Whether the stated rate is what its own money gives, as far as both can be read."""
        return self.stated is None or self.rate is None or rate_agrees(self.stated, self.rate)


@dataclass(frozen=True, slots=True)
class OfExpenses:
    """A figure of 三公经费 that text and table give differently."""

    name: str
    column: str
    spoken: Printed
    printed: Printed


def said_of_expenses(table: Expenses, claims: Sequence[Claim]) -> Iterator[OfExpenses]:
    """Where the text gives another figure than the table."""
    for kind, claim in spoken(claims):
        for column, told in COLUMNS.items():
            said = amount(getattr(claim, column), claim.amount_unit, NAMES[kind])
            figure = table.figures.get((column, kind))
            if said is not None and figure is not None and not _agree(said, figure.number):
                yield OfExpenses(NAMES[kind], told, said, figure.number)


def _agree(said: Printed, printed: Printed) -> bool:
    """Whether both are the same; or are but for the table's unit, which may be misread, as many print none."""
    return any(said.meets(replace(printed, unit=unit)) for unit in (printed.unit, said.unit))
