"""The delivery worker on the real database, against receivers that fail on purpose."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from yarl import URL

from jixiao.runtime.health import Health
from jixiao.runtime.postgres import connect_pool
from jixiao_alerts import delivery, ledger
from jixiao_alerts.channels import robot
from jixiao_alerts.channels.mail import Mail, Server
from jixiao_alerts.channels.webhook import Webhook
from jixiao_alerts.delivery import LEASE, Delivery
from jixiao_alerts.store import apply_scored
from jixiao_alerts.targets import House
from tests.contract.subscriptions import publish_subscriptions, subscribe
from tests.contract.test_alerts_store import of_project
from tests.fakes.mailbox import Mailbox
from tests.fakes.receiver import Receiver
from tests.unit.alerts.builders import finding, form, scored

OPERATOR = "yunwei@example.cn"
LOOPBACK = (ip_network("127.0.0.0/8"),)


class Clock:
    """The machine's time, moved on at will."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture(scope="module")
async def pool(clean_database: dict[str, str]) -> AsyncIterator[asyncpg.Pool]:
    """A pool with the service's own role; the gateway's published subscriptions stand beside."""
    await publish_subscriptions(clean_database["gateway"])
    pool = await connect_pool(clean_database["alerts"], "test")
    yield pool
    await pool.close()


@pytest.fixture(autouse=True)
async def _nothing_left(pool: asyncpg.Pool) -> AsyncIterator[None]:
    yield
    await pool.execute(
        """DELETE FROM gateway_views.subscriptions; DELETE FROM gateway_views.test_messages; DELETE FROM targets;
           DELETE FROM attempts; DELETE FROM delivery_changes; DELETE FROM deliveries"""
    )


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "POLL_SECONDS", 0.05)


@asynccontextmanager
async def delivering(pool: asyncpg.Pool, clock: Clock | None = None, seconds: float = 5) -> AsyncIterator[Health]:
    """A worker beside the test; every wait is the shortest."""
    health = Health()
    async with Webhook(LOOPBACK, seconds) as webhook:
        work = asyncio.create_task(Delivery(pool, {"webhook": webhook}, health, clock or Clock(), lambda: 0.0).run())
        try:
            yield health
        finally:
            assert not work.done(), "the worker must never end by itself"
            work.cancel()
            await asyncio.wait([work])


async def warn(pool: asyncpg.Pool, times: int = 1) -> None:
    """So many new alerts, each of a project of its own."""
    async with pool.acquire() as conn, conn.transaction():
        for _ in range(times):
            event = scored(of_project(form(0, finding()), uuid4().hex))
            await apply_scored(conn, event, uuid4(), datetime.now(UTC))


async def until(pool: asyncpg.Pool, state: str, count: int, seconds: float = 10) -> list[Any]:
    """The deliveries in this state, once they are so many."""
    async with asyncio.timeout(seconds):
        while True:
            rows: list[Any] = await pool.fetch("SELECT * FROM deliveries WHERE state = $1", state)
            if len(rows) == count:
                return rows
            await asyncio.sleep(0.02)


async def ledger_of(pool: asyncpg.Pool, delivery_id: UUID) -> list[tuple[int, str]]:
    rows = await pool.fetch("SELECT * FROM attempts WHERE delivery_id = $1 ORDER BY number", delivery_id)
    return [(row["number"], row["outcome"]) for row in rows]


async def test_a_committed_delivery_is_sent_at_once(pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database's notice wakes the worker, without the poll."""
    monkeypatch.setattr(delivery, "POLL_SECONDS", 60)
    async with Receiver() as receiver, delivering(pool):
        await _listening(pool)
        await subscribe(pool, receiver.url)
        await warn(pool)
        [got] = await receiver.wait_for(1)
        [row] = await until(pool, "delivered", 1)
    assert (got.body, got.headers["webhook-id"]) == (row["body"], str(row["delivery_id"]))
    assert await ledger_of(pool, row["delivery_id"]) == [(1, "delivered")]


async def test_a_repeat_has_the_same_id_and_body(pool: asyncpg.Pool) -> None:
    """Refused, then cut after accepting, then taken: three attempts in the ledger, one message."""
    clock = Clock()
    async with Receiver(500, "cut", 200) as receiver, delivering(pool, clock):
        await subscribe(pool, receiver.url)
        await warn(pool)
        for count in (1, 2, 3):
            await receiver.wait_for(count)
            clock.ahead += timedelta(seconds=5)
        [row] = await until(pool, "delivered", 1)
    assert len({(got.body, got.headers["webhook-id"]) for got in receiver.received}) == 1
    assert await ledger_of(pool, row["delivery_id"]) == [(1, "status"), (2, "cut"), (3, "delivered")]


async def test_sent_but_not_recorded_is_sent_again(pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after kill -9 between the two: when the lease ends the same message goes out again, and not before."""
    clock, record, faults = Clock(), ledger.record, itertools.count()

    async def lost_at_first(*args: Any) -> None:
        if next(faults) == 0:
            raise ConnectionError
        await record(*args)

    monkeypatch.setattr(ledger, "record", lost_at_first)
    async with Receiver() as receiver, delivering(pool, clock):
        await subscribe(pool, receiver.url)
        await warn(pool)
        await receiver.wait_for(1)
        await asyncio.sleep(0.3)
        assert len(receiver.received) == 1
        clock.ahead += LEASE
        await receiver.wait_for(2)
        [row] = await until(pool, "delivered", 1)
    assert len({(got.body, got.headers["webhook-id"]) for got in receiver.received}) == 1
    assert await ledger_of(pool, row["delivery_id"]) == [(1, "delivered")]


async def test_a_dead_target_does_not_hold_up_others(pool: asyncpg.Pool) -> None:
    """A hundred messages hang at one receiver; the other has all of its own long before the first is given up."""
    async with Receiver("hang") as dead, Receiver() as alive, delivering(pool, seconds=60):
        await subscribe(pool, dead.url)
        await warn(pool, 100)
        await dead.wait_for(1)
        await subscribe(pool, alive.url)
        await warn(pool, 50)
        await alive.wait_for(50)
        assert len(dead.received) <= delivery.ON_THE_WAY_A_TARGET


async def test_two_copies_share_the_work(pool: asyncpg.Pool) -> None:
    """Neither sends what the other has taken."""
    async with Receiver() as receiver, delivering(pool), delivering(pool):
        await subscribe(pool, receiver.url)
        await warn(pool, 100)
        await until(pool, "delivered", 100)
    assert len({got.headers["webhook-id"] for got in receiver.received}) == len(receiver.received) == 100


@pytest.mark.parametrize(
    ("target", "outcome", "attempts"),
    [
        (lambda receiver: f"http://[::1]:{receiver.port}/", "refused", 1),
        (lambda receiver: "file:///etc/passwd", "refused", 1),
        (lambda receiver: receiver.url, "gone", 1),
    ],
    ids=["internal network", "no web address", "gone"],
)
async def test_what_can_never_succeed_is_dead(
    pool: asyncpg.Pool, target: Callable[[Receiver], str], outcome: str, attempts: int
) -> None:
    """One attempt stands in the ledger with its reason."""
    async with Receiver(410) as receiver, delivering(pool):
        await subscribe(pool, target(receiver))
        await warn(pool)
        [row] = await until(pool, "dead", attempts)
    assert await ledger_of(pool, row["delivery_id"]) == [(1, outcome)]


async def test_a_deleted_subscription_gets_nothing_more(pool: asyncpg.Pool) -> None:
    """What still waits is dead, and the ledger says why."""
    async with Receiver() as receiver:
        await subscribe(pool, receiver.url)
        await warn(pool)
        await pool.execute("DELETE FROM gateway_views.subscriptions")
        async with delivering(pool):
            [row] = await until(pool, "dead", 1)
    assert receiver.received == []
    assert "已被删除" in await pool.fetchval("SELECT detail FROM attempts WHERE delivery_id = $1", row["delivery_id"])


async def test_what_waits_follows_its_subscription_to_another_target(pool: asyncpg.Pool) -> None:
    """The same id and body; what the old target failed is not held against the new one."""
    clock = Clock()
    async with Receiver(500) as old, Receiver() as new, delivering(pool, clock):
        subscription = await subscribe(pool, old.url)
        await warn(pool)
        [first] = await old.wait_for(1)
        await attempted(pool, 1)
        await pool.execute("UPDATE targets SET failing_since = now() - interval '9 days', failures = 99")
        await pool.execute(
            "UPDATE gateway_views.subscriptions SET target = $2, enabled_at = now() WHERE id = $1",
            subscription,
            new.url,
        )
        clock.ahead += timedelta(minutes=1)
        [second] = await new.wait_for(1)
        await until(pool, "delivered", 1)
    assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)
    assert await pool.fetchval("SELECT count(*) FROM targets") == 0


async def test_a_paused_subscription_waits(pool: asyncpg.Pool) -> None:
    """What was due when it was paused goes out when it is resumed."""
    async with Receiver() as receiver, delivering(pool):
        async with pool.acquire() as conn, conn.transaction():
            await subscribe(conn, receiver.url)
            await apply_scored(conn, scored(of_project(form(0, finding()), uuid4().hex)), uuid4(), datetime.now(UTC))
            await conn.execute("UPDATE gateway_views.subscriptions SET paused = true")
        await asyncio.sleep(0.3)
        assert receiver.received == []
        await pool.execute("UPDATE gateway_views.subscriptions SET paused = false")
        await receiver.wait_for(1)
        await until(pool, "delivered", 1)


async def test_lost_connections_stop_nothing(pool: asyncpg.Pool, database: Any) -> None:
    """Every connection of the service cut by the server: the worker goes on."""
    async with Receiver() as receiver, delivering(pool) as health:
        await subscribe(pool, receiver.url)
        await warn(pool)
        await receiver.wait_for(1)
        await _cut_connections(database.dsn)
        await _warn_in_the_end(pool)
        await receiver.wait_for(2)
        await until(pool, "delivered", 2, seconds=20)
        assert health.why_not_ready() is None


async def _listening(pool: asyncpg.Pool) -> None:
    async with asyncio.timeout(10):
        while True:
            if await pool.fetchval("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"):
                return
            await asyncio.sleep(0.02)


async def _warn_in_the_end(pool: asyncpg.Pool) -> None:
    while True:
        try:
            return await warn(pool)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError):
            await asyncio.sleep(0.05)


async def _cut_connections(admin_dsn: str) -> None:
    conn = await asyncpg.connect(admin_dsn)
    try:
        await conn.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'jixiao_alerts'")
    finally:
        await conn.close()


@asynccontextmanager
async def mailing(pool: asyncpg.Pool, mailbox: Mailbox, clock: Clock) -> AsyncIterator[None]:
    """A worker whose only way out is the mail server."""
    mail = Mail(Server("127.0.0.1", mailbox.port, "none"), 1)
    work = asyncio.create_task(
        Delivery(
            pool, {"mail": mail}, Health(), clock, lambda: 0.0, house=House("http://jixiao", operator=OPERATOR)
        ).run()
    )
    try:
        yield
    finally:
        work.cancel()
        await asyncio.wait([work])


async def attempted(pool: asyncpg.Pool, count: int) -> None:
    async with asyncio.timeout(10):
        while True:
            if await pool.fetchval("SELECT count(*) FROM attempts") >= count:
                return
            await asyncio.sleep(0.02)


async def test_what_waits_for_a_paced_target_is_one_letter(pool: asyncpg.Pool) -> None:
    """Fifty uploads at once: one letter with all of them, and the next not before its time."""
    clock = Clock()
    async with Mailbox() as mailbox:
        await subscribe(pool, "shenji@example.cn", channel="mail")
        await warn(pool, 50)
        async with mailing(pool, mailbox, clock):
            await mailbox.wait_for(1)
            await until(pool, "delivered", 1)
            await warn(pool, 3)
            await asyncio.sleep(0.3)
            assert len(mailbox.letters) == 1
            clock.ahead += timedelta(seconds=3)
            await mailbox.wait_for(2)
            await until(pool, "delivered", 2)
    told = await pool.fetch("SELECT count(*) FROM delivery_changes GROUP BY delivery_id ORDER BY 1")
    assert [row["count"] for row in told] == [3, 50]


async def test_a_letter_refused_for_now_or_cut_goes_out_again_the_same(pool: asyncpg.Pool) -> None:
    """Refused, hung, cut after accepting, taken: one message in the same bytes."""
    clock = Clock()
    async with Mailbox(450, "hang", "cut", "take") as mailbox, mailing(pool, mailbox, clock):
        await subscribe(pool, "shenji@example.cn", channel="mail")
        await warn(pool)
        for count in (1, 2, 3, 4):
            await attempted(pool, count)
            clock.ahead += timedelta(seconds=3)
    assert len(mailbox.letters) == 3 and len({each.content for each in mailbox.letters}) == 1


async def test_a_digest_waits_for_its_hour(pool: asyncpg.Pool) -> None:
    """What was found in the day goes out together."""
    clock = Clock()
    async with Mailbox() as mailbox, mailing(pool, mailbox, clock):
        await subscribe(pool, "shenji@example.cn", channel="mail", rhythm="daily", hour=8)
        await warn(pool, 5)
        await asyncio.sleep(0.3)
        assert mailbox.letters == []
        clock.ahead += timedelta(days=1)
        await mailbox.wait_for(1)
        await until(pool, "delivered", 1)


async def test_a_test_message_goes_the_same_way_once(pool: asyncpg.Pool) -> None:
    """Also to a subscription that is paused; its state stands under the id that it was asked for with."""
    asked = uuid4()
    async with Receiver() as receiver, delivering(pool), delivering(pool):
        subscription = await subscribe(pool, receiver.url, paused=True)
        await pool.execute(
            "INSERT INTO gateway_views.test_messages VALUES ($1, $2, now()), ($3, $2, now() - interval '1 hour')",
            asked,
            subscription,
            uuid4(),
        )
        await until(pool, "delivered", 1)
        await asyncio.sleep(0.2)
    [got] = receiver.received
    assert got.headers["webhook-id"] == str(asked) and "测试消息".encode() in got.body


async def test_a_target_lost_for_days_is_disabled_with_notice(pool: asyncpg.Pool) -> None:
    """Nothing more is written for it; the operator gets a letter; a person switches it on again."""
    clock = Clock()
    async with Mailbox(450, "take") as mailbox, mailing(pool, mailbox, clock):
        subscription = await subscribe(pool, "shenji@example.cn", channel="mail")
        await pool.execute("INSERT INTO targets VALUES ($1, now() - interval '6 days', 30, NULL, '')", subscription)
        await warn(pool, 2)
        await mailbox.wait_for(1)
        await until(pool, "dead", 1)
        assert mailbox.letters[0].recipient == OPERATOR
        row = await pool.fetchrow("SELECT * FROM alerts_views.targets")
        assert row["disabled_at"] is not None and "450" in row["reason"]
        await warn(pool)
        assert await pool.fetchval("SELECT count(*) FROM deliveries WHERE kind = 'changes'") == 1
        await pool.execute("UPDATE gateway_views.subscriptions SET enabled_at = now() + interval '1 minute'")
        await warn(pool)
        assert await pool.fetchval("SELECT count(*) FROM deliveries WHERE kind = 'changes'") == 2


async def test_a_secret_that_cannot_be_opened_waits_for_the_administrator(pool: asyncpg.Pool) -> None:
    """Nothing is sent unsigned; the ledger says what to do."""
    async with Receiver() as receiver, delivering(pool):
        await subscribe(pool, receiver.url, secret="sealed:nonsense")
        await warn(pool)
        await asyncio.sleep(0.5)
        assert await pool.fetchval("SELECT outcome FROM attempts LIMIT 1") == "secret"
    assert receiver.received == []


async def test_a_robot_that_has_enough_for_now_is_told_again(
    pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its limit comes with HTTP 200: not delivered, not lost, the same words later."""
    clock = Clock()
    async with Receiver(b'{"errcode": 45009}', b'{"errcode": 0}') as receiver, robot.Robot("wecom", LOOPBACK) as wecom:
        monkeypatch.setattr(robot, "_place", lambda *_: URL(receiver.url))
        secret = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7aoc-4bc4-97a0-0ec2sifa5aaa"
        await subscribe(pool, "企业微信机器人", channel="wecom", secret=secret)
        await warn(pool)
        work = asyncio.create_task(Delivery(pool, {"wecom": wecom}, Health(), clock, lambda: 0.0).run())
        await attempted(pool, 1)
        clock.ahead += timedelta(seconds=65)
        [row] = await until(pool, "delivered", 1)
        work.cancel()
        await asyncio.wait([work])
    assert await ledger_of(pool, row["delivery_id"]) == [(1, "limit"), (2, "delivered")]
    assert len({got.body for got in receiver.received}) == 1 < len(receiver.received)
