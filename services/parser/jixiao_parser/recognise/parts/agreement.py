"""How the figures of a row of money agree with one another: the form's own oracle for what stands in which column."""

from collections.abc import Mapping
from decimal import Decimal

from jixiao_parser.recognise.texts import number

_FULL = Decimal(100)
_USUAL_WEIGHTS = (Decimal(10), Decimal(20))


def disagreement(row: Mapping[str, str]) -> float:
    """How badly weight, rate and score follow from the amounts: 0 where they do."""
    budget, executed = number(row.get("budget")), number(row.get("executed"))
    weight, rate, score = number(row.get("weight")), number(row.get("rate")), number(row.get("score"))
    cost = 0.0
    if weight is not None:
        cost += 0.0 if weight in _USUAL_WEIGHTS else 0.7 if weight <= 30 else 4.0
    if "%" in row.get("weight", "") or "%" in row.get("score", ""):
        cost += 4.0
    if rate is not None and budget:
        share = (executed or Decimal(0)) / budget
        wanted = rate / _FULL if "%" in row["rate"] or abs(rate - _FULL * share) < 1 else rate
        cost += float(min(Decimal(2), _FULL * abs(share - wanted)))
    if score is not None:
        cost += 1.0 * (weight is not None and score > weight) + 3.0 * (score > _FULL)
        if budget and executed is not None and weight:
            cost += float(min(Decimal(1), abs(score / weight - executed / budget)))
    if budget is not None and executed is not None and executed > budget:
        cost += 0.8
    return cost
