"""A form beside the same project's form of the year before: the code, the money carried over, the targets."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from jixiao.findings import Cause, Finding, RuleId, Subject
from jixiao.forms import Indicator
from jixiao_scorer.build import finding, row_subject, share
from jixiao_scorer.compare import compare, measures, normal
from jixiao_scorer.context.member import Member
from jixiao_scorer.words import indicator_name, money, subject_names

_CODE_LENGTH = 21


def code_format(member: Member, before: Member) -> Iterator[Finding]:
    """CODE-FORMAT: the code differs from last year's of the same name by one digit; both are whole."""
    own, other = member.form.code, before.form.code
    if own.text is None or other.text is None or own.text == other.text or member.name != before.name:
        return
    if len(own.text) != _CODE_LENGTH or len(other.text) != _CODE_LENGTH:
        return
    yield finding(
        member.case,
        RuleId.CODE_FORMAT,
        f"项目编码{own.text}与{before.identity.year}年度同名项目的编码{other.text}仅差一位，请核对是否为同一项目。",
        Cause.CONTRADICTION,
        subject=Subject(name="last-year"),
        stated=own.text,
        computed=other.text,
        values=(own, other),
    )


def carryover(member: Member, before: Member) -> Iterator[Finding]:
    """CARRYOVER: last year's unspent fiscal money is not what this year's form has as carried over."""
    budget, executed = before.case.money["fiscal", "budget"], before.case.money["fiscal", "executed"]
    carried = [member.case.money["carryover", column] for column in ("initial", "budget")]
    stated = next((each for each in reversed(carried) if each is not None), None)
    if budget is None or executed is None or stated is None:
        return
    unspent = budget.in_yuan() - executed.in_yuan()
    if any(each is not None and each.in_yuan().meets(unspent) for each in carried):
        return
    yield finding(
        member.case,
        RuleId.CARRYOVER,
        f"{before.identity.year}年度财政拨款尚有{money(unspent)}未支出，本年上年结转资金为{money(stated)}，两者不一致。",
        Cause.CONTRADICTION,
        subject=Subject(kind="funds", name="carryover"),
        stated=stated.in_yuan(),
        computed=unspent,
        amount=abs(unspent.value - stated.in_yuan().value),
    )


def target_lowered(member: Member, before: Member) -> Iterator[Finding]:
    """TARGET-LOWERED: this year's target would not have met last year's; ceilings of cost may rise and fall."""
    last = dict(zip(subject_names(before.form.indicators), before.form.indicators, strict=True))
    for row in member.case.scored_rows:
        was = last.get(member.case.subjects[row.place])
        if was is None or (how := _looser(_Target.of(row.indicator, member), _Target.of(was, before))) is None:
            continue
        yield finding(
            member.case,
            RuleId.TARGET_LOWERED,
            f"{indicator_name(row.indicator, row.place)}的年度指标值为{row.indicator.target.text}，"
            f"{how}{before.identity.year}年度的{was.target.text}，请说明调整的理由。",
            Cause.TARGET_QUALITY,
            subject=row_subject(member.case, row.place),
            place=row.place,
            stated=row.indicator.target.text,
            computed=was.target.text,
            values=(row.indicator.target, was.target),
            amount=share(member.case, row.weight.value) if row.weight is not None else None,
        )


@dataclass(frozen=True, slots=True)
class _Target:
    """What is to be reached in a year, without the year itself (2023年底≥5个 is no more than 2022年底≥5个)."""

    name: str
    level2: str
    text: str

    @classmethod
    def of(cls, row: Indicator, member: Member) -> Self:
        text = re.sub(f"{member.identity.year}(?:年度?)?", "", normal(row.target.text or ""))
        return cls(row.name.text or "", row.level2.text or "", text)


def _looser(target: _Target, was: _Target) -> str | None:
    """In a word how a target lies to one that it would not have met; None where it would, or nobody can tell."""
    if target.level2 == "成本" or not target.name:
        return None
    new, last = measures(target.text), measures(was.text)
    if not new or len(new) != len(last) or any(a.unit != b.unit for a, b in zip(new, last, strict=True)):
        return None
    if compare(was.text, target.text, target.name, target.level2).met is not False:
        return None
    return "低于" if any(a.value < b.value for a, b in zip(new, last, strict=True)) else "宽于"
