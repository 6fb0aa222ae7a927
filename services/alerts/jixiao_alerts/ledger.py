"""The deliveries and their attempts in PostgreSQL: what is due, what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from jixiao.runtime.postgres import Connection
from jixiao_alerts.channels import Result
from jixiao_alerts.schedule import Next


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery to be tried now. ``secret`` is None when its subscription is gone; ``attempt`` counts from 1."""

    delivery_id: UUID
    channel: str
    target: str
    secret: str | None = field(repr=False)
    body: bytes
    attempt: int
    created_at: datetime


async def claim(
    conn: Connection, now: datetime, until: datetime, busy: Sequence[str], a_target: int, limit: int
) -> list[Due]:
    """Take what is due, oldest first, at most so many a target and none of the busy ones.

    What is taken is hidden from other copies of the service until ``until``; if this one dies it is due again then.
    """
    rows: Sequence[Any] = await conn.fetch(
        """WITH due AS (
               SELECT chosen.delivery_id
               FROM (SELECT DISTINCT target FROM deliveries
                     WHERE state = 'pending' AND next_attempt_at <= $1 AND target <> ALL ($3::text[])) AS targets
               CROSS JOIN LATERAL (
                   SELECT d.delivery_id FROM deliveries d
                   WHERE d.state = 'pending' AND d.next_attempt_at <= $1 AND d.target = targets.target
                     AND NOT EXISTS (SELECT FROM gateway_views.subscriptions s
                                     WHERE s.id = d.subscription_id AND s.paused)
                   ORDER BY d.next_attempt_at LIMIT $4 FOR UPDATE SKIP LOCKED) AS chosen
               LIMIT $5)
           UPDATE deliveries d SET next_attempt_at = $2 FROM due WHERE d.delivery_id = due.delivery_id
           RETURNING d.delivery_id, d.channel, d.target, d.body, d.attempts + 1 AS attempt, d.created_at,
                     (SELECT s.secret FROM gateway_views.subscriptions s WHERE s.id = d.subscription_id) AS secret""",
        now,
        until,
        busy,
        a_target,
        limit,
    )
    return [Due(**row) for row in rows]


async def record(conn: Connection, delivery_id: UUID, at: datetime, result: Result, following: Next) -> None:
    """Write an attempt and what follows from it, in one statement; what was once delivered stays so."""
    await conn.execute(
        """WITH delivery AS (
               UPDATE deliveries
               SET attempts = attempts + 1, next_attempt_at = $5,
                   state = CASE WHEN state = 'delivered' THEN state ELSE $4 END
               WHERE delivery_id = $1 RETURNING attempts)
           INSERT INTO attempts (delivery_id, number, at, outcome, detail)
           SELECT $1, attempts, $2, $3, $6 FROM delivery""",
        delivery_id,
        at,
        result.outcome,
        following.state,
        following.at,
        result.detail,
    )
