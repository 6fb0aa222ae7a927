"""What a subscription would have sent in the last 90 days, by the very rule that sends (``jixiao.events.matching``)."""

from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from jixiao.events import AlertChanged
from jixiao.events.matching import News, Reason, Subscription, line_of, match, news
from jixiao.identity import normalise_name
from jixiao_gateway.parts import Gateway
from jixiao_gateway.store.subscriptions import SubscriptionRow

DAYS = 90
LOOKED_AT = 20_000
SHOWN = 20
BEIJING = timezone(timedelta(hours=8))


class WouldSend(BaseModel):
    """One change that would have been told."""

    alert_id: UUID
    changed_at: datetime
    kind: News
    unit_name: str
    project_name: str
    rule: str
    severity: str
    sentence: str
    amount: Decimal | None


class Preview(BaseModel):
    """How many changes and messages; ``items`` are the newest of the changes.

    ``complete`` is false when there were more changes than were looked at: the newest of them were.
    """

    since: datetime
    changes: int
    messages: int
    complete: bool
    items: list[WouldSend]


async def preview(parts: Gateway, row: SubscriptionRow, now: datetime) -> Preview:
    """Run a subscription over the kept changes."""
    since = now - timedelta(days=DAYS)
    row = row._replace(unit=await _come_to(parts, row.unit), bound=await _come_to(parts, row.bound))
    count = Count(row, await parts.store.units.parents())
    looked_at = 0
    async for text in parts.store.alerts.changes_since(since, row.rules, LOOKED_AT):
        looked_at += 1
        count.add(AlertChanged.model_validate_json(text))
    return Preview(
        since=since,
        changes=count.changes,
        messages=len(count.messages),
        complete=looked_at < LOOKED_AT,
        items=list(count.shown),
    )


async def _come_to(parts: Gateway, root: str | None) -> str | None:
    """The unit that a subscription's unit has come to since, by the register's aliases and what people merged."""
    return None if root is None else await parts.store.units.resolve(normalise_name(root))


class Count:
    """Counts what a subscription is told; changes come newest first."""

    def __init__(self, row: SubscriptionRow, parents: Mapping[str, str | None]) -> None:
        self._subscription = Subscription.model_validate(row._asdict() | {"paused": False})
        self._parents = parents
        self.changes = 0
        self.messages: set[object] = set()
        self.shown: deque[WouldSend] = deque()

    def add(self, change: AlertChanged) -> None:
        """Count a change if it is told."""
        if match(self._subscription, change, line_of(change.identity.unit, self._parents)) is not Reason.SEND:
            return
        self.changes += 1
        self.messages.add(self._message(change))
        if len(self.shown) < SHOWN:
            self.shown.append(_shown(change))

    def _message(self, change: AlertChanged) -> object:
        """What the changes of one message share: the upload, or the digest that tells them."""
        subscription = self._subscription
        if subscription.hour is None:
            return change.after.version.upload_id
        return digest_at(change.changed_at, subscription.hour, subscription.weekday)


def digest_at(at: datetime, hour: int, weekday: int | None) -> datetime:
    """The first digest after a moment; ``hour`` and ``weekday`` (Monday is 1, None: every day) are Beijing time."""
    local = at.astimezone(BEIJING)
    moment = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    while moment <= local or weekday not in (None, moment.isoweekday()):
        moment += timedelta(days=1)
    return moment


def _shown(change: AlertChanged) -> WouldSend:
    identity, finding = change.identity, change.after.finding
    told = news(change)
    assert told is not None, "what matched is news"
    values: dict[str, Any] = {
        "alert_id": change.alert_id,
        "changed_at": change.changed_at,
        "kind": told,
        "unit_name": identity.unit_name,
        "project_name": identity.project_name,
        "rule": finding.rule,
        "severity": finding.severity,
        "sentence": finding.sentence,
        "amount": finding.amount,
    }
    return WouldSend.model_validate(values)
