"""The consume loop round every agent.

Delivery semantics. A message is delivered at least once and decided exactly once:

1. ``prepare`` does the slow work without a transaction; it may be repeated freely.
2. ``decide`` runs in one transaction that first claims the cause (the event's id) and at its end stores the events to
   send. A redelivery finds the decision and never decides anew.
3. The stored events are sent, each confirmed by the brokers; their ids follow from the cause, so that a repeat is
   seen to be one.
4. Then ``process`` returns, and only then may the message be acknowledged.

Faults are sorted in two. The world is broken: retry in place with backoff, for ever, not ready; after ``give_up_after``
seconds the process ends without acknowledging and its supervisor starts it again. The message is broken
(``Unreadable``): a dead letter, its row first, then the copy on ``.dlt``. Anything unknown is counted in PostgreSQL
while broker and database answer; the third time it is a dead letter with its stack trace. When several messages in a
row died of unknown faults the breaker pauses the service until an operator resumes it.

``process`` never raises, because Faust acknowledges an event whose agent raised. Cancelled in the middle, it ends the
process, because Faust acknowledges that too.
"""

import asyncio
import os
import random
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

import structlog

from jixiao.runtime import metrics
from jixiao.runtime.errors import Unreadable
from jixiao.runtime.faults import is_world_broken
from jixiao.runtime.health import Health
from jixiao.runtime.inbox import Inbox
from jixiao.runtime.message import Incoming, Outgoing, dead_letter_headers
from jixiao.runtime.postgres import Connection
from jixiao.runtime.produce import Producer

log = structlog.get_logger(__name__)

UNKNOWN_FAULT_LIMIT = 3
BREAKER_LIMIT = 5
LONGEST_WAIT = 10.0
PAUSE_POLL = 2.0
STOP_POLL = 0.5
EXIT_UNACKNOWLEDGED = 75

Prepared = TypeVar("Prepared")


class Step(Protocol[Prepared]):
    """What a service does with a message: the slow part, then the decision inside a transaction."""

    async def prepare(self, message: Incoming) -> Prepared:
        """The message's meaning. Raises Unreadable when it has none."""

    async def decide(self, conn: Connection, prepared: Prepared, message: Incoming) -> Sequence[Outgoing]:
        """Write what follows and return the events that tell it."""


def end_process() -> None:
    """Leave without acknowledging anything; the supervisor starts the service again."""
    os._exit(EXIT_UNACKNOWLEDGED)


class Consumer(Generic[Prepared]):
    """Takes the messages of one consumer group through one step."""

    def __init__(
        self,
        step: Step[Prepared],
        inbox: Inbox,
        producer: Producer,
        health: Health,
        give_up_after: float,
        end: Callable[[], None] = end_process,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self._step: Step[Prepared] = step
        self._inbox = inbox
        self._producer = producer
        self._health = health
        self._give_up_after = give_up_after
        self._end = end
        self._stopping = stopping
        self._unknown_in_a_row = 0
        self._broken_since: float | None = None

    async def process(self, message: Incoming) -> None:
        """Take one message to its end: decided and sent, or a dead letter. When this returns, acknowledge."""
        with structlog.contextvars.bound_contextvars(
            trace=message.trace, topic=message.topic, partition=message.partition, offset=message.offset
        ):
            wait = 0.1
            try:
                while not await self._attempt(message):
                    await self._wait(wait * random.uniform(0.5, 1.0))
                    wait = min(wait * 2, LONGEST_WAIT)
            except asyncio.CancelledError:
                log.warning("cancelled in the middle of a message, ending without acknowledging")
                self._end()
                raise

    async def _attempt(self, message: Incoming) -> bool:
        """Try once; False when the message must be tried again."""
        try:
            await self._wait_while_paused()
            dead = await self._inbox.is_dead(message)
            if dead is None:
                await self._handle(message)
            elif not dead[0]:
                await self._copy(message, dead[1], dead[2])
        except Exception as fault:
            return await self._faulty(message, fault)
        self._world_works()
        return True

    async def _faulty(self, message: Incoming, fault: Exception) -> bool:
        """What a fault means for the message; True when the message is done with."""
        try:
            if isinstance(fault, Unreadable):
                await self._bury(message, fault, fault.reason, None)
                self._unknown_in_a_row = 0
                return True
            if not is_world_broken(fault):
                return await self._count_unknown(message, fault)
        except Exception as another:
            fault = another
        self._wait_for_the_world(fault)
        return False

    async def _handle(self, message: Incoming) -> None:
        events = await self._decision(message)
        for event in events:
            await self._producer.send(event)
        await self._inbox.sent(message.cause)
        self._unknown_in_a_row = 0
        log.info("handled", cause=str(message.cause), events=len(events))

    async def _decision(self, message: Incoming) -> Sequence[Outgoing]:
        before = await self._inbox.decided(message.cause)
        if before is not None:
            metrics.REDELIVERED.labels(message.topic).inc()
            return before
        prepared = await self._step.prepare(message)
        return await self._inbox.decide(message.cause, lambda conn: self._step.decide(conn, prepared, message))

    async def _count_unknown(self, message: Incoming, fault: Exception) -> bool:
        await self._producer.answers()
        text = f"{type(fault).__name__}: {fault}".replace("\0", "")
        times = await self._inbox.count_fault(message, text)
        log.error("unknown fault", times=times, exc_info=fault)
        if times < UNKNOWN_FAULT_LIMIT:
            return False
        stack = "".join(traceback.format_exception(fault)).replace("\0", "")
        await self._bury(message, fault, f"处理该文件时发生未知故障（{text}），已转交运维人员，请勿重复上报。", stack)
        self._unknown_in_a_row += 1
        if self._unknown_in_a_row >= BREAKER_LIMIT:
            await self._inbox.pause(f"连续 {self._unknown_in_a_row} 条消息因未知故障失败，最后一次：{text}")
            self._unknown_in_a_row = 0
        return True

    async def _bury(self, message: Incoming, fault: Exception, reason: str, stack: str | None) -> None:
        reason = reason.replace("\0", "")
        name = f"{type(fault).__module__}.{type(fault).__qualname__}"
        await self._inbox.bury(message, name, reason, stack)
        await self._copy(message, name, reason)
        metrics.DEAD_LETTERS.labels(message.topic, "unreadable" if stack is None else "unknown").inc()
        self._world_works()
        log.warning("dead letter", reason=reason)

    async def _copy(self, message: Incoming, fault: str, reason: str) -> None:
        headers = dead_letter_headers(message, self._inbox.group, fault, reason)
        await self._producer.send_raw(f"{message.topic}.dlt", message.key, message.value, headers)
        await self._inbox.copied(message)

    async def _wait_while_paused(self) -> None:
        while reason := await self._inbox.paused():
            if self._health.paused is None:
                log.error("paused by the breaker", reason=reason)
            self._health.paused = f"服务已暂停：{reason}。排除故障后执行 jixiao resume 恢复。"
            await self._wait(PAUSE_POLL)
        self._health.paused = None

    async def _wait(self, seconds: float) -> None:
        """Wait; who is told to stop meanwhile leaves at once, for nothing is under way and nothing acknowledged."""
        while seconds >= 0:
            await asyncio.sleep(min(seconds, STOP_POLL))
            seconds -= STOP_POLL
            if self._stopping():
                log.warning("told to stop while waiting, ending without acknowledging")
                self._end()

    def _world_works(self) -> None:
        self._broken_since = None
        self._health.broken.pop("consumer", None)

    def _wait_for_the_world(self, fault: Exception) -> None:
        now = time.monotonic()
        self._broken_since = self._broken_since or now
        self._health.broken["consumer"] = f"{type(fault).__name__}: {fault}"
        seconds = now - self._broken_since
        log.warning("the world is broken, trying again", fault=repr(fault), seconds=round(seconds))
        if seconds > self._give_up_after:
            log.error("giving up without acknowledging", seconds=round(seconds))
            self._end()
