"""Figures that were not read for sure, confirmed by the form's own sums: weights, scores, money and the rate."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from jixiao.forms.model import Doubt, DoubtKind, Form, Funds, Value
from jixiao_parser.recognise.texts import number

AMOUNTS = ("initial", "budget", "executed")
SOURCES = ("fiscal", "carryover", "other")
_FULL = Decimal(100)
TEXTS = ("name", "target", "actual", "deviation")
_TOTAL = re.compile(r"(?:总分|合计|总计)\d")
UNCLOSED = Doubt(
    kind=DoubtKind.GUESSED, note="原文没有行列，各行由程序按标签和数字还原，分值合计与总分不符。请对照原件核对。"
)

SWALLOWED = Doubt(kind=DoubtKind.LOST_ROW, note="总分一行的内容混入了指标，疑似还有几行没有读出。请对照原件核对。")


def confirmed(form: Form) -> Form:
    """The form without the doubts of character recognition on figures that a sum confirms.

    A sum of figures that were all read confirms each of them: no single misreading leaves it as it was. What no sum
    tells (code, targets, actual values) keeps its doubt.
    """
    if not _in_doubt(form):
        return form
    weights = [each.weight for each in form.indicators]
    scores = [each.score for each in form.indicators]
    total = form.funds.total
    sure_weights = _adds_up([total.weight, *weights], form.total_weight) or _adds_up(weights, form.total_weight)
    sure_scores = _adds_up([total.score, *scores], form.total_score)
    changed = {
        "weight": sure_weights,
        "level1": sure_weights,
        "level2": sure_weights,
        "score": sure_scores,
    }
    rows = tuple(
        replace(each, **{name: _sure(getattr(each, name)) for name, sure in changed.items() if sure})
        for each in form.indicators
    )
    funds = _confirmed_money(form.funds)
    head = {name: _sure(getattr(total, name)) for name in ("weight", "score") if changed[name]}
    funds = replace(funds, total=replace(funds.total, **head))
    return form.model_copy(
        update={
            "indicators": rows,
            "funds": funds,
            "total_weight": _sure(form.total_weight) if sure_weights else form.total_weight,
            "total_score": _sure(form.total_score) if sure_scores else form.total_score,
        }
    )


def unconfirmed(form: Form) -> Form:
    """A form whose rows were put together by us: their figures in doubt where the weights do not make their total."""
    weights = [number(each.weight.text) for each in form.indicators]
    rows = sum((weight for weight in weights if weight is not None), Decimal(0))
    stated = number(form.total_weight.text)
    closes = stated is None or not any(weights) or stated in (rows, rows + (number(form.funds.total.weight.text) or 0))
    swallowed = _swallowed(form)
    if closes and not swallowed:
        return form
    rows_in_doubt = tuple(
        replace(each, **{name: _guessed(getattr(each, name)) for name in ("target", "actual", "weight", "score")})
        for each in form.indicators
    )
    doubts = (*form.doubts, *([SWALLOWED] if swallowed else []))
    return form.model_copy(update={"indicators": rows_in_doubt, "doubts": doubts})


def _swallowed(form: Form) -> bool:
    """Whether a cell has taken in the total, so that rows between were lost."""
    return any(_TOTAL.search(getattr(row, name).text or "") for row in form.indicators for name in TEXTS)


def _guessed(value: Value) -> Value:
    return value if value.doubt or value.text is None else replace(value, doubt=UNCLOSED)


def _in_doubt(form: Form) -> bool:
    values = [form.total_score, form.total_weight, form.funds.total.budget, *(each.weight for each in form.indicators)]
    return any(_is_recognised(value) for value in values)


def _is_recognised(value: Value) -> bool:
    return value.doubt is not None and value.doubt.kind is DoubtKind.OCR


def _sure(value: Value) -> Value:
    """The value without a doubt of character recognition; an empty cell keeps it: what it lost cannot be told."""
    return replace(value, doubt=None) if value.text and _is_recognised(value) else value


def _adds_up(parts: Sequence[Value], whole: Value) -> bool:
    figures = [number(part.text) for part in parts]
    stated = number(whole.text)
    return bool(parts) and stated is not None and None not in figures and sum(f or 0 for f in figures) == stated


def _confirmed_money(funds: Funds) -> Funds:
    sure = [
        name
        for name in AMOUNTS
        if _adds_up([getattr(getattr(funds, source), name) for source in SOURCES], getattr(funds.total, name))
    ]
    rows = {
        row: replace(getattr(funds, row), **{name: _sure(getattr(getattr(funds, row), name)) for name in sure})
        for row in ("total", *SOURCES)
    }
    if {"budget", "executed"} <= set(sure) and _is_rate_of(funds):
        rows["total"] = replace(rows["total"], rate=_sure(funds.total.rate))
    return replace(funds, **rows)


def _is_rate_of(funds: Funds) -> bool:
    budget, executed = number(funds.total.budget.text), number(funds.total.executed.text)
    rate = number(funds.total.rate.text)
    if not budget or executed is None or rate is None:
        return False
    computed = (executed / budget * _FULL).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return rate == computed
