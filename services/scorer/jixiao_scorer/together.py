"""Forms judged beside each other, over all that is stored, under the lock of their unit."""

from collections.abc import Collection, Sequence
from uuid import UUID

from jixiao.findings import Finding, RuleId, Stage
from jixiao.runtime.postgres import Connection
from jixiao_scorer import form_store, store
from jixiao_scorer.context import UNIT_RULES, judge_projects, judge_unit
from jixiao_scorer.text_store import judged_texts
from jixiao_scorer.written import Profiles


async def judge_together(
    conn: Connection,
    unit: str,
    form_ids: Collection[UUID],
    profiles: Profiles,
    old_names: Collection[str] = (),
    whole: bool = True,
) -> dict[UUID, tuple[Finding, ...]]:
    """Judge the unit anew for these of its forms and write what differs; what is to be told anew across forms, by form.

    ``old_names``: what projects of theirs were called until now; ``whole``: what the unit's forms come to as a whole
    too. Findings in beta are kept for the rule editors and told to nobody else: they come and go with every form of a
    unit.
    """
    of_texts = await judged_texts(conn, form_ids, profiles, old_names)
    near = await form_store.family_of(conn, unit, form_ids)
    before = await store.cross_findings(conn, {*near, *of_texts}, unit if whole else None)
    beside = await form_store.others(conn, unit, near)
    found = judge_projects(await form_store.members(conn, {*near, *beside}, profiles))
    of_unit = judge_unit(await form_store.facts_of_unit(conn, unit), profiles) if whole else {}
    changed = {}
    for form_id in sorted({*before, *near, *of_unit, *of_texts}):
        was = before.get(form_id, ())
        # a form outside the family keeps what its own family says of it, accounts what their text's projects do
        of_project = found[form_id] if form_id in near else _of_project(was)
        in_unit = of_unit.get(form_id, ()) if whole else tuple(each for each in was if each.rule in UNIT_RULES)
        said = of_texts.get(form_id, tuple(each for each in was if each.rule is RuleId.NARRATIVE))
        after = (*of_project, *in_unit, *said)
        if after != was:
            await store.replace_cross_findings(conn, form_id, after)
        if live(after) != live(was):
            changed[form_id] = live(after)
    return changed


def _of_project(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(each for each in findings if each.rule not in (RuleId.NARRATIVE, *UNIT_RULES))


def live(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """What is told beyond the rule editors."""
    return tuple(each for each in findings if each.stage is Stage.LIVE)
