"""The messages that follow from changes, written in the transaction that changed the alerts."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import structlog
from pydantic import ValidationError

from jixiao.events import AlertChanged
from jixiao.events.matching import Reason, Subscription, line_of, match, news
from jixiao.identity import derived_id
from jixiao.runtime.postgres import Connection
from jixiao_alerts.render import message

log = structlog.get_logger(__name__)

COMMITTED = "alerts_deliveries"  # PostgreSQL notifies on this channel when new deliveries are committed


def event_id(change: AlertChanged) -> UUID:
    """The id of an ``alerts.changed`` event; it follows from the cause, so that a repeat has the same."""
    return derived_id("alert-changed", change.cause, change.alert_id)


async def write_deliveries(conn: Connection, changed: Iterable[AlertChanged]) -> None:
    subscriptions, parents = await _subscriptions(conn), await _parents(conn)
    rows = [
        _delivery_row(subscription, change)
        for change in changed
        for subscription in subscriptions
        if match(subscription, change, line_of(change.identity.unit, parents)) is Reason.SEND
    ]
    await conn.executemany(
        """INSERT INTO deliveries (delivery_id, event_id, subscription_id, alert_id, channel, target, body,
                                   next_attempt_at, created_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)""",
        rows,
    )
    if rows:
        await conn.execute(f"NOTIFY {COMMITTED}")


def _delivery_row(subscription: Subscription, change: AlertChanged) -> tuple[object, ...]:
    told = news(change)
    assert told is not None, "what matched is news"
    delivery_id = derived_id("delivery", event_id(change), subscription.id)
    return (
        delivery_id,
        event_id(change),
        subscription.id,
        change.alert_id,
        subscription.channel,
        subscription.target,
        message(delivery_id, change, told),
        change.changed_at,
    )


async def _parents(conn: Connection) -> dict[str, str | None]:
    """Each unit's parent in the register, by key."""
    return {row["key"]: row["parent"] for row in await conn.fetch("SELECT key, parent FROM parser_views.units")}


async def _subscriptions(conn: Connection) -> Sequence[Subscription]:
    """The gateway's subscriptions; one that makes no sense must not hold up the others' warnings."""
    rows = await conn.fetch("SELECT * FROM gateway_views.subscriptions")
    valid = []
    for row in rows:
        try:
            valid.append(
                Subscription.model_validate({key: row[key] for key in row.keys() & Subscription.model_fields.keys()})
            )
        except ValidationError as fault:
            log.error("subscription makes no sense, nothing is sent to it", id=str(row["id"]), fault=str(fault))
    return valid
