"""Alerts, as the alerts service publishes them."""

from collections.abc import AsyncGenerator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from jixiao_gateway.store.query import BY_TIME, NO_FILTERS, Filters, Readers, Where

CHANGES_AT_ONCE = 100
NO_AMOUNT = Decimal(-1)  # where none is known comes last


class Order(StrEnum):
    """What comes first in a list of alerts: the last changed, or the most money at stake."""

    CHANGED = "changed"
    AMOUNT = "amount"


class AlertRow(NamedTuple):
    """An alert as it stands; ``finding`` is JSON, amounts are yuan."""

    alert_id: UUID
    identity_key: str
    project: str
    year: str | None
    kind: str
    unit: str
    unit_name: str
    project_name: str
    rule: str
    severity: str
    condition: str
    handling: str
    deadline: datetime | None
    overdue: bool
    sentence: str
    stated: str | None
    computed: str | None
    amount: Decimal | None
    is_doubt: bool
    follows: str | None
    form_id: UUID
    finding: str
    changed_at: datetime


def place(row: AlertRow, order: Order) -> tuple[Any, UUID]:
    """Where a row stands in a list: what a cursor behind it is made of."""
    first = row.changed_at if order is Order.CHANGED else NO_AMOUNT if row.amount is None else row.amount
    return first, row.alert_id


class ChangeRow(NamedTuple):
    """One change of an alert; ``change`` is the JSON of the event ``alerts.changed``."""

    event_id: UUID
    alert_id: UUID
    change: str
    changed_at: datetime


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as fault:
        raise ValueError(text) from fault


_ORDERS: dict[Order, tuple[str, Readers]] = {
    Order.CHANGED: ("changed_at", BY_TIME),
    Order.AMOUNT: (f"coalesce(amount, {NO_AMOUNT})", (_decimal, UUID)),
}
_EXACT = ["project", "year", "rule", "severity", "condition", "handling", "overdue", "form_id", "follows", "upload_id"]
_FILTERS = {
    "unit": "position({} IN unit_name) > 0",
    "within": "unit = ANY({}) AND NOT is_doubt AND stage = 'live'",
    "follows_in": "follows IS NOT NULL AND form_id = ANY({})",
    # what follows from another is shown under that one, where the caller sees it
    "leading": """(follows IS NULL OR NOT EXISTS (
        SELECT FROM alerts_views.alerts first
        WHERE first.form_id = a.form_id AND first.rule = a.follows
          AND ({} = 'bureau' OR NOT first.is_doubt AND first.stage = 'live')))""",
} | {name: f"{name} = {{}}" for name in _EXACT}
_COLUMNS = ", ".join(AlertRow._fields)


class AlertStore:
    """Reads alerts."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def page(
        self, cursor: str | None, limit: int, filters: Filters = NO_FILTERS, order: Order = Order.CHANGED
    ) -> list[AlertRow]:
        """Alerts in an order. Filters: see ``_FILTERS``; ``unit`` is a part of the printed name."""
        column, readers = _ORDERS[order]
        where = Where()
        where.add_all(_FILTERS, filters)
        where.after(f"{column}, alert_id", cursor, readers)
        rows = await self._pool.fetch(
            f"SELECT {_COLUMNS} FROM alerts_views.alerts a {where}"
            f" ORDER BY {column} DESC, alert_id DESC LIMIT {where.arg(limit)}",
            *where.args,
        )
        return [AlertRow(*row) for row in rows]

    async def get(self, alert_id: UUID) -> AlertRow | None:
        """One alert."""
        row = await self._pool.fetchrow(f"SELECT {_COLUMNS} FROM alerts_views.alerts WHERE alert_id = $1", alert_id)
        return AlertRow(*row) if row else None

    async def history(self, alert_id: UUID) -> list[ChangeRow]:
        """All changes of an alert, the first one first."""
        rows = await self._pool.fetch(
            """SELECT event_id, alert_id, change, changed_at FROM alerts_views.alert_changes
               WHERE alert_id = $1 ORDER BY changed_at, event_id""",
            alert_id,
        )
        return [ChangeRow(*row) for row in rows]

    async def changes_since(self, since: datetime, rules: list[str] | None, limit: int) -> AsyncGenerator[str, None]:
        """The changes that a subscriber could be told of, newest first, as JSON; None in ``rules`` means all."""
        async with self._pool.acquire() as conn, conn.transaction(readonly=True):
            rows = conn.cursor(
                """SELECT change FROM alerts_views.alert_changes
                   WHERE changed_at >= $1 AND ($2::text[] IS NULL OR change #>> '{after,finding,rule}' = ANY($2))
                     AND change #>> '{after,finding,stage}' = 'live'
                     AND change #>> '{after,finding,cause}' <> 'extraction_doubt'
                     AND change #>> '{after,finding,follows}' IS NULL
                   ORDER BY changed_at DESC, event_id LIMIT $3""",
                since,
                rules,
                limit,
                prefetch=CHANGES_AT_ONCE,
            )
            async for row in rows:
                yield row["change"]
