"""A project's forms judged together: its versions of a year, and this year beside the last."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from uuid import UUID

from jixiao.findings import Cause, Finding, RuleId, Severity
from jixiao.identity import is_well_formed_code
from jixiao_scorer.context.member import Member
from jixiao_scorer.context.versions import version
from jixiao_scorer.context.years import carryover, code_format, target_lowered

# The rules that set a form beside the same project's form of the year before.
_OVER_YEARS: tuple[tuple[RuleId, Callable[[Member, Member], Iterator[Finding]]], ...] = (
    (RuleId.CODE_FORMAT, code_format),
    (RuleId.CARRYOVER, carryover),
    (RuleId.TARGET_LOWERED, target_lowered),
)

_Bond = tuple[str, str, str]


def judge_projects(members: Iterable[Member]) -> dict[UUID, tuple[Finding, ...]]:
    """The findings of each form that come from other forms of its project, none from what strangers handed in.

    A form of the same code and name of another unit counts where the unit itself has none, and then only as a doubt.
    """
    ordered = sorted(members, key=lambda each: each.version.order)
    bound: dict[_Bond, list[Member]] = defaultdict(list)
    for each in ordered:
        for bond in () if each.version.outside else _bonds(each):
            bound[bond].append(each)
    return {each.form_id: tuple(_judge(each, _near(each, bound))) for each in ordered}


def _bonds(member: Member) -> set[_Bond]:
    """What a form shares with others of its project: its key, and its unit and name."""
    project, unit = member.identity.project, member.identity.unit
    return {("project", "", project)} | ({("name", unit, member.name)} if member.name else set())


def _near(member: Member, bound: dict[_Bond, list[Member]]) -> Collection[Member]:
    return {each.form_id: each for bond in _bonds(member) for each in bound[bond]}.values()


def _judge(member: Member, near: Collection[Member]) -> Iterator[Finding]:
    if member.identity.year is None or not member.judged:
        return
    rules = member.profile.rules
    year = int(member.identity.year)
    handed_in = [each for each in _of_year(member, near, year) if each.version.order < member.version.order]
    earlier = _newest(member, (each for each in handed_in if _same_project(each, member)))
    if earlier is not None and rules[RuleId.VERSION].on:
        yield from _weighed(version(member, earlier), member, earlier)
    before = _year_before(member, _of_year(member, near, year - 1))
    if before is None or not before.judged:
        return
    for rule, judge in _OVER_YEARS:
        if rules[rule].on:
            yield from _weighed(judge(member, before), member, before)


def _of_year(member: Member, near: Iterable[Member], year: int) -> list[Member]:
    own = member.identity
    return [
        each
        for each in near
        if (each.identity.year, each.identity.kind, each.identity.period) == (str(year), own.kind, own.period)
    ]


def _year_before(member: Member, near: Collection[Member]) -> Member | None:
    """The form in force a year earlier; a code one digit off with the same name in the same unit is the same."""
    same = _newest(member, (each for each in near if _same_project(each, member)))
    if same is not None and _same_unit(same, member):
        return same
    named = [each for each in near if _same_unit(each, member) and _same_name(each, member) and one_off(each, member)]
    first = min((each.identity.key for each in named), default=None)
    return _newest(member, (each for each in named if each.identity.key == first)) or same


def _newest(member: Member, forms: Iterable[Member]) -> Member | None:
    """The newest of the own unit's forms, else the newest of all."""
    return max(forms, key=lambda each: (_same_unit(each, member), each.version.order), default=None)


def _same_unit(one: Member, other: Member) -> bool:
    """Whether two forms are of one unit; two that nobody knows are not."""
    return one.identity.unit == other.identity.unit != ""


def _same_name(one: Member, other: Member) -> bool:
    return one.name == other.name != ""


def _same_project(one: Member, other: Member) -> bool:
    """Whether two forms are of one project: by its key, or by name where units were merged and it has no code."""
    own, its = one.identity, other.identity
    coded = is_well_formed_code(own.project) or is_well_formed_code(its.project)
    if _same_unit(one, other):
        return own.project == its.project or (not coded and _same_name(one, other))
    secret = own.classified or its.classified
    return coded and own.project == its.project and _same_name(one, other) and not secret


def _weighed(found: Iterable[Finding], member: Member, other: Member) -> Iterator[Finding]:
    """Between two units everything is a doubt: whose project it is, people have to settle first.

    Nor may one unit learn of the other's figures.
    """
    for each in found:
        if _same_unit(member, other):
            yield each
            continue
        whose = other.identity.unit_name or "（单位未读出）"
        told = f"用以比对的同一编码、同一名称的项目由「{whose}」填报，请先核实是否单位更名、合并或者项目划转。"
        doubt = {"cause": Cause.EXTRACTION_DOUBT, "severity": Severity.NOTICE, "sentence": each.sentence + told}
        yield each.model_copy(update=doubt)


def one_off(one: Member, other: Member) -> bool:
    """Whether the printed codes differ by one digit, changed or lost."""
    a, b = sorted((one.form.code.text or "", other.form.code.text or ""), key=len)
    if len(a) == len(b):
        return sum(x != y for x, y in zip(a, b, strict=True)) == 1
    return len(b) - len(a) == 1 and any(b[:at] + b[at + 1 :] == a for at in range(len(b)))
