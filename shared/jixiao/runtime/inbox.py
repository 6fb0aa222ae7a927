"""What a consumer remembers of the messages it met: decisions with their events, faults, dead letters, pauses.

All tables are the service's own (``schema/0001_runtime.sql``); every statement is idempotent.
"""

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import asyncpg

from jixiao.runtime.errors import Unreadable
from jixiao.runtime.message import Incoming, Outgoing
from jixiao.runtime.postgres import Connection, answers
from jixiao.runtime.tally import held_until_the_end

Place = tuple[str, int, int, str, int]
Decide = Callable[[Connection], Awaitable[Sequence[Outgoing]]]


class Inbox:
    """The inbox of one consumer group in one service's schema."""

    def __init__(self, pool: asyncpg.Pool, group: str) -> None:
        self.pool = pool
        self.group = group

    def _place(self, message: Incoming) -> Place:
        return message.topic, message.partition, message.offset, self.group, message.timestamp

    async def decided(self, cause: UUID) -> Sequence[Outgoing] | None:
        """The events of a decision that was taken before; None when there is none yet."""
        async with self.pool.acquire() as conn:
            return await _decision(conn, cause)

    async def decide(self, cause: UUID, decide: Decide) -> Sequence[Outgoing]:
        """Take a decision and store its events, all in one transaction; once a cause, whoever comes first."""
        async with self.pool.acquire() as conn:
            with held_until_the_end():
                async with conn.transaction():
                    if await _claim(conn, cause):
                        events = await decide(conn)
                        await _keep(conn, cause, events)
                        return events
            # another copy of the service decided meanwhile: its transaction had ended before ours could claim
            return await _decision(conn, cause) or ()

    async def sent(self, cause: UUID) -> None:
        """Note that all events of a decision were confirmed."""
        await self.pool.execute("UPDATE decisions SET sent_at = now() WHERE cause = $1 AND sent_at IS NULL", cause)

    async def count_fault(self, message: Incoming, fault: str) -> int:
        """Count an unknown fault of this message; how often it has met one now."""
        times = await self.pool.fetchval(
            """INSERT INTO faults (topic, partition, "offset", consumer_group, timestamp_ms, times, last_fault)
               VALUES ($1, $2, $3, $4, $5, 1, $6)
               ON CONFLICT (topic, partition, "offset", consumer_group, timestamp_ms)
               DO UPDATE SET times = faults.times + 1, last_fault = excluded.last_fault, last_at = now()
               RETURNING times""",
            *self._place(message),
            fault,
        )
        return int(times)

    async def is_dead(self, message: Incoming) -> tuple[bool, str, str] | None:
        """(copied, fault, reason) when this message is a dead letter already."""
        row = await self.pool.fetchrow(
            """SELECT copied_at IS NOT NULL AS copied, fault, reason FROM dead_letters
               WHERE (topic, partition, "offset", consumer_group, timestamp_ms) = ($1, $2, $3, $4, $5)""",
            *self._place(message),
        )
        return (row["copied"], row["fault"], row["reason"]) if row else None

    async def bury(self, message: Incoming, fault: str, reason: str, stack: str | None) -> None:
        """Write the dead letter's row; the first one stays."""
        await self.pool.execute(
            """INSERT INTO dead_letters
                   (topic, partition, "offset", consumer_group, timestamp_ms, cause, fault, reason, stack, headers)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING""",
            *self._place(message),
            _cause_or_none(message),
            fault,
            reason,
            stack,
            json.dumps({name: _text(raw) for name, raw in message.headers.items()}, ensure_ascii=False),
        )

    async def copied(self, message: Incoming) -> None:
        """Note that the copy of a dead letter stands on the .dlt topic."""
        await self.pool.execute(
            """UPDATE dead_letters SET copied_at = now()
               WHERE (topic, partition, "offset", consumer_group, timestamp_ms) = ($1, $2, $3, $4, $5)
                 AND copied_at IS NULL""",
            *self._place(message),
        )

    async def pause(self, reason: str) -> None:
        """Open the breaker, unless it is open."""
        await self.pool.execute(
            """INSERT INTO pauses (reason) SELECT $1
               WHERE NOT EXISTS (SELECT FROM pauses WHERE resumed_at IS NULL)""",
            reason,
        )

    async def paused(self) -> str | None:
        """Why the service is paused; None when it is not."""
        reason: str | None = await self.pool.fetchval("SELECT reason FROM pauses WHERE resumed_at IS NULL LIMIT 1")
        return reason

    async def resume(self) -> int:
        """Close the breaker (an operator's act); how many pauses ended."""
        status: str = await self.pool.execute("UPDATE pauses SET resumed_at = now() WHERE resumed_at IS NULL")
        return int(status.rpartition(" ")[2])

    async def backlog(self) -> dict[str, Any]:
        """For the metrics: decisions not yet sent, and the age of the oldest in seconds."""
        row = await self.pool.fetchrow(
            """SELECT count(*) AS unsent, coalesce(extract(epoch FROM now() - min(decided_at)), 0) AS age
               FROM decisions WHERE sent_at IS NULL"""
        )
        return {"unsent": row["unsent"], "age": float(row["age"])}

    async def answers(self) -> None:
        """Ask the database for anything. Raises RetryLater when it does not answer."""
        await answers(self.pool)


async def _decision(conn: Connection, cause: UUID) -> Sequence[Outgoing] | None:
    if not await conn.fetchval("SELECT true FROM decisions WHERE cause = $1", cause):
        return None
    rows = await conn.fetch("SELECT topic, key, value, headers FROM outgoing WHERE cause = $1 ORDER BY position", cause)
    return [Outgoing(row["topic"], row["key"], row["value"], json.loads(row["headers"])) for row in rows]


async def _claim(conn: Connection, cause: UUID) -> bool:
    """Begin a decision; False when another one took it (waits for that one's end)."""
    claimed = await conn.fetchval(
        "INSERT INTO decisions (cause) VALUES ($1) ON CONFLICT DO NOTHING RETURNING true", cause
    )
    return bool(claimed)


async def _keep(conn: Connection, cause: UUID, events: Sequence[Outgoing]) -> None:
    await conn.executemany(
        "INSERT INTO outgoing (cause, position, topic, key, value, headers) VALUES ($1, $2, $3, $4, $5, $6)",
        [(cause, at, e.topic, e.key, e.value, json.dumps(dict(e.headers))) for at, e in enumerate(events)],
    )


def _text(raw: bytes) -> str:
    """A header for people to read: percent-encoding undone, without the NUL that PostgreSQL refuses."""
    return unquote(raw.decode("utf-8", "replace")).replace("\0", "")


def _cause_or_none(message: Incoming) -> UUID | None:
    try:
        return message.cause
    except Unreadable:
        return None
