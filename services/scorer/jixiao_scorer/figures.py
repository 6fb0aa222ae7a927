"""Stated and recomputed figures of a form, side by side."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from operator import attrgetter

from jixiao.events.models import Computed
from jixiao.forms import Form
from jixiao.forms.printed import Printed
from jixiao_scorer.case import Case
from jixiao_scorer.printed_form import COLUMN_NAMES
from jixiao_scorer.recompute import rate_agrees
from jixiao_scorer.words import plain

# the doubt of a cell in a row of the funds table, and of an indicator's weight and score
_OF_MONEY = {column: attrgetter(f"{column}.doubt") for column in COLUMN_NAMES}
_OF_WEIGHT, _OF_SCORE = attrgetter("weight.doubt"), attrgetter("score.doubt")


def figures(case: Case) -> tuple[Computed, ...]:
    """Fund sums, execution rate and score, weights, levels and total, in the order of the form."""
    found, doubted = tuple(_all(case)), set(_doubted(case.form))
    if not doubted:
        return found
    return tuple(replace(each, doubted=True) if each.path in doubted else each for each in found)


def _doubted(form: Form) -> Iterator[str]:
    """The paths of the figures that the reader was not sure of, or of one of their addends."""
    funds, total = form.funds, form.funds.total
    rows = (total, funds.fiscal, funds.carryover, funds.other)
    yield from (f"funds.total.{column}" for column, doubt in _OF_MONEY.items() if any(map(doubt, rows)))
    if total.rate.doubt or total.budget.doubt or total.executed.doubt:
        yield "funds.total.rate"
    if total.score.doubt or total.weight.doubt:
        yield "funds.total.score"
    unsure_rows = bool(form.doubts)
    if unsure_rows or form.total_weight.doubt or total.weight.doubt or any(map(_OF_WEIGHT, form.indicators)):
        yield from ("total_weight", *(f"levels.{row.level1.text}" for row in form.indicators))
    if unsure_rows or form.total_score.doubt or total.score.doubt or any(map(_OF_SCORE, form.indicators)):
        yield "total_score"


def _all(case: Case) -> Iterator[Computed]:
    form, total = case.form, case.form.funds.total
    for column, name in COLUMN_NAMES.items():
        path, text = f"funds.total.{column}", getattr(total, column).text
        yield _beside(path, f"{name}合计", text, case.money["total", column], case.source_sums[column])
    rate, printed = case.rounded_rate, case.stated_rate
    agrees = rate_agrees(printed, case.rate) if printed is not None and case.rate is not None else None
    yield _figure("funds.total.rate", "执行率(%)", total.rate.text, rate, agrees)
    yield _beside("funds.total.score", "预算执行得分", total.score.text, case.stated_points, case.points)
    for level, wanted in case.level_weights.items():
        if case.levels:
            found = case.levels.get(level, Printed.constant(Decimal(0)))
            label = f"{level}分值（规定{plain(wanted.value)}分）"
            yield _figure(f"levels.{level}", label, None, found, found.meets(wanted))
    yield _beside("total_weight", "分值合计", form.total_weight.text, case.total_weight, case.weight_sum)
    yield _beside("total_score", "总分", form.total_score.text, case.total_score, case.score_sum)


def _beside(path: str, label: str, text: str | None, stated: Printed | None, computed: Printed | None) -> Computed:
    agrees = stated.meets(computed) if stated is not None and computed is not None else None
    return _figure(path, label, text, computed, agrees)


def _figure(path: str, label: str, text: str | None, computed: Printed | None, agrees: bool | None) -> Computed:
    shown = plain(computed.value) if computed is not None else None
    return Computed(path=path, label=label, stated=text, computed=shown, agrees=agrees)
