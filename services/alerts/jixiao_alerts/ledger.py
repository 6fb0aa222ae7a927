"""The deliveries and their attempts in PostgreSQL: what is due, what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from jixiao.events.matching import is_classified
from jixiao.identity import FormIdentity
from jixiao.runtime.postgres import Connection
from jixiao_alerts.channels import Result
from jixiao_alerts.schedule import Next


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery to be tried now. ``secret`` is None when its subscription is gone; ``attempt`` counts from 1.

    ``body`` is None until it is written; ``since`` is when it was, or else when the message was begun.
    """

    delivery_id: UUID
    subscription_id: UUID
    kind: str
    channel: str
    target: str
    secret: str | None = field(repr=False)
    link_only: bool
    body: bytes | None
    attempt: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the targets of some channels are served: at most so many at a time, with a pause after each."""

    channels: tuple[str, ...]
    a_target: int
    pause: timedelta


async def claim(
    conn: Connection, now: datetime, until: datetime, busy: Sequence[str], pace: Pace, limit: int
) -> list[Due]:
    """Take what is due, oldest first, none of the busy targets.

    What is taken is hidden from other copies of the service until ``until``; if this one dies it is due again then.
    """
    rows: Sequence[Any] = await conn.fetch(
        """WITH due AS (
               SELECT chosen.delivery_id
               FROM (SELECT DISTINCT target FROM deliveries
                     WHERE state = 'pending' AND next_attempt_at <= $1 AND target <> ALL ($3::text[])
                       AND channel = ANY ($6::text[])) AS targets
               CROSS JOIN LATERAL (
                   SELECT d.delivery_id FROM deliveries d
                   WHERE d.state = 'pending' AND d.next_attempt_at <= $1 AND d.target = targets.target
                     AND d.channel = ANY ($6::text[])
                     AND (d.kind <> 'changes' OR NOT EXISTS (SELECT FROM gateway_views.subscriptions s
                                                             WHERE s.id = d.subscription_id AND s.paused))
                   ORDER BY d.next_attempt_at LIMIT $4 FOR UPDATE SKIP LOCKED) AS chosen
               WHERE $7::interval = '0' OR NOT EXISTS (
                   SELECT FROM deliveries p WHERE p.target = targets.target AND p.channel <> 'webhook'
                     AND p.last_attempt_at > $1::timestamptz - $7::interval)
               LIMIT $5)
           UPDATE deliveries d SET next_attempt_at = $2, last_attempt_at = $1
           FROM due WHERE d.delivery_id = due.delivery_id
           RETURNING d.delivery_id, d.subscription_id, d.kind, d.channel, d.target, d.body, d.attempts + 1 AS attempt,
                     coalesce(d.sealed_at, d.created_at) AS since,
                     (SELECT s.secret FROM gateway_views.subscriptions s WHERE s.id = d.subscription_id) AS secret,
                     coalesce((SELECT s.link_only FROM gateway_views.subscriptions s
                               WHERE s.id = d.subscription_id), true) AS link_only""",
        now,
        until,
        busy,
        pace.a_target,
        limit,
        pace.channels,
        pace.pause,
    )
    return [Due(**row) for row in rows]


async def merge(conn: Connection, into: Due, now: datetime) -> None:
    """What else is due for the same subscription and was never sent joins this message."""
    rows = await conn.fetch(
        """SELECT delivery_id FROM deliveries
           WHERE subscription_id = $1 AND body IS NULL AND state = 'pending' AND kind = 'changes'
             AND delivery_id <> $2 AND next_attempt_at <= $3 FOR UPDATE SKIP LOCKED""",
        into.subscription_id,
        into.delivery_id,
        now,
    )
    if not rows:
        return
    joined = [row["delivery_id"] for row in rows]
    await conn.execute(
        """INSERT INTO delivery_changes (delivery_id, event_id)
           SELECT $1, event_id FROM delivery_changes WHERE delivery_id = ANY ($2) ON CONFLICT DO NOTHING""",
        into.delivery_id,
        joined,
    )
    await conn.execute("DELETE FROM delivery_changes WHERE delivery_id = ANY ($1)", joined)
    await conn.execute("DELETE FROM deliveries WHERE delivery_id = ANY ($1)", joined)


async def changes_of(conn: Connection, messages: Sequence[UUID]) -> dict[UUID, list[str]]:
    """The changes each message tells, as JSON, the oldest first; none of a form that was found to be 涉密 meanwhile."""
    rows = await conn.fetch(
        """SELECT d.delivery_id, c.change,
                  ARRAY(SELECT DISTINCT v.identity::text FROM alerts a JOIN versions v USING (identity_key)
                        WHERE a.alert_id = c.alert_id) AS identities
           FROM delivery_changes d JOIN alert_changes c USING (event_id)
           WHERE d.delivery_id = ANY ($1) ORDER BY c.changed_at, c.event_id""",
        messages,
    )
    told: dict[UUID, list[str]] = {message: [] for message in messages}
    for row in rows:
        if not any(is_classified(FormIdentity.model_validate_json(each)) for each in row["identities"]):
            told[row["delivery_id"]].append(row["change"])
    return told


async def seal(conn: Connection, bodies: dict[UUID, bytes], now: datetime) -> None:
    """Write the bodies; nothing joins these messages any more, and every repeat sends the same bytes."""
    await conn.execute(
        """UPDATE deliveries d SET body = b.body, sealed_at = $3
           FROM unnest($1::uuid[], $2::bytea[]) AS b (delivery_id, body) WHERE d.delivery_id = b.delivery_id""",
        list(bodies),
        list(bodies.values()),
        now,
    )


async def channels_due(conn: Connection, now: datetime) -> set[str]:
    """The channels that have anything to send."""
    rows = await conn.fetch(
        "SELECT DISTINCT channel FROM deliveries WHERE state = 'pending' AND next_attempt_at <= $1", now
    )
    return {row["channel"] for row in rows}


async def record(conn: Connection, delivery_id: UUID, at: datetime, result: Result, following: Next) -> None:
    """Write an attempt and what follows from it, in one statement; what was once delivered stays so.

    A target that took a message fares well again.
    """
    await conn.execute(
        """WITH delivery AS (
               UPDATE deliveries
               SET attempts = attempts + 1, next_attempt_at = $5,
                   state = CASE WHEN state = 'delivered' THEN state ELSE $4 END
               WHERE delivery_id = $1 RETURNING attempts, subscription_id, kind),
           well AS (
               DELETE FROM targets t USING delivery d
               WHERE t.subscription_id = d.subscription_id AND d.kind = 'changes' AND $3 = 'delivered')
           INSERT INTO attempts (delivery_id, number, at, outcome, detail)
           SELECT $1, attempts, $2, $3, $6 FROM delivery""",
        delivery_id,
        at,
        result.outcome,
        following.state,
        following.at,
        result.detail,
    )
