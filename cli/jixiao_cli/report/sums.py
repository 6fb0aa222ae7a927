"""How a computed figure comes from its addends, told only where computing it so gives the very figure."""

from decimal import ROUND_HALF_UP, Decimal
from enum import Enum

from jixiao.findings import Addend, Finding
from jixiao.forms import Value
from jixiao.forms.printed import PERCENT, YUAN, Printed

_CENT = Decimal("0.01")


class Way(Enum):
    """The ways of computing that a reader can repeat."""

    SUM = "各数相加"
    RATE = "执行数÷预算数×100"
    SCORE = "执行率取两位小数后×分值÷100，再取两位小数，不超过分值"


def number(text: str | None) -> Decimal | None:
    """The number that a text prints, without its unit; None when it is none."""
    printed = (
        Printed.parse(Value(text=text))
        or Printed.parse(Value(text=text), PERCENT)
        or Printed.parse(Value(text=text), YUAN)
    )
    return printed.value if printed is not None else None


def addends(finding: Finding) -> list[tuple[Addend, Decimal]]:
    """The addends that are numbers."""
    read = ((each, number(each.text)) for each in finding.addends)
    return [(each, value) for each, value in read if value is not None]


def way(finding: Finding) -> Way | None:
    """How the finding's computed figure was computed; None where none of the ways gives it."""
    numbers = [value for _, value in addends(finding)]
    computed = number(finding.computed)
    if computed is None or not numbers or len(numbers) != len(finding.addends):
        return None
    if len(numbers) > 1 and sum(numbers) == computed:
        return Way.SUM
    if len(numbers) == 2 and _rate(*numbers) == computed:
        return Way.RATE
    if len(numbers) == 3 and _score(*numbers) == computed:
        return Way.SCORE
    return None


def _rate(executed: Decimal, budget: Decimal) -> Decimal | None:
    return _rounded(executed / budget * 100) if budget > 0 else None


def _score(executed: Decimal, budget: Decimal, weight: Decimal) -> Decimal | None:
    rate = _rate(executed, budget)
    return min(_rounded(rate * weight / 100), weight) if rate is not None else None


def _rounded(number: Decimal) -> Decimal:
    return number.quantize(_CENT, ROUND_HALF_UP)
