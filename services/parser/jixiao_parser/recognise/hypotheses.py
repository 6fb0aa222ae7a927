"""The ways to read a document, tried one after the other; how sound the forms are that each gives decides."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from jixiao.forms.document import Document
from jixiao.forms.model import Decision, Form, Indicator
from jixiao_parser.recognise import labels
from jixiao_parser.recognise.accounts.assemble import accounts_of
from jixiao_parser.recognise.assemble import assembled
from jixiao_parser.recognise.grid import Line, lines_of
from jixiao_parser.recognise.parts.confirm import unconfirmed
from jixiao_parser.recognise.regrid.flow import on_a_grid
from jixiao_parser.recognise.regrid.layout import laid_out, placed
from jixiao_parser.recognise.regrid.repeated import unrepeated
from jixiao_parser.recognise.regrid.stacked import spread, unstacked
from jixiao_parser.recognise.stream.forms import streamed
from jixiao_parser.recognise.texts import number

LAID_OUT = "以空格对齐各列，按列位置还原"
STEPS = (
    ("合并单元格的内容逐格重复，只取一次", unrepeated),
    ("每行一个单元格，按表头的列数还原", unstacked),
    (LAID_OUT, laid_out),
    ("按阅读顺序排列，按分值和得分还原各行", on_a_grid),
)
PLACED = "按文字在页面上的位置还原各行各列"
TABLE, STREAM = "按原表的行和列", "不依赖行列，按标签和数字重新排出各行"
SPREAD = "以空格分隔各单元格，按表头的列数还原"
BROKEN = 2  # a row without its name tells more against a reading than a whole row for it
FUNDED = 2
MOSTLY = 0.5  # where so many forms are whole, the others are damaged, not misread
CLOSES = 3


@dataclass(frozen=True, slots=True)
class Recognised:
    """The forms of a document, the accounts beside them if there are any, and what was decided on the way."""

    forms: tuple[Form, ...] = ()
    decisions: tuple[Decision, ...] = ()
    accounts: Form | None = None


def recognised(document: Document) -> Recognised:
    """All that a document says."""
    lines = list(lines_of(document))
    found = best_reading(document, lines)
    return replace(found, accounts=accounts_of(lines, found.forms))


def best_reading(document: Document, lines: Sequence[Line]) -> Recognised:
    """The forms as they stand on the grid; where these are not whole, as the labels tell, if that is better."""
    name, put = _on_grid(lines)
    first = assembled(put)
    other = assembled(placed(lines))
    if other.forms and _rank(other.forms) >= _rank(first.forms):
        told = (_chosen(PLACED, other.forms), _rejected(name, first.forms))
        return Recognised(tuple(map(unconfirmed, other.forms)), (*told, *other.decisions))
    sure = name == TABLE or any(map(closes, first.forms))
    if sure and first.forms and sum(map(is_whole, first.forms)) >= MOSTLY * len(first.forms):
        forms = tuple(map(unconfirmed, first.forms)) if name == LAID_OUT else first.forms
        return Recognised(forms, (_chosen(name, first.forms), *first.decisions))
    ways = [(name, first), (STREAM, assembled(streamed(document))), (SPREAD, assembled(spread(lines)))]
    ways.sort(key=lambda way: _rank(way[1].forms), reverse=True)
    (name, better), *others = ways
    chosen = [_chosen(name, better.forms)] if better.forms else []
    rejected = (_rejected(name, other.forms) for name, other in others)
    forms = better.forms if better is first else tuple(map(unconfirmed, better.forms))
    return Recognised(forms, (*chosen, *rejected, *better.decisions))


def _on_grid(lines: Sequence[Line]) -> tuple[str, Sequence[Line]]:
    for name, step in STEPS:
        put = step(lines)
        if len(put) != len(lines) or any(one is not other for one, other in zip(put, lines, strict=True)):
            return name, put
    return TABLE, lines


def is_whole(form: Form) -> bool:
    """Whether a form has money and indicators, and each of these its name."""
    return bool(form.indicators) and _is_funded(form) and not any(_is_nameless(each) for each in form.indicators)


def soundness(forms: Sequence[Form]) -> int:
    """How much speaks for a reading: whole rows, money, and sums that close; rows without a name speak against it."""
    return sum(_soundness(form) for form in forms)


def _soundness(form: Form) -> int:
    rows = [bool(each.name.text) and _is_figure(each) for each in form.indicators]
    broken = sum(_is_nameless(each) for each in form.indicators)
    closing = CLOSES * closes(form)
    return bool(form.name.text) + FUNDED * _is_funded(form) + sum(rows) - BROKEN * broken + closing


def _rank(forms: Sequence[Form]) -> tuple[int, int]:
    """Soundness, then how many levels have the usual points."""
    return soundness(forms), sum(map(_usual_levels, forms))


def _usual_levels(form: Form) -> int:
    sums: dict[str | None, Decimal] = {}
    for each in form.indicators:
        sums[each.level1.text] = sums.get(each.level1.text, Decimal(0)) + (number(each.weight.text) or Decimal(0))
    return sum(sums.get(level) == points for level, points in labels.POINTS.items())


def closes(form: Form) -> bool:
    """Whether the scores, or else the weights, of a form make its total."""
    for total, own, name in (
        (form.total_weight, form.funds.total.weight, "weight"),
        (form.total_score, form.funds.total.score, "score"),
    ):
        parts = [number(own.text), *(number(getattr(each, name).text) for each in form.indicators)]
        if number(total.text) is not None and number(total.text) == sum(part for part in parts if part is not None):
            return True
    return False


def _is_funded(form: Form) -> bool:
    return any(number(value.text) is not None for value in (form.funds.total.budget, form.funds.total.executed))


def _is_figure(indicator: Indicator) -> bool:
    return number(indicator.weight.text) is not None or number(indicator.score.text) is not None


def _is_nameless(indicator: Indicator) -> bool:
    if indicator.name.text or number(indicator.weight.text) == 0:
        return False
    texts = (indicator.target.text, indicator.actual.text, indicator.weight.text)
    return any(text and text not in labels.PLACEHOLDERS for text in texts)


def _chosen(name: str, forms: Sequence[Form]) -> Decision:
    return Decision(about="读法", tried=name, outcome="采用：" + "，".join(_facts(forms)), chosen=True)


def _rejected(name: str, forms: Sequence[Form]) -> Decision:
    return Decision(about="读法", tried=name, outcome="未采用：" + ("，".join(_facts(forms)) or "没有读出表格"))


def _facts(forms: Sequence[Form]) -> Iterator[str]:
    rows = [each for form in forms for each in form.indicators]
    if not forms:
        return
    yield f"{len(forms)}张表，{len(rows)}项指标"
    broken = sum(_is_nameless(each) for each in rows)
    yield f"{broken}项没有名称" if broken else "各项指标均有名称"
    yield f"{sum(map(_is_funded, forms))}张有资金数额，{sum(map(closes, forms))}张与总分相符"
