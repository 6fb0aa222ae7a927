"""The scorer's step on the real database: forms judged together, in any order of arrival."""

import asyncio
import json
import random
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from jixiao.events import FormParsed, FormScored
from jixiao.findings import Finding, RuleId, Stage
from jixiao.identity import FormIdentity
from jixiao.runtime.inbox import Inbox
from jixiao.runtime.message import Incoming, Outgoing
from jixiao.runtime.postgres import connect_pool
from jixiao_scorer import assess
from jixiao_scorer.app import Scorer
from jixiao_scorer.context import Member, facts_of, judge_projects, judge_unit, merged
from jixiao_scorer.profiles import profile_for
from tests.unit.scorer.members import member

FORMS: Sequence[Mapping[str, str]] = (
    {"year": "2021", "indicators[1].target": "≥500米"},
    {"year": "2022", "indicators[1].target": "≥400米", "indicators[0].name": "支出进度"},
    {"year": "2022", "indicators[1].target": "≥450米", "indicators[1].actual": "317米"},
    {"year": "2023", "code": "990101230019900000091"},
    {"year": "2023", "code": "990101230019900000777", "name": "绿地养护", "indicators[1].actual": "417米"},
    {"year": "2023", "code": "990101230019900000888", "name": "苗木采购", "indicators[1].actual": "417米"},
)


@pytest.fixture(scope="module")
async def pool(clean_database: dict[str, str]) -> AsyncIterator[asyncpg.Pool]:
    """A pool with the service's own role."""
    pool = await connect_pool(clean_database["scorer"], "test")
    yield pool
    await pool.close()


def of_unit(unit: str, forms: Sequence[Mapping[str, str]] = FORMS) -> list[Member]:
    """The forms, as handed in by a unit that no other test knows, of projects that none does."""
    return [handed_in(unit, place, each) for place, each in enumerate(forms)]


def handed_in(
    unit: str, place: int, changes: Mapping[str, str] = {}, district: str | None = None, outside: bool = False
) -> Member:
    """A form as this unit's own; ``district`` is how its code begins, each unit has its own."""
    begins = district or f"{uuid.uuid5(uuid.NAMESPACE_OID, unit).int % 10**6:06}"
    code = changes.get("code", member(place).form.code.text or "")
    form = member(place, {**changes, "code": code and begins + code[6:]}, outside=outside)
    version = form.version.model_copy(update={"upload_id": uuid.uuid5(form.version.upload_id, unit)})
    return replace(form, identity=FormIdentity.of(form.form, unit, None), version=version)


async def arrive(pool: asyncpg.Pool, form: Member, cause: UUID | None = None) -> Sequence[Outgoing]:
    """Take a form's event through the step, as the consumer does."""
    event = FormParsed(
        identity=form.identity, version=form.version, forms_in_upload=1, parser_version=1, form=form.form
    )
    cause = cause or uuid.uuid4()
    headers = {"ce_id": str(cause).encode()}
    message = Incoming("jixiao.reports.parsed", 0, 0, 0, b"", event.model_dump_json().encode(), headers)
    scorer = Scorer(pool)
    prepared = await scorer.prepare(message)
    return await Inbox(pool, "scorer").decide(cause, lambda conn: scorer.decide(conn, prepared, message))


def wanted(forms: Sequence[Member], told: bool = False) -> dict[UUID, tuple[Finding, ...]]:
    """What all forms together must come to; ``told``: without what is in beta across forms."""
    projects, unit = judge_projects(forms), judge_unit([facts_of(each) for each in forms], profile_for)
    return {
        each.form_id: merged(
            assess(each.form, profile_for(each.form.layout)).findings,
            [
                finding
                for finding in (*projects[each.form_id], *unit.get(each.form_id, ()))
                if not told or finding.stage is Stage.LIVE
            ],
        )
        for each in forms
    }


def latest(told: Sequence[Outgoing]) -> dict[UUID, tuple[Finding, ...]]:
    """The findings of each form's greatest assessment, whatever the order of the events."""
    events = sorted((FormScored.model_validate_json(each.value) for each in told), key=lambda each: each.assessment)
    return {each.version.form_id: each.findings for each in events}


async def stored(pool: asyncpg.Pool, unit: str) -> dict[UUID, list[dict[str, Any]]]:
    """What others read."""
    rows = await pool.fetch("SELECT form_id, findings FROM scorer_views.assessments WHERE unit = $1", unit)
    return {row["form_id"]: json.loads(row["findings"]) for row in rows}


def plain(findings: Sequence[Finding]) -> list[str]:
    """Findings as they can be compared with those of a view, whose order is another."""
    return sorted(json.dumps(each.model_dump(mode="json"), sort_keys=True) for each in findings)


@pytest.mark.parametrize("seed", range(8))
async def test_any_order_of_arrival_ends_in_the_same_findings(pool: asyncpg.Pool, seed: int) -> None:
    """In the views and in the last event of each form."""
    unit = f"unit-{seed}"
    forms = of_unit(unit)
    told: list[Outgoing] = []
    for form in random.Random(seed).sample(forms, len(forms)):
        told += await arrive(pool, form)
    assert latest(told) == wanted(forms, told=True)
    found = await stored(pool, unit)
    assert {each: sorted(json.dumps(f, sort_keys=True) for f in found[each]) for each in found} == {
        each: plain(findings) for each, findings in wanted(forms).items()
    }
    assert len({each.headers["ce_id"] for each in told}) == len(told)


async def test_forms_that_arrive_at_once_wait_for_each_other(pool: asyncpg.Pool) -> None:
    """Several copies of the service, one unit: as if one after another."""
    forms = of_unit("at-once")
    told = [event for events in await asyncio.gather(*(arrive(pool, each) for each in forms)) for event in events]
    assert latest(told) == wanted(forms, told=True)


async def test_only_what_changed_is_told_again(pool: asyncpg.Pool) -> None:
    """A form that nobody else concerns gives one event; an older year that comes late gives two."""
    forms = of_unit("changed")
    assert len(await arrive(pool, forms[3])) == 1
    assert len(await arrive(pool, forms[4])) == 1
    events = [FormScored.model_validate_json(each.value) for each in await arrive(pool, forms[1])]
    assert [(each.version.form_id, each.assessment) for each in events] == [
        (forms[1].form_id, 0),
        (forms[3].form_id, 1),
    ]


async def test_what_is_in_beta_is_kept_and_not_told(pool: asyncpg.Pool) -> None:
    """Another project's same result stands in the view of both; neither is told again for it."""
    forms = of_unit("beta")
    await arrive(pool, forms[4])
    [event] = await arrive(pool, forms[5])
    told = FormScored.model_validate_json(event.value).findings
    assert RuleId.SHARED_RESULT not in {each.rule for each in told}
    found = await stored(pool, "beta")
    assert all("SHARED-RESULT" in {each["rule"] for each in found[form.form_id]} for form in forms[4:])


async def test_a_redelivery_tells_the_same_again(pool: asyncpg.Pool) -> None:
    """Same ids, same bytes; nothing is decided anew."""
    forms = of_unit("again")
    cause = uuid.uuid4()
    await arrive(pool, forms[3])
    first = await arrive(pool, forms[1], cause)
    assert list(await arrive(pool, forms[1], cause)) == list(first)


async def test_findings_across_forms_stand_in_the_view_of_findings(pool: asyncpg.Pool) -> None:
    """Beside the form's own."""
    forms = of_unit("view")
    for form in forms:
        await arrive(pool, form)
    rows = await pool.fetch("SELECT form_id, rule, sentence FROM scorer_views.findings WHERE unit = 'view'")
    found = sorted((row["form_id"], row["rule"], row["sentence"]) for row in rows)
    assert found == sorted((form, f.rule.value, f.sentence) for form, fs in wanted(forms).items() for f in fs)


async def test_a_form_read_anew_is_told_as_it_now_reads(pool: asyncpg.Pool) -> None:
    """Also how names are printed, and that it is marked 涉密: nothing of it may leave the house then."""
    form = of_unit("read-anew")[3]
    await arrive(pool, form)
    identity = form.identity.model_copy(update={"project_name": "城区绿地养护", "classified": True})
    [event] = await arrive(pool, Member(identity, form.version, form.form, form.profile))
    assert FormScored.model_validate_json(event.value).identity == identity
    names = "SELECT project_name FROM scorer_views.assessments WHERE form_id = $1"
    assert await pool.fetchval(names, form.form_id) == "城区绿地养护"


@pytest.mark.parametrize("place", [0, 1])
async def test_forms_bound_by_the_old_name_are_judged_without_it(pool: asyncpg.Pool, place: int) -> None:
    """Two years under one name, the code a digit off: once one is read under another name, that is said no more."""
    forms = of_unit(f"renamed-{place}")[2:4]
    told = [event for form in forms for event in await arrive(pool, form)]
    assert RuleId.CODE_FORMAT in {each.rule for each in latest(told)[forms[1].form_id]}
    identity = forms[place].identity.model_copy(update={"project_name": "城区绿地养护"})
    forms[place] = replace(forms[place], identity=identity)
    told += await arrive(pool, forms[place])
    assert latest(told) == wanted(forms, told=True)
