"""Subscriptions, and the ledger of their deliveries as the alerts service publishes it."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

import asyncpg

from jixiao_gateway.store.query import BY_TIME, NO_FILTERS, Filters, Where

TESTS_KEPT = timedelta(days=1)


class SubscriptionRow(NamedTuple):
    """A subscription; None in a filter means everything. ``least_amount`` is in yuan, ``secret`` is sealed.

    ``unit`` and ``bound`` are roots of subtrees; ``hour`` and ``weekday`` (Monday is 1) are Beijing time.
    ``revision`` counts the edits, from 1.
    """

    id: UUID
    subscriber: str
    channel: str
    target: str
    secret: str
    unit: str | None
    project: str | None
    rules: list[str] | None
    least_severity: str
    least_amount: Decimal | None
    conditions: list[str]
    paused: bool
    created_at: datetime
    district: str | None = None
    bound: str | None = None
    rhythm: str = "at_once"
    hour: int | None = None
    weekday: int | None = None
    link_only: bool = False
    enabled_at: datetime | None = None
    revision: int = 1


class DeliveryRow(NamedTuple):
    """A delivery; ``attempts`` says how many there were, ``next_attempt_at`` when the next one is due.

    ``kind``: changes of alerts, a test, or a notice that the target is disabled.
    """

    delivery_id: UUID
    subscription_id: UUID
    kind: str
    state: str
    attempts: int
    next_attempt_at: datetime | None
    created_at: datetime


class AttemptRow(NamedTuple):
    """One attempt to deliver."""

    delivery_id: UUID
    number: int
    at: datetime
    outcome: str
    detail: str | None


class DisabledRow(NamedTuple):
    """A target that failed for so long that nothing is sent to it any more."""

    subscription_id: UUID
    disabled_at: datetime
    reason: str


_COLUMNS = ", ".join(SubscriptionRow._fields)
_EDITED = tuple(
    name for name in SubscriptionRow._fields if name not in ("id", "bound", "paused", "created_at", "revision")
)
_FILTERS = {"bound": "bound = ANY({})"}
_DELIVERY_COLUMNS = ", ".join(DeliveryRow._fields)


class SubscriptionStore:
    """Reads and writes subscriptions, reads deliveries."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def add(self, row: SubscriptionRow) -> None:
        """Write a new subscription."""
        places = ", ".join(f"${place}" for place in range(1, len(row) + 1))
        await self._pool.execute(f"INSERT INTO subscriptions ({_COLUMNS}) VALUES ({places})", *row)

    async def page(self, cursor: str | None, limit: int, filters: Filters = NO_FILTERS) -> list[SubscriptionRow]:
        """Subscriptions, newest first. Filter: ``bound``."""
        where = Where()
        where.add_all(_FILTERS, filters)
        where.after("created_at, id", cursor, BY_TIME)
        rows = await self._pool.fetch(
            f"SELECT {_COLUMNS} FROM subscriptions {where} ORDER BY created_at DESC, id DESC LIMIT {where.arg(limit)}",
            *where.args,
        )
        return [SubscriptionRow(*row) for row in rows]

    async def get(self, subscription_id: UUID) -> SubscriptionRow | None:
        """One subscription."""
        row = await self._pool.fetchrow(f"SELECT {_COLUMNS} FROM subscriptions WHERE id = $1", subscription_id)
        return SubscriptionRow(*row) if row else None

    async def change(self, row: SubscriptionRow) -> None:
        """Write what may change of a subscription: whether it is paused, and when it was switched on again."""
        await self._pool.execute(
            "UPDATE subscriptions SET paused = $2, enabled_at = $3 WHERE id = $1", row.id, row.paused, row.enabled_at
        )

    async def replace(self, row: SubscriptionRow) -> bool:
        """Write an edited subscription; False when ``row.revision`` is not the one that stands there."""
        places = ", ".join(f"{name} = ${place}" for place, name in enumerate(_EDITED, 3))
        status: str = await self._pool.execute(
            f"UPDATE subscriptions SET revision = revision + 1, {places} WHERE id = $1 AND revision = $2",
            row.id,
            row.revision,
            *(getattr(row, name) for name in _EDITED),
        )
        return status != "UPDATE 0"

    async def ask_test(self, message_id: UUID, subscription_id: UUID, at: datetime) -> None:
        """Ask the alerts service for a test message; its delivery has the same id."""
        async with self._pool.acquire() as conn, conn.transaction():
            await conn.execute("DELETE FROM test_messages WHERE asked_at < $1", at - TESTS_KEPT)
            await conn.execute("INSERT INTO test_messages VALUES ($1, $2, $3)", message_id, subscription_id, at)

    async def unsealed(self) -> list[tuple[UUID, str]]:
        """Subscriptions whose secret was written before secrets were sealed."""
        rows = await self._pool.fetch("SELECT id, secret FROM subscriptions WHERE secret NOT LIKE 'sealed:%'")
        return [(row["id"], row["secret"]) for row in rows]

    async def reseal(self, subscription_id: UUID, sealed: str) -> None:
        """Replace a secret by the same one sealed."""
        await self._pool.execute("UPDATE subscriptions SET secret = $2 WHERE id = $1", subscription_id, sealed)

    async def delete(self, subscription_id: UUID) -> bool:
        """Delete a subscription; False when there was none."""
        status: str = await self._pool.execute("DELETE FROM subscriptions WHERE id = $1", subscription_id)
        return status != "DELETE 0"

    async def deliveries(self, subscription_id: UUID, cursor: str | None, limit: int) -> list[DeliveryRow]:
        """The deliveries of a subscription, newest first."""
        where = Where()
        where.add("subscription_id = {}", subscription_id)
        where.after("created_at, delivery_id", cursor, BY_TIME)
        rows = await self._pool.fetch(
            f"SELECT {_DELIVERY_COLUMNS} FROM alerts_views.deliveries {where}"
            f" ORDER BY created_at DESC, delivery_id DESC LIMIT {where.arg(limit)}",
            *where.args,
        )
        return [DeliveryRow(*row) for row in rows]

    async def attempts(self, delivery_ids: list[UUID]) -> list[AttemptRow]:
        """The attempts of some deliveries, in order."""
        rows = await self._pool.fetch(
            """SELECT delivery_id, number, at, outcome, detail FROM alerts_views.attempts
               WHERE delivery_id = ANY($1) ORDER BY delivery_id, number""",
            delivery_ids,
        )
        return [AttemptRow(*row) for row in rows]

    async def told(self, delivery_ids: list[UUID]) -> list[tuple[UUID, UUID]]:
        """Which alerts some deliveries tell of: (delivery, alert)."""
        rows = await self._pool.fetch(
            """SELECT DISTINCT delivery_id, alert_id FROM alerts_views.delivery_changes
               WHERE delivery_id = ANY($1) ORDER BY delivery_id, alert_id""",
            delivery_ids,
        )
        return [(row["delivery_id"], row["alert_id"]) for row in rows]

    async def disabled(self) -> list[DisabledRow]:
        """The subscriptions whose targets are disabled and were not switched on again since."""
        rows = await self._pool.fetch(
            """SELECT t.subscription_id, t.disabled_at, t.reason
               FROM alerts_views.targets t JOIN subscriptions s ON s.id = t.subscription_id
               WHERE t.disabled_at > coalesce(s.enabled_at, '-infinity')"""
        )
        return [DisabledRow(*row) for row in rows]
