"""An upload of the archive read anew by today's parser: what cannot be taken stays as it was."""

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from jixiao.runtime.inbox import Inbox
from jixiao.runtime.message import Incoming, text_headers
from jixiao.runtime.postgres import connect_pool
from jixiao_parser.app import Parser
from tests.system.reports import report

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest_asyncio.fixture(loop_scope="session")
async def pool(clean_database: dict[str, str]) -> AsyncIterator[asyncpg.Pool]:
    pool = await connect_pool(clean_database["parser"], "test")
    yield pool
    await pool.close()


def message(content: bytes, cause: uuid.UUID, of: uuid.UUID | None = None) -> Incoming:
    told = text_headers(name="自评表.txt", upload_id=str(of) if of else None)
    headers = {"ce_id": str(cause), "ce_time": AT.isoformat()} | told
    raw = {name: text.encode() for name, text in headers.items()}
    return Incoming("reports.uploaded.bulk", 0, uuid.uuid4().int % 2**62, 0, b"k", content, raw)


async def take(pool: asyncpg.Pool, incoming: Incoming) -> list[Any]:
    """What the parser tells of a message."""
    step = Parser()
    prepared = await step.prepare(incoming)
    return list(await Inbox(pool, "parser").decide(incoming.cause, lambda conn: step.decide(conn, prepared, incoming)))


@pytest.mark.parametrize(
    ("now", "events"),
    [
        (report(3001), 0),
        (report(3001).replace(b"99.5", b"9.95"), 1),
        (report(3002), 0),
        (report(3001).replace(b"2025", b"2024"), 0),
        ("没有表。".encode(), 0),
        (b"PK\x03\x04 cut off", 0),
    ],
    ids=["the same", "a figure", "another project", "another year", "no form any more", "unreadable"],
)
async def test_what_is_taken_and_what_stays(pool: asyncpg.Pool, now: bytes, events: int) -> None:
    """As if today's parser read the old bytes so; the event has an id of its own and names the same form."""
    upload = uuid.uuid4()
    [first] = await take(pool, message(report(3001), upload))
    rows = "SELECT form_id, project, year, form FROM forms WHERE upload_id = $1"
    before, projects = await pool.fetch(rows, upload), await pool.fetch("SELECT * FROM projects")
    told = await take(pool, message(now, uuid.uuid4(), of=upload))
    assert len(told) == events
    assert (await pool.fetch(rows, upload) == before) == (events == 0)
    assert await pool.fetch("SELECT * FROM projects") == projects
    for event in told:
        assert event.headers["form_id"] == first.headers["form_id"] and event.headers["ce_id"] != first.headers["ce_id"]
        assert b'"9.95"' in event.value
    assert await pool.fetchval("SELECT count(*) FROM uploads WHERE upload_id = $1", upload) == 1


async def test_a_reading_anew_that_dies_is_no_upload(pool: asyncpg.Pool) -> None:
    upload, cause = uuid.uuid4(), uuid.uuid4()
    await take(pool, message(report(3003), upload))
    await Inbox(pool, "parser").bury(message(b"x", cause, of=upload), "fault", "未知故障", "stack")
    seen = "SELECT upload_id, state FROM parser_views.uploads WHERE upload_id IN ($1, $2)"
    assert [tuple(row) for row in await pool.fetch(seen, upload, cause)] == [(upload, "read")]
