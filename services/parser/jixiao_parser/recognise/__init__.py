"""The recogniser: from the cells of a document to forms, in small pure steps. Knows forms, nothing of formats."""

from jixiao.forms.document import Document
from jixiao.forms.model import Form
from jixiao_parser.recognise.flow import on_a_grid
from jixiao_parser.recognise.goals import goals_of
from jixiao_parser.recognise.grid import lines_of
from jixiao_parser.recognise.heads import fields_of
from jixiao_parser.recognise.indicators import indicators_of
from jixiao_parser.recognise.layout import laid_out
from jixiao_parser.recognise.money import amount_unit_of, funds_of
from jixiao_parser.recognise.sections import Pieces, pieces_of
from jixiao_parser.recognise.stacked import unstacked
from jixiao_parser.recognise.totals import lost_row, totals_of

__all__ = ["recognise"]


def recognise(document: Document) -> tuple[Form, ...]:
    """The forms of a document in their order; none when it holds none. An empty template is none."""
    lines = on_a_grid(laid_out(unstacked(list(lines_of(document)))))
    read = (_form(pieces) for pieces in pieces_of(lines))
    filled = (form for form in read if form.code.text or form.name.text or form.indicators)
    return tuple(form.model_copy(update={"ordinal": ordinal}) for ordinal, form in enumerate(filled, start=1))


def _form(pieces: Pieces) -> Form:
    funds = funds_of(pieces)
    expected, actual = goals_of(pieces)
    indicators = indicators_of(pieces)
    total_weight, total_score = totals_of(pieces)
    lost = lost_row(funds.total, indicators, total_weight, total_score)
    return Form(
        ordinal=0,
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
