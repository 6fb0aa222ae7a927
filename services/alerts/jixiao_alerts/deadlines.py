"""The clock of the 整改 loop: a deadline that passes without an answer is a change of its own."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from jixiao.identity import derived_id
from jixiao.runtime.background import keep_looking, tell_decided
from jixiao.runtime.health import Health
from jixiao.runtime.inbox import Inbox
from jixiao.runtime.message import Outgoing
from jixiao.runtime.postgres import Connection
from jixiao.runtime.produce import Producer
from jixiao_alerts.app import tell
from jixiao_alerts.store import apply_deadline

AT_ONCE = 100


def _now() -> datetime:
    return datetime.now(UTC)


class Deadlines:
    """Looks for deadlines that have passed, until cancelled; any number of copies may look."""

    def __init__(self, inbox: Inbox, producer: Producer, health: Health, clock: Callable[[], datetime] = _now) -> None:
        self._inbox = inbox
        self._producer = producer
        self._health = health
        self._clock = clock

    async def run(self) -> None:
        """For ever; what the world does is waited out."""

        async def more() -> bool:
            return await self.look() == AT_ONCE

        await keep_looking("deadlines", more, self._health)

    async def look(self) -> int:
        """Decide what has passed, and tell what was decided; how many deadlines it was."""
        rows = await self._inbox.pool.fetch(
            """SELECT alert_id, deadline FROM alerts
               WHERE handling = 'returned' AND NOT overdue AND deadline <= $1 ORDER BY deadline LIMIT $2""",
            self._clock(),
            AT_ONCE,
        )
        for row in rows:
            cause = derived_id("deadline passed", row["alert_id"], row["deadline"].isoformat())
            await self._inbox.decide(cause, partial(self._passed, row["alert_id"], row["deadline"], cause))
        await self._tell_decided()
        return len(rows)

    async def _passed(self, alert: UUID, deadline: datetime, cause: UUID, conn: Connection) -> list[Outgoing]:
        await conn.execute(
            "INSERT INTO deadlines_passed (cause, alert_id, deadline) VALUES ($1, $2, $3)", cause, alert, deadline
        )
        changed = await apply_deadline(conn, alert, cause, self._clock())
        return [tell(change, cause.hex) for change in changed]

    async def _tell_decided(self) -> None:
        """Also what a process decided that died before it could tell."""
        rows = await self._inbox.pool.fetch(
            "SELECT cause FROM deadlines_passed JOIN decisions USING (cause) WHERE sent_at IS NULL LIMIT $1", AT_ONCE
        )
        await tell_decided(self._inbox, self._producer, [row["cause"] for row in rows])
