"""Deadlines that pass, on the real database, with a clock that the tests set."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from jixiao.events import AlertChanged
from jixiao.events.models import Handling
from jixiao.runtime.errors import RetryLater
from jixiao.runtime.health import Health
from jixiao.runtime.inbox import Inbox
from jixiao.runtime.postgres import connect_pool
from jixiao_alerts.admission import alert_id
from jixiao_alerts.deadlines import Deadlines
from jixiao_alerts.store import apply_command, apply_scored
from tests.fakes.producer import FakeProducer
from tests.unit.alerts.builders import FORM, NOON, command, finding, form, scored

ALERT = alert_id(FORM, finding())
DEADLINE = NOON + timedelta(days=7)


@pytest.fixture
async def pool(clean_database: dict[str, str]) -> AsyncIterator[asyncpg.Pool]:
    """A pool with one alert returned to its unit, to be answered within seven days."""
    pool = await connect_pool(clean_database["alerts"], "test")
    await pool.execute(
        "TRUNCATE versions, commands, alerts, alert_changes, superseded, deadlines_passed, decisions CASCADE"
    )
    async with pool.acquire() as conn, conn.transaction():
        await apply_scored(conn, scored(form(0, finding())), uuid4(), NOON)
        await apply_command(conn, command(1, ALERT, Handling.RETURNED, deadline=DEADLINE), uuid4(), NOON)
    yield pool
    await pool.close()


def at(pool: asyncpg.Pool, producer: Any, **later: float) -> Deadlines:
    return Deadlines(Inbox(pool, "test"), producer, Health(), lambda: DEADLINE + timedelta(**later))


async def test_a_deadline_passed_is_told_once(pool: asyncpg.Pool) -> None:
    """Not before it passes, once when it does, by however many copies; the state and the list's column say so."""
    producer = FakeProducer()
    assert await at(pool, producer, seconds=-1).look() == 0
    copies = [at(pool, producer, seconds=1) for _ in range(3)]
    await asyncio.gather(*(each.look() for each in copies))
    assert await at(pool, producer, days=9).look() == 0
    assert len({event.headers["ce_id"] for event in producer.sent}) == 1
    change = AlertChanged.model_validate_json(producer.sent[0].value)
    assert change.after.overdue and not (change.before and change.before.overdue)
    assert await pool.fetchval("SELECT overdue FROM alerts_views.alerts")


async def test_what_was_decided_and_not_told_is_told(pool: asyncpg.Pool) -> None:
    """As after a kill between the transaction and the broker."""
    producer = FakeProducer(breaks=[RetryLater("broker away")])
    with pytest.raises(RetryLater):
        await at(pool, producer).look()
    assert producer.sent == []
    await at(pool, producer, days=1).look()
    assert len(producer.sent) == 1
    await at(pool, producer, days=1).look()
    assert len(producer.sent) == 1


async def test_an_answer_in_time_leaves_nothing_to_pass(pool: asyncpg.Pool) -> None:
    """The unit answered: its deadline is of no importance any more."""
    async with pool.acquire() as conn, conn.transaction():
        await apply_command(conn, command(2, ALERT, Handling.RECTIFYING), uuid4(), NOON)
    assert await at(pool, FakeProducer(), days=1).look() == 0
