"""The messages that follow from changes, written in the transaction that changed the alerts.

What one upload (or one digest) tells a subscription is one message: changes join it until it goes out.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from pydantic import ValidationError

from jixiao.events import AlertChanged
from jixiao.events.matching import Reason, Subscription, line_of, match
from jixiao.identity import derived_id, normalise_name
from jixiao.runtime.postgres import Connection
from jixiao_alerts.schedule import digest_at

log = structlog.get_logger(__name__)

COMMITTED = "alerts_deliveries"  # PostgreSQL notifies on this channel when new deliveries are committed
GATHER = timedelta(seconds=10)  # so long an upload's other forms are waited for, each anew
GATHER_AT_MOST = timedelta(minutes=10)


def event_id(change: AlertChanged) -> UUID:
    """The id of an ``alerts.changed`` event; it follows from the cause, so that a repeat has the same."""
    return derived_id("alert-changed", change.cause, change.alert_id)


async def write_deliveries(conn: Connection, changed: Sequence[AlertChanged], upload: UUID, whole: bool) -> None:
    """Add the changes of one cause to the messages of an upload; ``whole``: no more of it is to come."""
    now = changed[0].changed_at
    subscriptions = await _subscriptions(conn)
    roots = {root for each in subscriptions for root in (each.unit, each.bound) if root is not None}
    parents = await _parents(conn) if roots else {}
    subscriptions = _come_to(subscriptions, await _units_of(conn, roots) if roots else {})
    lines = {change.identity.unit: line_of(change.identity.unit, parents) for change in changed}
    told = {
        subscription: wanted
        for subscription in sorted(subscriptions, key=lambda each: each.id)
        if (wanted := [c for c in changed if match(subscription, c, lines[c.identity.unit]) is Reason.SEND])
    }
    if told:
        await _join(conn, told, upload, now if whole else now + GATHER)
        await conn.execute(f"NOTIFY {COMMITTED}")


async def release(conn: Connection, upload: UUID, now: datetime) -> None:
    """All forms of an upload are there: what waits for them goes out."""
    await conn.execute(
        """UPDATE deliveries SET next_attempt_at = $2
           WHERE body IS NULL AND state = 'pending' AND group_key = $1 AND next_attempt_at > $2""",
        _group(upload),
        now,
    )
    await conn.execute(f"NOTIFY {COMMITTED}")


async def _join(conn: Connection, told: dict[Subscription, list[AlertChanged]], upload: UUID, due: datetime) -> None:
    rows = [_row(subscription, wanted[0], upload, due) for subscription, wanted in told.items()]
    opened = await conn.fetch(
        """INSERT INTO deliveries (delivery_id, event_id, alert_id, subscription_id, channel, target, group_key,
                                   next_attempt_at, created_at)
           SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[],
                                $8::timestamptz[], $9::timestamptz[])
           ON CONFLICT (subscription_id, group_key) WHERE body IS NULL AND state = 'pending'
           DO UPDATE SET next_attempt_at = CASE
               WHEN deliveries.group_key LIKE 'upload %'
               THEN least(excluded.next_attempt_at, deliveries.created_at + $10)
               ELSE deliveries.next_attempt_at END
           RETURNING subscription_id, delivery_id""",
        *map(list, zip(*rows, strict=True)),
        GATHER_AT_MOST,
    )
    messages = {row["subscription_id"]: row["delivery_id"] for row in opened}
    pairs = [
        (messages[subscription.id], event_id(change)) for subscription, wanted in told.items() for change in wanted
    ]
    await conn.execute(
        "INSERT INTO delivery_changes (delivery_id, event_id) SELECT * FROM unnest($1::uuid[], $2::uuid[])",
        *map(list, zip(*pairs, strict=True)),
    )


def _row(subscription: Subscription, first: AlertChanged, upload: UUID, due: datetime) -> tuple[object, ...]:
    group, now = _group(upload), first.changed_at
    if subscription.rhythm != "at_once":
        due = digest_at(now, subscription.hour or 0, subscription.weekday if subscription.rhythm == "weekly" else None)
        group = f"{subscription.rhythm} {due.isoformat()}"
    return (
        derived_id("delivery", subscription.id, first.cause),
        event_id(first),
        first.alert_id,
        subscription.id,
        subscription.channel,
        subscription.target,
        group,
        due,
        now,
    )


def _group(upload: UUID) -> str:
    return f"upload {upload}"


async def _parents(conn: Connection) -> dict[str, str | None]:
    """Each unit's parent in the register, by key; a unit that people merged stands under the one it came to."""
    rows = await conn.fetch(
        """SELECT u.key, coalesce(m.into_unit, u.parent) AS parent
           FROM parser_views.units u LEFT JOIN gateway_views.unit_merges m ON m.unit = u.key"""
    )
    return {row["key"]: row["parent"] for row in rows}


async def _units_of(conn: Connection, roots: Collection[str]) -> dict[str, str]:
    """What the units that subscriptions name have come to since, by the register's aliases and what people merged."""
    rows = await conn.fetch(
        """SELECT asked.root, coalesce(m.into_unit, n.unit) AS unit
           FROM unnest($1::text[], $2::text[]) AS asked (root, name)
           LEFT JOIN parser_views.unit_names n ON n.name = asked.name
           LEFT JOIN gateway_views.unit_merges m ON m.unit = coalesce(n.unit, asked.name)
           WHERE coalesce(m.into_unit, n.unit) IS NOT NULL""",
        list(roots),
        [normalise_name(root) for root in roots],
    )
    return {row["root"]: row["unit"] for row in rows}


def _come_to(subscriptions: Sequence[Subscription], units: Mapping[str, str]) -> Sequence[Subscription]:
    """The subscriptions with their scopes on the units as they are now."""
    if not units:
        return subscriptions
    return [
        each.model_copy(
            update={"unit": units.get(each.unit or "", each.unit), "bound": units.get(each.bound or "", each.bound)}
        )
        for each in subscriptions
    ]


async def _subscriptions(conn: Connection) -> Sequence[Subscription]:
    """The subscriptions that are not disabled; one that makes no sense must not hold up the others' warnings."""
    rows = await conn.fetch(
        """SELECT s.* FROM gateway_views.subscriptions s
           WHERE NOT EXISTS (SELECT FROM targets t WHERE t.subscription_id = s.id
                             AND t.disabled_at > coalesce(s.enabled_at, '-infinity'))"""
    )
    valid = []
    for row in rows:
        try:
            known = {key: value for key, value in row.items() if key in Subscription.model_fields}
            valid.append(Subscription.model_validate(known))
        except ValidationError as fault:
            log.error("subscription makes no sense, nothing is sent to it", id=str(row["id"]), fault=str(fault))
    return valid
