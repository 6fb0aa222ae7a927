"""The worker that delivers: takes what is due, sends it, records the attempt, schedules the next.

A message is sent at least once, every time with the same id and body: killed between sending and recording, it is due
again when its lease ends. A target has at most a few messages on the way, so that a dead one does not hold up others.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID

import asyncpg
import structlog

from jixiao.runtime import metrics
from jixiao.runtime.health import Health
from jixiao.runtime.postgres import Connection
from jixiao.runtime.secrets import Secrets, Unsealable
from jixiao_alerts import ledger
from jixiao_alerts.channels import Failed, Fault, Refused, Result
from jixiao_alerts.outbox import COMMITTED
from jixiao_alerts.schedule import after
from jixiao_alerts.sealing import sealed
from jixiao_alerts.targets import House, follow_edits, note, take_tests

log = structlog.get_logger(__name__)

POLL_SECONDS = 1.0
LEASE = timedelta(seconds=15)  # longer than any attempt takes
ON_THE_WAY = 256
ON_THE_WAY_A_TARGET = 8
PACES = (
    ledger.Pace(("webhook",), ON_THE_WAY_A_TARGET, timedelta()),
    ledger.Pace(("mail",), 1, timedelta(seconds=2)),
    ledger.Pace(("wecom", "dingtalk"), 1, timedelta(seconds=3.5)),  # they take 20 messages a minute
    ledger.Pace(("feishu",), 1, timedelta(seconds=1)),
)


class Channel(Protocol):
    """A way out: sends one message and says what came of it."""

    async def send(self, message_id: UUID, target: str, secret: str, body: bytes, now: datetime) -> Result:
        """Never raises for what the world does."""


def _now() -> datetime:
    return datetime.now(UTC)


class Delivery:
    """Delivers what is due through its channel, until cancelled."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        channels: Mapping[str, Channel],
        health: Health,
        clock: Callable[[], datetime] = _now,
        luck: Callable[[], float] = random.random,
        secrets: Secrets | None = None,
        house: House | None = None,
    ) -> None:
        self._pool = pool
        self._channels = channels
        self._health = health
        self._secrets = secrets or Secrets(None)
        self._house = house or House()
        self._clock = clock
        self._luck = luck
        self._wake = asyncio.Event()
        self._tests_at = clock()
        self._edits_followed = False
        self._busy: Counter[str] = Counter()
        self._attempts: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Deliver for ever; woken when new deliveries are committed, when a target is free, and each second."""
        listener = asyncio.create_task(self._listen())
        try:
            while True:
                self._wake.clear()
                await self._round()
                # not wait_for: before Python 3.12 it swallows a cancellation that meets the event
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._wake.wait()
        finally:
            tasks = [listener, *self._attempts]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _round(self) -> None:
        try:
            due = await self._claim(self._clock())
        except Exception as fault:
            log.warning("cannot see what is due, trying again", fault=repr(fault))
            self._health.broken["delivery"] = f"{type(fault).__name__}: {fault}"
            return
        self._health.broken.pop("delivery", None)
        for delivery in due:
            self._busy[delivery.target] += 1
            task = asyncio.create_task(self._attempt(delivery))
            self._attempts.add(task)
            task.add_done_callback(self._attempts.discard)

    async def _claim(self, now: datetime) -> list[ledger.Due]:
        due: list[ledger.Due] = []
        async with self._pool.acquire() as conn:
            if now >= self._tests_at:
                await take_tests(conn, now)
                await follow_edits(conn, now, all_of_them=not self._edits_followed)
                self._edits_followed = True
                self._tests_at = now + timedelta(seconds=POLL_SECONDS)
            channels = await ledger.channels_due(conn, now)
            for pace in PACES:
                if channels.isdisjoint(pace.channels):
                    continue
                room = ON_THE_WAY - len(self._attempts) - len(due)
                if room > 0:
                    async with conn.transaction():
                        found = await ledger.claim(conn, now, now + LEASE, list(self._busy), pace, room)
                        due += await sealed(conn, found, self._house, now)
        return due

    async def _attempt(self, due: ledger.Due) -> None:
        try:
            result = await self._send(due)
            metrics.DELIVERIES.labels(due.channel, result.outcome).inc()
            now = self._clock()
            following = after(result, due.attempt, due.since, now, self._luck())
            async with self._pool.acquire() as conn:
                await ledger.record(conn, due.delivery_id, now, result, following)
                if isinstance(result, Failed):
                    async with conn.transaction():
                        await note(conn, due, result, self._house, now)
        except Exception as fault:
            log.warning("attempt not recorded, it is repeated", delivery=str(due.delivery_id), fault=repr(fault))
        finally:
            self._busy[due.target] -= 1
            if not self._busy[due.target]:
                del self._busy[due.target]
                self._wake.set()

    async def _send(self, due: ledger.Due) -> Result:
        channel = self._channels.get(due.channel)
        if channel is None:
            return Refused(f"没有名为 {due.channel} 的发送渠道，请删除该订阅后重新建立。")
        if due.secret is None:
            return Refused("订阅已被删除，不再发送。")
        if due.body is None:
            return Refused("所涉自评表已标明涉密，内容不外发。")
        try:
            secret = self._secrets.open(due.secret)
            return await channel.send(due.delivery_id, due.target, secret, due.body, self._clock())
        except Unsealable as fault:
            return Failed(Fault.SECRET, str(fault))
        except Exception as fault:
            log.exception("unknown fault of a channel", delivery=str(due.delivery_id), channel=due.channel)
            return Failed(Fault.UNKNOWN, f"发送时发生未知故障：{type(fault).__name__}")

    async def _listen(self) -> None:
        """Hear of committed deliveries at once; without the connection the poll finds them."""
        while True:
            try:
                async with self._pool.acquire() as conn:
                    await self._listen_on(conn)
            except Exception as fault:
                log.warning("not listening for new deliveries, trying again", fault=repr(fault))
            await asyncio.sleep(POLL_SECONDS)

    async def _listen_on(self, conn: Connection) -> None:
        lost = asyncio.Event()

        def lose(_: object) -> None:
            lost.set()

        conn.add_termination_listener(lose)
        try:
            await conn.add_listener(COMMITTED, self._heard)
            await lost.wait()
        finally:
            # no farewell: on a dying connection it would be waited for
            if not lost.is_set():
                conn.terminate()

    def _heard(self, *_: object) -> None:
        self._wake.set()
