"""What was decided while a file was read, and why, as lines in Chinese for people. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from jixiao.forms.model import Claim, Decision, Doubt, Evidence, Form, Value, parts_of
from jixiao.forms.names import CELLS, FUND_ROWS
from jixiao_parser import Reading

MARKS = {True: "✓", False: "✗"}
CLAIMS = {
    "execution": "项目绩效自评情况",
    "evaluated_projects": "开展绩效自评的项目",
    "self_evaluated": "绩效自评工作开展情况",
    "key_evaluation": "重点绩效评价",
    "whole_department": "部门整体支出绩效自评",
    "public_expense": "“三公”经费",
}


def explained(reading: Reading) -> Iterator[str]:
    """The ways that were tried, then form by form its layout, levels, sums and doubts, then what the text claims."""
    yield from _decided([each for each in reading.decisions if each.form is None], "")
    for form in reading.forms:
        yield f"第{form.ordinal}张　{form.name.text or '（无项目名称）'}"
        yield from _decided([each for each in reading.decisions if each.form == form.ordinal], "  ")
        yield from (f"  {line}" for line in _sums(form))
        doubts = list(_doubts(form))
        yield "  存疑：" if doubts else "  存疑：无"
        yield from (f"    {line}" for line in doubts)
    if reading.claims:
        yield f"文中另有{len(reading.claims)}处陈述"
        yield from (f"  {_claim(claim)}" for claim in reading.claims)
    if reading.tables:
        yield "决算表：" + "、".join(f"{table.title}（{len(table.rows)}行）" for table in reading.tables)


def _decided(decisions: list[Decision], indent: str) -> Iterator[str]:
    for decision in decisions:
        yield f"{indent}{decision.about}　{MARKS[decision.chosen]} {decision.tried}：{decision.outcome}"


def _sums(form: Form) -> Iterator[str]:
    """How the parts of the form make its total."""
    total = form.funds.total
    for name, own, parts, stated in (
        ("分值", total.weight, [each.weight for each in form.indicators], form.total_weight),
        ("得分", total.score, [each.score for each in form.indicators], form.total_score),
    ):
        figures = [_number(value) for value in parts]
        if own.text is None and stated.text is None:
            continue
        made = sum((figure for figure in figures if figure is not None), _number(own) or Decimal(0))
        verdict = "相符" if _number(stated) == made else "不符" if _number(stated) is not None else "无从核对"
        printed = stated.text or "（无）"
        yield f"{name}：预算执行{own.text or '（无）'}，加各项指标，共{made:f}；总分行为{printed}，{verdict}"


def _number(value: Value) -> Decimal | None:
    text = (value.text or "").replace(",", "").removesuffix("分").removesuffix("%")
    return Decimal(text) if text.replace(".", "", 1).isdecimal() else None


@dataclass(frozen=True, slots=True)
class _Doubted:
    """A doubt: on which part of the form, which of its cells, where that stands."""

    part: str
    cell: str
    place: str
    doubt: Doubt


def _doubts(form: Form) -> Iterator[str]:
    """The doubts, those of one row that say the same in one line."""
    yield from (f"整张表：{doubt.note}" for doubt in form.doubts)
    found = list(_doubted(form, "表头"))
    found += [each for name, row in FUND_ROWS.items() for each in _doubted(getattr(form.funds, name), row)]
    found += [each for at, row in enumerate(form.indicators, start=1) for each in _doubted(row, f"第{at}项指标")]
    for (part, note), group in groupby(found, key=lambda each: (each.part, each.doubt.note)):
        cells = list(group)
        places = "、".join(dict.fromkeys(each.place for each in cells if each.place))
        yield f"{part}（{places}）{'、'.join(each.cell for each in cells)}：{note}"


def _doubted(part: object, name: str) -> Iterator[_Doubted]:
    for field in parts_of(part):
        value = getattr(part, field)
        if isinstance(value, Value) and value.doubt:
            better = f"（可能是“{value.doubt.alternative}”）" if value.doubt.alternative else ""
            shown = f"{CELLS.get(field, field)}“{value.text or ''}”{better}"
            yield _Doubted(name, shown, _place(value.evidence), value.doubt)


def _place(evidence: Evidence | None) -> str:
    if evidence is None:
        return ""
    parts = (
        evidence.member,
        evidence.sheet and f"工作表{evidence.sheet}",
        evidence.page and f"第{evidence.page}页",
        evidence.line and f"第{evidence.line}行",
    )
    return "".join(part for part in parts if part)


def _claim(claim: Claim) -> str:
    figures = [
        f"{label}{value.text}{unit}"
        for label, value, unit in (
            ("预算", claim.budget, claim.amount_unit),
            ("执行", claim.executed, claim.amount_unit),
            ("完成", claim.rate, ""),
            ("金额", claim.amount, claim.amount_unit),
            ("", claim.count, "个"),
        )
        if value.text
    ]
    about = f"（第{claim.form}张）" if claim.form else ""
    return f"{CLAIMS.get(claim.kind, claim.kind)}　{claim.subject}{about}：{'，'.join(figures)}"
