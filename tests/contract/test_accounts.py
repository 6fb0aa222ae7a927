"""Final accounts (部门决算) on the real database: kept beside the forms of an upload, told as a form of their own kind."""

import uuid
from collections.abc import AsyncIterator

import asyncpg
import pytest

from jixiao.events import FormParsed
from jixiao.events.topics import EVENT_LIMIT
from jixiao.runtime.inbox import Inbox
from jixiao.runtime.message import Incoming
from jixiao.runtime.postgres import connect_pool
from jixiao_parser.app import Parser
from tests.unit.parser.cases import all_cases, as_tabs
from tests.unit.scorer.accounts import SAMPLE

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
