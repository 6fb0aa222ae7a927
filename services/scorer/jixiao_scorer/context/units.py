"""A unit's forms of a year judged together: shared results, full scores everywhere, execution counted twice."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from uuid import UUID

from jixiao.findings import Cause, Finding, RuleId, Severity, Subject
from jixiao_scorer.build import RULES_VERSION
from jixiao_scorer.context.facts import Claim, Facts
from jixiao_scorer.words import percent, plain
from jixiao_scorer.written import Profiles

UNIT_RULES = frozenset({RuleId.SHARED_RESULT, RuleId.ALL_FULL, RuleId.DOUBLE_COUNT})
UNIT = Subject(kind="unit")
_NAMED = 4  # other projects that a sentence names


def judge_unit(facts: Iterable[Facts], profiles: Profiles) -> dict[UUID, tuple[Finding, ...]]:
    """The findings of each form that come from its unit's other forms; forms without any are left out.

    Only the newest version of each form counts, and none that a stranger handed in. What is said once a unit and year
    stands on the first project's form.
    """
    own = (each for each in facts if not each.version.outside)
    newest = {each.form_key: each for each in sorted(own, key=lambda each: each.version.order)}
    years: dict[tuple[str, str], list[Facts]] = defaultdict(list)
    for each in sorted(newest.values(), key=lambda each: (each.project, each.identity_key)):
        if each.year is not None and each.judged:
            years[each.year, each.kind].append(each)
    found: dict[UUID, list[Finding]] = defaultdict(list)
    for forms in years.values():
        for judge in (_shared_result, _all_full, _double_count):
            for form_id, finding in judge(forms, profiles):
                found[form_id].append(finding)
    return {form_id: tuple(each) for form_id, each in found.items()}


def _shared_result(forms: Sequence[Facts], profiles: Profiles) -> Iterator[tuple[UUID, Finding]]:
    """SHARED-RESULT: several projects report the same figure under the same name."""
    claimed: dict[tuple[str, str], list[tuple[Facts, Claim]]] = defaultdict(list)
    for form in forms:
        for claim in form.claims:
            claimed[claim.name, claim.figure].append((form, claim))
    for claims in claimed.values():
        projects = {form.project: form.project_name for form, _ in claims}
        if len(projects) < 2:
            continue
        first = list(islice(projects.items(), _NAMED + 1))
        for form, claim in claims:
            named = [f"「{name}」" for project, name in first if project != form.project][:_NAMED]
            others = "、".join(named) + ("等" if len(projects) > _NAMED + 1 else "")
            sentence = f"指标{claim.shown}与本单位其他项目（{others}）填报的相同，请核实是否为同一成果。"
            subject = Subject(kind="indicator", name=f"{claim.subject}/{claim.name}/{claim.figure}")
            found = _finding(form, profiles, RuleId.SHARED_RESULT, sentence, subject, claim.place)
            yield from ((form.form_id, each) for each in found)


def _all_full(forms: Sequence[Facts], profiles: Profiles) -> Iterator[tuple[UUID, Finding]]:
    """ALL-FULL: nearly every form of the unit has full scores throughout; a rank, not an accusation."""
    known = [form for form in forms if form.full is not None]
    if not known:
        return
    limits = profiles(known[0].layout).rules[RuleId.ALL_FULL].limits
    full = sum(1 for form in known if form.full)
    rate = Decimal(full) / len(known) * 100
    if len(known) < limits["forms"] or rate < limits["from"]:
        return
    sentence = f"本单位{known[0].year}年度{len(known)}张自评表中有{full}张各项指标均得满分，占{percent(rate)}。"
    found = _finding(known[0], profiles, RuleId.ALL_FULL, sentence, UNIT)
    yield from ((known[0].form_id, each) for each in found)


def _double_count(forms: Sequence[Facts], profiles: Profiles) -> Iterator[tuple[UUID, Finding]]:
    """DOUBLE-COUNT: rows that restate the execution carry points beside execution's own; once a unit and year."""
    restating = [form for form in forms if form.restated]
    if not restating:
        return
    points = sum((form.restated for form in restating), Decimal(0))
    sentence = (
        f"本单位{restating[0].year}年度{len(restating)}张自评表以指标复述预算执行情况，"
        f"在预算执行分值之外另占{plain(points)}分。"
    )
    found = _finding(restating[0], profiles, RuleId.DOUBLE_COUNT, sentence, UNIT)
    yield from ((restating[0].form_id, each) for each in found)


def _finding(
    form: Facts, profiles: Profiles, rule: RuleId, sentence: str, subject: Subject, place: int | None = None
) -> Iterator[Finding]:
    """The finding as the form's profile has it; none where the rule is switched off."""
    setting = profiles(form.layout).rules[rule]
    if setting.on:
        yield Finding(
            rule=rule,
            rule_version=RULES_VERSION,
            stage=setting.stage,
            severity=setting.severity or Severity.NOTICE,
            cause=Cause.TARGET_QUALITY,
            subject=subject,
            indicator=place,
            sentence=sentence,
            basis=setting.basis,
        )
