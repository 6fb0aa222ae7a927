"""The row 总分: what the weights and the scores are said to sum to; and whether a row was lost above it."""

from collections.abc import Sequence
from decimal import Decimal

from jixiao.forms.model import Doubt, DoubtKind, FundsTotal, Indicator, Value
from jixiao_parser.recognise import labels
from jixiao_parser.recognise.grid import Item
from jixiao_parser.recognise.sections import Pieces
from jixiao_parser.recognise.texts import is_hashes, is_number, number

FULL = Decimal(100)
BOTH = 2


def totals_of(pieces: Pieces) -> tuple[Value, Value]:
    """(total weight, total score) as printed; None where the document has no such cell."""
    line = pieces.total
    if line is None:
        return Value(), Value()
    figures = [item for item in line.items[1:] if _is_figure(item)]
    if len(figures) > BOTH and len(below := _below_header(pieces, figures)) == BOTH:
        figures = below
    if len(figures) >= BOTH:
        return line.value(figures[0]), line.value(figures[1])
    if not figures:
        return Value(), Value()
    alone = line.value(figures[0])
    return (alone, Value()) if number(figures[0].text) == FULL and _has_weights(pieces) else (Value(), alone)


def _below_header(pieces: Pieces, figures: Sequence[Item]) -> list[Item]:
    """Those of the figures that stand in the columns of weights and scores."""
    cells = pieces.indicators_header.items if pieces.indicators_header else ()
    columns = {item.column for item in cells if labels.indicator_column(item.text or "") in ("weight", "score")}
    return [item for item in figures if item.column in columns]


def _has_weights(pieces: Pieces) -> bool:
    """Whether the table has a column of weights; some provinces print scores alone."""
    header = pieces.indicators_header
    return header is None or any(labels.indicator_column(item.text or "") == "weight" for item in header.items)


def _is_figure(item: Item) -> bool:
    return item.text is None or is_number(item.text) or is_hashes(item.text)


def lost_row(
    total: FundsTotal, indicators: Sequence[Indicator], total_weight: Value, total_score: Value
) -> Doubt | None:
    """A doubt on the form when both weights and scores miss their totals by what one row would carry, or all do."""
    weights = [number(value.text) for value in (total.weight, *(each.weight for each in indicators))]
    scores = [number(total.score.text), *(_score(each) for each in indicators)]
    stated = number(total_weight.text), number(total_score.text)
    if not indicators and number(total_score.text):
        return Doubt(kind=DoubtKind.LOST_ROW, note="表中有总分，但没有读出任何一项指标，疑似原文各行的内容无法辨认。")
    if not indicators or None in weights or None in scores or None in stated:
        return None
    weight = (stated[0] or 0) - sum(each for each in weights if each is not None)
    score = (stated[1] or 0) - sum(each for each in scores if each is not None)
    if not 0 < score <= weight:
        return None
    note = f"各行分值合计比总分少{weight}分，得分合计少{score}分，疑似分页处丢失一行。"
    return Doubt(kind=DoubtKind.LOST_ROW, note=note)


def _score(indicator: Indicator) -> Decimal | None:
    """The score of an indicator; 0 where a row without weight says 无."""
    score = number(indicator.score.text)
    return Decimal(0) if score is None and number(indicator.weight.text) == 0 else score
