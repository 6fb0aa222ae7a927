"""The live log: numbered events in the order of their commits, so that a watcher misses none."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import asyncpg

from jixiao.runtime.postgres import Connection

EVENTS_KEPT = timedelta(days=14)


class LiveEvent(NamedTuple):
    """An event for watchers. ``data`` is JSON text; ``upload_id`` says which upload it is about."""

    event_id: UUID
    type: str
    at: datetime
    upload_id: UUID | None
    data: str


class NumberedEvent(NamedTuple):
    """An event as it stands in the log."""

    seq: int
    type: str
    data: str


class EventStore:
    """Writes and reads the live log."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def append(self, events: Sequence[LiveEvent]) -> None:
        """Write events that are not there yet."""
        async with self._pool.acquire() as conn, conn.transaction():
            await append(conn, events)

    async def after(self, seq: int, limit: int) -> list[NumberedEvent]:
        """The events behind a number, in order."""
        rows = await self._pool.fetch(
            "SELECT seq, type, data FROM events WHERE seq > $1 ORDER BY seq LIMIT $2", seq, limit
        )
        return [NumberedEvent(*row) for row in rows]

    async def last(self) -> int:
        """The number of the newest event; 0 when there is none."""
        return int(await self._pool.fetchval("SELECT coalesce(max(seq), 0) FROM events"))

    async def prune(self, before: datetime) -> None:
        """Delete events older than a time."""
        await self._pool.execute("DELETE FROM events WHERE at < $1", before)


async def append(conn: Connection, events: Sequence[LiveEvent]) -> None:
    """Write events inside a transaction; one writer at a time, or a smaller number could appear after a larger one."""
    await conn.execute("SELECT pg_advisory_xact_lock(hashtext('gateway.events'))")
    await conn.executemany(
        """INSERT INTO events (event_id, type, at, upload_id, data) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (event_id) DO NOTHING""",
        events,
    )
