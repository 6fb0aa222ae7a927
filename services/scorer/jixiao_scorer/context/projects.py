"""A project's forms judged together: its versions of a year, and this year beside the last."""

from collections.abc import Callable, Iterable, Iterator
from uuid import UUID

from jixiao.findings import Finding, RuleId
from jixiao_scorer.context.member import Member, in_force
from jixiao_scorer.context.versions import version
from jixiao_scorer.context.years import carryover, code_format, target_lowered

# The rules that set a form beside the same project's form of the year before.
_OVER_YEARS: tuple[tuple[RuleId, Callable[[Member, Member], Iterator[Finding]]], ...] = (
    (RuleId.CODE_FORMAT, code_format),
    (RuleId.CARRYOVER, carryover),
    (RuleId.TARGET_LOWERED, target_lowered),
)


def judge_projects(members: Iterable[Member]) -> dict[UUID, tuple[Finding, ...]]:
    """The findings of each form that come from other forms of its project, none from what strangers handed in."""
    ordered = sorted(members, key=lambda each: each.version.order)
    own = [each for each in ordered if not each.version.outside]
    current = in_force(own)
    return {each.form_id: tuple(_judge(each, own, current)) for each in ordered}


def _judge(member: Member, ordered: list[Member], current: dict[str, Member]) -> Iterator[Finding]:
    if member.identity.year is None or not member.judged:
        return
    rules = member.profile.rules
    earlier = [each for each in ordered if _same_form(each, member) and each.version.order < member.version.order]
    if earlier and rules[RuleId.VERSION].on:
        yield from version(member, earlier[-1])
    before = _year_before(member, current.values())
    if before is None or not before.judged:
        return
    for rule, judge in _OVER_YEARS:
        if rules[rule].on:
            yield from judge(member, before)


def _same_form(one: Member, other: Member) -> bool:
    return one.identity.key == other.identity.key


def _year_before(member: Member, current: Iterable[Member]) -> Member | None:
    """The form in force of the same project a year earlier; a code one digit off with the same name is the same."""
    own, year = member.identity, int(member.identity.year or 0)
    years = [
        each
        for each in current
        if each.identity.year == str(year - 1)
        and (each.identity.kind, each.identity.period) == (own.kind, own.period)
        and each.identity.unit == own.unit
    ]
    same = [each for each in years if each.identity.project == own.project]
    named = [each for each in years if each.name and each.name == member.name and one_off(each, member)]
    return min([*same, *([] if same else named)], key=lambda each: each.identity.key, default=None)


def one_off(one: Member, other: Member) -> bool:
    """Whether the printed codes differ by one digit, changed or lost."""
    a, b = sorted((one.form.code.text or "", other.form.code.text or ""), key=len)
    if len(a) == len(b):
        return sum(x != y for x, y in zip(a, b, strict=True)) == 1
    return len(b) - len(a) == 1 and any(b[:at] + b[at + 1 :] == a for at in range(len(b)))
