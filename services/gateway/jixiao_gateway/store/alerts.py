"""Alerts, as the alerts service publishes them."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

import asyncpg

from jixiao_gateway.store.query import BY_TIME, NO_FILTERS, Filters, Where


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
    sentence: str
    stated: str | None
    computed: str | None
    amount: Decimal | None
    is_doubt: bool
    follows: str | None
    form_id: UUID
    finding: str
    changed_at: datetime


class ChangeRow(NamedTuple):
    """One change of an alert; ``change`` is the JSON of the event ``alerts.changed``."""

    event_id: UUID
    alert_id: UUID
    change: str
    changed_at: datetime


_FILTERS = {
    "unit": "position({} IN unit_name) > 0",
    "within": "unit = ANY({}) AND NOT is_doubt AND stage = 'live'",
} | {
    name: f"{name} = {{}}"
    for name in ("project", "year", "rule", "severity", "condition", "handling", "form_id", "upload_id")
}
_COLUMNS = ", ".join(AlertRow._fields)


class AlertStore:
    """Reads alerts."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def page(self, cursor: str | None, limit: int, filters: Filters = NO_FILTERS) -> list[AlertRow]:
        """Alerts, the last changed first. Filters: see ``_FILTERS``; ``unit`` is a part of the printed name."""
        where = Where()
        where.add_all(_FILTERS, filters)
        where.after("changed_at, alert_id", cursor, BY_TIME)
        rows = await self._pool.fetch(
            f"SELECT {_COLUMNS} FROM alerts_views.alerts {where}"
            f" ORDER BY changed_at DESC, alert_id DESC LIMIT {where.arg(limit)}",
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
