"""Final accounts (部门决算) on the real database: kept and told as a form of their own kind, judged beside forms."""

import asyncio
import json
import random
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from uuid import UUID

import asyncpg
import pytest

from jixiao.events import FormParsed, FormScored
from jixiao.events.topics import EVENT_LIMIT
from jixiao.findings import RuleId
from jixiao.runtime.inbox import Inbox
from jixiao.runtime.message import Incoming, Outgoing
from jixiao.runtime.postgres import connect_pool
from jixiao_parser.app import Parser
from jixiao_scorer.app import Scorer
from jixiao_scorer.context import Member, judge_texts
from tests.unit.parser.cases import all_cases, as_tabs
from tests.unit.scorer.accounts import SAMPLE
from tests.unit.scorer.members import member
from tests.unit.scorer.test_texts import COUNTS, accounts_member, counted_forms

FORM = as_tabs(next(case.grid for case in all_cases() if case.name == "sound"))


@pytest.fixture(scope="module")
async def parser_pool(clean_database: dict[str, str]) -> AsyncIterator[asyncpg.Pool]:
    """A pool with the parser's own role."""
    pool = await connect_pool(clean_database["parser"], "test")
    yield pool
    await pool.close()


async def upload(pool: asyncpg.Pool, content: bytes, name: str = "决算.txt") -> tuple[uuid.UUID, list[FormParsed]]:
    """Take a file through the parser's step; the upload and the events that tell of it."""
    cause = uuid.uuid4()
    told = {"ce_id": str(cause), "ce_time": "2024-08-01T08:00:00+08:00", "name": name}
    headers = {key: value.encode() for key, value in told.items()}
    message = Incoming("jixiao.reports.uploaded", 0, 0, 0, b"", content, headers)
    step = Parser()
    prepared = await step.prepare(message)
    events = await Inbox(pool, "parser").decide(cause, lambda conn: step.decide(conn, prepared, message))
    assert all(len(event.value) < EVENT_LIMIT for event in events)
    return cause, [FormParsed.model_validate_json(event.value) for event in events]


async def counted(pool: asyncpg.Pool, upload_id: uuid.UUID) -> tuple[str, int, int]:
    """State, forms and accounts of an upload as others read them."""
    return tuple(
        await pool.fetchrow("SELECT state, forms, accounts FROM parser_views.uploads WHERE upload_id = $1", upload_id)
    )


async def test_accounts_are_a_form_of_their_own_kind(parser_pool: asyncpg.Pool) -> None:
    """Told behind the forms, as ordinal 0, under a project of the department's own."""
    upload_id, events = await upload(parser_pool, SAMPLE.encode() + FORM)
    assert await counted(parser_pool, upload_id) == ("read", 1, 1)
    assert [(each.version.ordinal, each.identity.kind) for each in events] == [(1, "self_evaluation"), (0, "accounts")]
    told = events[1]
    assert {each.forms_in_upload for each in events} == {2}
    assert (told.identity.unit_name, told.identity.year, told.identity.project_name) == (
        "澄湖区城管局",
        "2023",
        "部门决算",
    )
    assert told.form.accounts is not None and len(told.form.accounts.tables) == 9
    kept = await parser_pool.fetch("SELECT ordinal, kind FROM parser_views.forms WHERE upload_id = $1", upload_id)
    assert {tuple(row) for row in kept} == {(0, "accounts"), (1, "self_evaluation")}


async def test_accounts_alone_are_read(parser_pool: asyncpg.Pool) -> None:
    """Their upload is not without a form; a later version is the same identity."""
    upload_id, first = await upload(parser_pool, SAMPLE.encode())
    assert await counted(parser_pool, upload_id) == ("read", 0, 1)
    _, second = await upload(parser_pool, SAMPLE.replace("95.31", "95.32").encode())
    assert first[0].identity.key == second[0].identity.key
    assert first[0].version.form_id != second[0].version.form_id


async def test_a_form_alone_brings_no_accounts(parser_pool: asyncpg.Pool) -> None:
    """As ever."""
    upload_id, events = await upload(parser_pool, FORM)
    assert await counted(parser_pool, upload_id) == ("read", 1, 0)
    assert [each.form.accounts for each in events] == [None]


async def test_tables_too_large_for_an_event_are_left_out_and_said_so(parser_pool: asyncpg.Pool) -> None:
    """The upload is not refused for them."""
    row = "2120101\t行政运行\t412.36\t412.36\t0.00\t0.00\t0.00\t0.00\n"
    _, events = await upload(parser_pool, SAMPLE.replace(row, row * 3000).encode())
    accounts = events[0].form.accounts
    assert accounts is not None and accounts.claims and not accounts.tables
    assert "未保存" in events[0].form.doubts[0].note


FORMS = (
    {"funds.total.budget": "1200000.00"},
    {"funds.total.budget": "1300000.00"},
    {
        "code": "990101230019900000777",
        "name": "绿地养护",
        "unit": "澄湖区城管局（本级）",
        "funds.total.budget": "524000.00",
        "funds.total.executed": "312000.00",
    },
    {"code": "990101230019900000888", "name": "苗木采购"},
    {"code": "990101230019900000999", "name": "绿地养护", "unit": "他区某局", "budget_unit": "他区某局"},
)


@pytest.fixture(scope="module")
async def scorer_pool(clean_database: dict[str, str]) -> AsyncIterator[asyncpg.Pool]:
    """A pool with the scorer's own role."""
    pool = await connect_pool(clean_database["scorer"], "test")
    yield pool
    await pool.close()


def of_department(name: str) -> list[Member]:
    """Forms and accounts of a department that no other test knows."""
    forms = [member(place, each) for place, each in enumerate(FORMS)]
    later = accounts_member({"执行数为31.2万元，完成预算的59.5%": "执行数为31.3万元，完成预算的59.7%"}, 10)
    both = [*forms, accounts_member({}), later]
    return [_renamed(each, name) for each in both]


def _renamed(each: Member, name: str) -> Member:
    """The same form in a department of another name."""
    text = each.form.model_dump_json().replace("澄湖区", name)
    version = each.version.model_copy(update={"upload_id": uuid.uuid5(each.version.upload_id, name)})
    identity = each.identity.model_validate_json(each.identity.model_dump_json().replace("澄湖区", name))
    return Member(identity, version, each.form.model_validate_json(text), each.profile)


async def arrive(pool: asyncpg.Pool, form: Member, siblings: int = 1) -> Sequence[Outgoing]:
    """Take a form's event through the scorer's step."""
    event = FormParsed(
        identity=form.identity, version=form.version, forms_in_upload=siblings, parser_version=1, form=form.form
    )
    cause = uuid.uuid4()
    headers = {"ce_id": str(cause).encode()}
    message = Incoming("jixiao.reports.parsed", 0, 0, 0, b"", event.model_dump_json().encode(), headers)
    scorer = Scorer(pool)
    prepared = await scorer.prepare(message)
    return await Inbox(pool, "scorer").decide(cause, lambda conn: scorer.decide(conn, prepared, message))


async def stored(pool: asyncpg.Pool, form: Member) -> list[str]:
    """What others read of the texts beside forms."""
    found = json.loads(
        await pool.fetchval("SELECT findings FROM scorer_views.assessments WHERE form_id = $1", form.form_id)
    )
    return [each["sentence"] for each in found if each["rule"] == RuleId.NARRATIVE]


def latest(told: Sequence[Outgoing], form: Member) -> list[str]:
    """What the last event of a form tells of them, whatever the order of the events."""
    events = [FormScored.model_validate_json(each.value) for each in told]
    last = max((each for each in events if each.version.form_id == form.form_id), key=lambda each: each.assessment)
    return [each.sentence for each in last.findings if each.rule is RuleId.NARRATIVE]


def wanted(members: Sequence[Member]) -> dict[UUID, list[str]]:
    """What all of them together must come to."""
    return {form: [each.sentence for each in found] for form, found in judge_texts(members).items()}


@pytest.mark.parametrize("seed", range(6))
async def test_any_order_of_arrival_ends_in_the_same_findings(scorer_pool: asyncpg.Pool, seed: int) -> None:
    """Forms before accounts, after them, or between two versions of them."""
    members = of_department(f"第{seed}区")
    told: list[Outgoing] = []
    for each in random.Random(seed).sample(members, len(members)):
        told += await arrive(scorer_pool, each)
    assert sorted(map(len, wanted(members).values())) == [1, 2]
    for each in members[-2:]:
        assert await stored(scorer_pool, each) == latest(told, each) == wanted(members)[each.form_id]


@pytest.mark.parametrize("seed", range(4))
async def test_what_a_text_counts_is_told_when_all_forms_are_there(scorer_pool: asyncpg.Pool, seed: int) -> None:
    """Whichever comes last, one after the other or at once; not before."""
    case = next(case for case in COUNTS["cases"] if case["name"] == "more forms than projects")
    members = [_renamed(each, f"计数{seed}区") for each in counted_forms(case)[0]]
    *early, last = random.Random(seed).sample(members, len(members))
    told = [await arrive(scorer_pool, each, len(members)) for each in early]
    assert not any(each.findings for each in _of_texts(told))
    await arrive(scorer_pool, last, len(members))
    assert ["3个项目的自评表" in each for each in await stored(scorer_pool, members[-1])] == [True]
    again = [_renamed(each, f"一时计数{seed}区") for each in counted_forms(case)[0]]
    await asyncio.gather(*(arrive(scorer_pool, each, len(again)) for each in again))
    assert ["3个项目的自评表" in each for each in await stored(scorer_pool, again[-1])] == [True]


def _of_texts(told: Sequence[Sequence[Outgoing]]) -> list[FormScored]:
    """What was told of accounts, as far as texts are concerned."""
    events = [FormScored.model_validate_json(each.value) for events in told for each in events]
    texts = [each for each in events if each.identity.kind == "accounts"]
    return [
        each.model_copy(update={"findings": tuple(one for one in each.findings if one.rule is RuleId.NARRATIVE)})
        for each in texts
    ]


async def test_what_arrives_at_once_waits_for_each_other(scorer_pool: asyncpg.Pool) -> None:
    """Several copies of the service, one department, two units."""
    for times in range(4):
        members = of_department(f"一时{times}区")
        await asyncio.gather(*(arrive(scorer_pool, each) for each in members))
        for each in members[-2:]:
            assert await stored(scorer_pool, each) == wanted(members)[each.form_id]


async def test_only_accounts_that_name_the_project_are_told_again(scorer_pool: asyncpg.Pool) -> None:
    """A project that no text names concerns nobody; one that it contradicts, only the accounts."""
    members = of_department("只有区")
    assert len(await arrive(scorer_pool, members[-2])) == 1
    assert len(await arrive(scorer_pool, members[3])) == 1
    events = [FormScored.model_validate_json(each.value) for each in await arrive(scorer_pool, members[0])]
    assert [(each.version.form_id, each.assessment) for each in events] == [
        (members[0].form_id, 0),
        (members[-2].form_id, 1),
    ]
    assert [each.rule for each in events[1].findings] == [RuleId.NARRATIVE]


@pytest.mark.parametrize("place", [0, 1, 2])
async def test_a_project_read_anew_under_another_name_is_no_longer_meant(scorer_pool: asyncpg.Pool, place: int) -> None:
    """What the text was held against it for ends; so it is when another version of the project keeps the name."""
    members = of_department(f"改名{place}区")
    told = [event for each in members for event in await arrive(scorer_pool, each)]
    identity = members[place].identity.model_copy(update={"project_name": "湿地巡护"})
    members[place] = replace(members[place], identity=identity)
    told += await arrive(scorer_pool, members[place])
    for each in members[-2:]:
        assert await stored(scorer_pool, each) == latest(told, each) == wanted(members)[each.form_id]


async def test_the_version_in_force_counts_under_whatever_name(scorer_pool: asyncpg.Pool) -> None:
    """The text names the project as an older version did."""
    members = of_department("异名区")
    identity = members[1].identity.model_copy(update={"project_name": "湿地巡护"})
    members[1] = replace(members[1], identity=identity)
    told = [event for place in (5, 6, 2, 3, 4, 0, 1) for event in await arrive(scorer_pool, members[place])]
    for each in members[-2:]:
        assert await stored(scorer_pool, each) == latest(told, each) == wanted(members)[each.form_id]
