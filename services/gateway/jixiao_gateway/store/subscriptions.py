"""Subscriptions, and the ledger of their deliveries as the alerts service publishes it."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

import asyncpg

from jixiao_gateway.store.query import BY_TIME, Where


class SubscriptionRow(NamedTuple):
    """A subscription; None in a filter means everything. ``least_amount`` is in yuan."""

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


class DeliveryRow(NamedTuple):
    """A delivery; ``attempts`` says how many there were, ``next_attempt_at`` when the next one is due."""

    delivery_id: UUID
    subscription_id: UUID
    alert_id: UUID
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


_COLUMNS = ", ".join(SubscriptionRow._fields)
_DELIVERY_COLUMNS = ", ".join(DeliveryRow._fields)


class SubscriptionStore:
    """Reads and writes subscriptions, reads deliveries."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def add(self, row: SubscriptionRow) -> None:
        """Write a new subscription."""
        places = ", ".join(f"${place}" for place in range(1, len(row) + 1))
        await self._pool.execute(f"INSERT INTO subscriptions ({_COLUMNS}) VALUES ({places})", *row)

    async def page(self, cursor: str | None, limit: int) -> list[SubscriptionRow]:
        """Subscriptions, newest first."""
        where = Where()
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
