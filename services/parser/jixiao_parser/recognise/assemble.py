"""From lines on a grid to forms: each part read by its own step, with what was decided on the way."""

from collections.abc import Iterable
from dataclasses import dataclass

from jixiao.forms.model import Decision, Form
from jixiao_parser.recognise.grid import Line
from jixiao_parser.recognise.layouts import layout_of
from jixiao_parser.recognise.parts.confirm import confirmed
from jixiao_parser.recognise.parts.goals import goals_of
from jixiao_parser.recognise.parts.heads import fields_of
from jixiao_parser.recognise.parts.indicators import indicators_of
from jixiao_parser.recognise.parts.money import amount_unit_of, funds_of
from jixiao_parser.recognise.parts.totals import lost_row, totals_of
from jixiao_parser.recognise.sections import Pieces, pieces_of


@dataclass(frozen=True, slots=True)
class Assembled:
    """The forms of some lines, and what was decided on the way."""

    forms: tuple[Form, ...]
    decisions: tuple[Decision, ...]


def assembled(lines: Iterable[Line]) -> Assembled:
    """The forms in their order. An empty template is none."""
    forms: list[Form] = []
    decisions: list[Decision] = []
    for pieces in pieces_of(line for line in lines if line.items):
        form, decided = _form(pieces, len(forms) + 1)
        if form.code.text or form.name.text or form.indicators:
            forms.append(confirmed(form))
            decisions += decided
    return Assembled(tuple(forms), tuple(decisions))


def _form(pieces: Pieces, ordinal: int) -> tuple[Form, list[Decision]]:
    funds = funds_of(pieces)
    expected, actual = goals_of(pieces)
    layout = layout_of(pieces)
    indicators, moved = indicators_of(pieces, layout.deviation)
    total_weight, total_score = totals_of(pieces)
    lost = lost_row(funds.total, indicators, total_weight, total_score)
    form = Form(
        ordinal=ordinal,
        layout=layout.name,
        amount_unit=amount_unit_of(pieces),
        **fields_of(pieces),
        funds=funds,
        goal_expected=expected,
        goal_actual=actual,
        indicators=indicators,
        total_weight=total_weight,
        total_score=total_score,
        doubts=(lost,) if lost else (),
    )
    told = [Decision(form=ordinal, about="版式", tried=layout.name, outcome=layout.why, chosen=True)]
    told += [each.model_copy(update={"form": ordinal}) for each in moved]
    if lost:
        told.append(Decision(form=ordinal, about="总分", tried="疑有缺行", outcome=lost.note, chosen=True))
    return form, told
