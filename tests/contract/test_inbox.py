"""The inbox under one contract, in memory and in PostgreSQL."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from jixiao.runtime.inbox import Inbox
from jixiao.runtime.message import Incoming, Outgoing
from jixiao.runtime.postgres import connect_pool
from jixiao.runtime.tally import after_commit
from tests.fakes.inbox import FakeInbox

EVENTS = [Outgoing("reports.parsed", "钥匙", b"\x00\xff", {"ce_id": "1"}), Outgoing("x", "k", b"", {})]


@pytest_asyncio.fixture(loop_scope="session", params=["memory", "postgres"])
async def inbox(request: pytest.FixtureRequest) -> AsyncIterator[Any]:
    if request.param == "memory":
        yield FakeInbox()
        return
    pool = await connect_pool(request.getfixturevalue("clean_database")["parser"], "test")
    yield Inbox(pool, "group")
    await pool.close()


def message() -> Incoming:
    headers = {"ce_id": str(uuid.uuid4()).encode(), "name": b"%E8%A1%A8%00"}
    return Incoming("jixiao.in", 0, uuid.uuid4().int % 2**62, 0, None, b"x", headers)


async def decide(conn: Any) -> list[Outgoing]:
    return EVENTS


async def test_a_decision_is_taken_once_and_remembered_with_its_events(inbox: Any) -> None:
    cause = uuid.uuid4()

    async def never(conn: Any) -> list[Outgoing]:
        raise AssertionError("decided anew")

    assert await inbox.decided(cause) is None
    assert list(await inbox.decide(cause, decide)) == EVENTS
    assert list(await inbox.decide(cause, never)) == EVENTS
    assert list(await inbox.decided(cause) or []) == EVENTS
    await inbox.sent(cause)


async def test_a_decision_without_events_is_one_too(inbox: Any) -> None:
    cause = uuid.uuid4()

    async def nothing(conn: Any) -> list[Outgoing]:
        return []

    await inbox.decide(cause, nothing)
    assert list(await inbox.decided(cause)) == []


async def test_a_decision_that_fails_leaves_nothing(inbox: Any) -> None:
    cause = uuid.uuid4()

    async def fail(conn: Any) -> list[Outgoing]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await inbox.decide(cause, fail)
    assert await inbox.decided(cause) is None


async def test_what_a_decision_counts_is_counted_with_its_commit(inbox: Any) -> None:
    """Not by an attempt that failed, not twice by the next, and at once outside any decision."""
    cause, counts = uuid.uuid4(), []
    faults = [ConnectionError()]

    async def counting(conn: Any) -> list[Outgoing]:
        after_commit(lambda: counts.append(1))
        if faults:
            raise faults.pop()
        assert counts == []
        return EVENTS

    with pytest.raises(ConnectionError):
        await inbox.decide(cause, counting)
    await inbox.decide(cause, counting)
    await inbox.decide(cause, counting)
    assert counts == [1]
    after_commit(lambda: counts.append(2))
    assert counts == [1, 2]


async def test_faults_are_counted_a_message(inbox: Any) -> None:
    first, second = message(), message()
    assert [await inbox.count_fault(first, "x") for _ in range(3)] == [1, 2, 3]
    assert await inbox.count_fault(second, "x") == 1


async def test_the_first_dead_letter_of_a_message_stays_and_its_copy_is_noted(inbox: Any) -> None:
    dead = message()
    assert await inbox.is_dead(dead) is None
    await inbox.bury(dead, "fault", "原因", None)
    await inbox.bury(dead, "other", "另一原因", "stack")
    assert await inbox.is_dead(dead) == (False, "fault", "原因")
    await inbox.copied(dead)
    assert await inbox.is_dead(dead) == (True, "fault", "原因")


async def test_another_message_at_the_place_of_a_dead_one_is_not_dead(inbox: Any) -> None:
    """As after a topic was lost and made anew: its offsets begin at 0 again."""
    old = message()
    await inbox.count_fault(old, "x")
    await inbox.bury(old, "fault", "原因", None)
    new = replace(old, timestamp=1_700_000_000_000, headers={"ce_id": str(uuid.uuid4()).encode()})
    assert await inbox.is_dead(new) is None
    assert await inbox.count_fault(new, "x") == 1
    await inbox.bury(new, "other", "另一原因", None)
    assert await inbox.is_dead(new) == (False, "other", "另一原因")
    assert await inbox.is_dead(old) == (False, "fault", "原因")


async def test_a_pause_lasts_until_it_is_resumed(inbox: Any) -> None:
    assert await inbox.paused() is None
    await inbox.pause("first")
    await inbox.pause("second")
    assert await inbox.paused() == "first"
    assert await inbox.resume() == 1
    assert await inbox.paused() is None
    assert await inbox.resume() == 0


async def test_two_copies_deciding_at_once_take_one_decision(clean_database: dict[str, str]) -> None:
    pool: asyncpg.Pool = await connect_pool(clean_database["scorer"], "test")
    copies = [Inbox(pool, "group") for _ in range(4)]
    cause, taken = uuid.uuid4(), []

    async def slowly(conn: Any) -> list[Outgoing]:
        taken.append(1)
        await asyncio.sleep(0.05)
        return EVENTS

    results = await asyncio.gather(*(copy.decide(cause, slowly) for copy in copies))
    assert len(taken) == 1
    assert [list(result) for result in results] == [EVENTS] * 4
    await pool.close()


async def test_the_backlog_tells_decisions_not_yet_sent(clean_database: dict[str, str]) -> None:
    pool: asyncpg.Pool = await connect_pool(clean_database["alerts"], "test")
    inbox, cause = Inbox(pool, "group"), uuid.uuid4()
    await inbox.decide(cause, decide)
    backlog = await inbox.backlog()
    assert backlog["unsent"] == 1
    assert backlog["age"] >= 0
    await inbox.sent(cause)
    assert (await inbox.backlog())["unsent"] == 0
    await pool.close()
