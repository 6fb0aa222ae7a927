"""The gateway's stores in memory: a dozen lines each, held against the real ones by tests/contract."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from jixiao_gateway.store.alerts import AlertRow, ChangeRow, Order
from jixiao_gateway.store.events import LiveEvent, NumberedEvent
from jixiao_gateway.store.forms import DocumentRow, FindingRow, FormDetail, FormRow
from jixiao_gateway.store.query import BY_TIME, NO_FILTERS, Filters, decode_cursor
from jixiao_gateway.store.subscriptions import AttemptRow, DeliveryRow, DisabledRow, SubscriptionRow
from jixiao_gateway.store.units import UnitRow
from jixiao_gateway.store.uploads import UploadRow
from jixiao_gateway.store.versions import VersionRow
from jixiao_gateway.upload import Upload


def page(rows: Sequence[Any], cursor: str | None, limit: int, *key: str) -> list[Any]:
    """The rows behind a cursor, newest first."""
    ordered = sorted(rows, key=lambda row: tuple(getattr(row, name) for name in key), reverse=True)
    if cursor is not None:
        after = tuple(decode_cursor(cursor, BY_TIME))
        ordered = [row for row in ordered if tuple(getattr(row, name) for name in key) < after]
    return ordered[:limit]


def is_within(row: AlertRow | FormRow, filters: Filters) -> bool:
    """Whether the store would show a row to the caller of a scope."""
    within = cast(list[str] | None, filters.get("within"))
    return within is None or (row.unit in within and not getattr(row, "is_doubt", False))


def unread(upload: Upload) -> UploadRow:
    """The row of an upload that no other service has met yet."""
    return UploadRow(
        **upload.model_dump(), read_state=None, reason=None, forms=0, scored=0, refused=0, warned=0, told=0
    )


@dataclass
class FakeUploads:
    rows: dict[UUID, UploadRow] = field(default_factory=dict)
    breaks: list[Exception] = field(default_factory=list)

    async def add(self, uploads: Sequence[Upload]) -> None:
        if self.breaks:
            raise self.breaks.pop(0)
        for upload in uploads:
            self.rows.setdefault(upload.id, unread(upload))

    async def get(self, upload_id: UUID) -> UploadRow | None:
        if self.breaks:
            raise self.breaks.pop(0)
        return self.rows.get(upload_id)

    async def page(self, cursor: str | None, limit: int, filters: Filters = NO_FILTERS) -> list[UploadRow]:
        if self.breaks:
            raise self.breaks.pop(0)
        rows = [
            row for row in self.rows.values() if all(getattr(row, name) == value for name, value in filters.items())
        ]
        return page(rows, cursor, limit, "uploaded_at", "id")


@dataclass
class FakeForms:
    documents: dict[str, DocumentRow] = field(default_factory=dict)
    details: dict[UUID, FormDetail] = field(default_factory=dict)
    finding_rows: list[FindingRow] = field(default_factory=list)
    asked: Filters = field(default_factory=dict)

    async def document(self, document_id: str) -> DocumentRow | None:
        return self.documents.get(document_id)

    async def page(self, cursor: str | None, limit: int, filters: Filters = NO_FILTERS) -> list[FormRow]:
        self.asked = filters
        rows = [detail.row for detail in self.details.values() if is_within(detail.row, filters)]
        return page(rows, cursor, limit, "parsed_at", "form_id")

    async def of_uploads(self, upload_ids: list[UUID]) -> list[FormRow]:
        rows = [detail.row for detail in self.details.values() if detail.row.upload_id in upload_ids]
        return sorted(rows, key=lambda row: (str(row.upload_id), row.ordinal))

    async def get(self, form_id: UUID) -> FormDetail | None:
        return self.details.get(form_id)

    async def findings(self, cursor: str | None, limit: int, filters: Filters = NO_FILTERS) -> list[FindingRow]:
        self.asked = filters
        return self.finding_rows[:limit]

    async def lights(self, units: frozenset[str] | None = None) -> dict[int, int]:
        return {0: 1, 2: 2, 4: 3}


@dataclass
class FakeAlerts:
    rows: dict[UUID, AlertRow] = field(default_factory=dict)
    changes: list[ChangeRow] = field(default_factory=list)
    asked: Filters = field(default_factory=dict)
    ordered: Order = Order.CHANGED

    async def page(
        self, cursor: str | None, limit: int, filters: Filters = NO_FILTERS, order: Order = Order.CHANGED
    ) -> list[AlertRow]:
        follows, of_forms = filters.get("follows"), cast(list[UUID] | None, filters.get("follows_in"))
        if of_forms is None:
            self.asked, self.ordered = filters, order
        rows = [row for row in self.rows.values() if is_within(row, filters) and follows in (None, row.follows)]
        rows = [row for row in rows if filters.get("rule", row.rule) == row.rule]
        rows = [row for row in rows if of_forms is None or (row.follows and row.form_id in of_forms)]
        rows = [row for row in rows if "leading" not in filters or row.follows is None]
        return page(rows, cursor, limit, "changed_at", "alert_id")

    async def get(self, alert_id: UUID) -> AlertRow | None:
        return self.rows.get(alert_id)

    async def history(self, alert_id: UUID) -> list[ChangeRow]:
        return [change for change in self.changes if change.alert_id == alert_id]

    async def changes_since(self, since: datetime, rules: list[str] | None, limit: int) -> AsyncGenerator[str, None]:
        for change in sorted(self.changes, key=lambda change: change.changed_at, reverse=True)[:limit]:
            if change.changed_at >= since:
                yield change.change


@dataclass
class FakeSubscriptions:
    rows: dict[UUID, SubscriptionRow] = field(default_factory=dict)
    delivery_rows: list[DeliveryRow] = field(default_factory=list)
    attempt_rows: list[AttemptRow] = field(default_factory=list)
    tests: list[tuple[UUID, UUID]] = field(default_factory=list)
    pairs: list[tuple[UUID, UUID]] = field(default_factory=list)
    disabled_rows: list[DisabledRow] = field(default_factory=list)

    async def add(self, row: SubscriptionRow) -> None:
        self.rows[row.id] = row

    async def page(self, cursor: str | None, limit: int, filters: Filters = NO_FILTERS) -> list[SubscriptionRow]:
        rows = [row for row in self.rows.values() if row.bound in cast(list[str], filters.get("bound", [row.bound]))]
        return page(rows, cursor, limit, "created_at", "id")

    async def change(self, row: SubscriptionRow) -> None:
        if row.id in self.rows:
            self.rows[row.id] = self.rows[row.id]._replace(paused=row.paused, enabled_at=row.enabled_at)

    async def replace(self, row: SubscriptionRow) -> bool:
        stands = self.rows.get(row.id)
        if stands is None or stands.revision != row.revision:
            return False
        kept = {name: getattr(stands, name) for name in ("bound", "paused", "created_at")}
        self.rows[row.id] = row._replace(revision=row.revision + 1, **kept)
        return True

    async def ask_test(self, message_id: UUID, subscription_id: UUID, at: datetime) -> None:
        self.tests.append((message_id, subscription_id))

    async def unsealed(self) -> list[tuple[UUID, str]]:
        return [(row.id, row.secret) for row in self.rows.values() if not row.secret.startswith("sealed:")]

    async def reseal(self, subscription_id: UUID, sealed: str) -> None:
        self.rows[subscription_id] = self.rows[subscription_id]._replace(secret=sealed)

    async def get(self, subscription_id: UUID) -> SubscriptionRow | None:
        return self.rows.get(subscription_id)

    async def delete(self, subscription_id: UUID) -> bool:
        return self.rows.pop(subscription_id, None) is not None

    async def deliveries(self, subscription_id: UUID, cursor: str | None, limit: int) -> list[DeliveryRow]:
        rows = [row for row in self.delivery_rows if row.subscription_id == subscription_id]
        return page(rows, cursor, limit, "created_at", "delivery_id")

    async def told(self, delivery_ids: list[UUID]) -> list[tuple[UUID, UUID]]:
        return [pair for pair in self.pairs if pair[0] in delivery_ids]

    async def disabled(self) -> list[DisabledRow]:
        return self.disabled_rows

    async def attempts(self, delivery_ids: list[UUID]) -> list[AttemptRow]:
        return [row for row in self.attempt_rows if row.delivery_id in delivery_ids]


@dataclass
class FakeAttachments:
    kept: dict[str, bytes] = field(default_factory=dict)

    async def add(self, document_id: str, content: bytes) -> None:
        self.kept.setdefault(document_id, content)

    async def get(self, document_id: str) -> bytes | None:
        return self.kept.get(document_id)


@dataclass
class FakeVersions:
    rows: list[VersionRow] = field(default_factory=list)

    async def of_form(self, form_id: UUID) -> list[VersionRow]:
        return self.rows if any(row.form_id == form_id for row in self.rows) else []


@dataclass
class FakeUnits:
    parent: dict[str, str | None] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    registered: set[str] = field(default_factory=set)

    async def resolve(self, name: str) -> str:
        key = self.aliases.get(name, name)
        while key in self.merged:
            key = self.merged[key]
        return key

    def row(self, key: str) -> UnitRow:
        into, provisional = self.merged.get(key), key not in self.registered
        aliases = [name for name, of in self.aliases.items() if of == key]
        opened = provisional and into is None
        return UnitRow(key, key, None, self.parent[key], provisional, opened, into, into and "审核科", None, aliases, 0)

    async def page(self, cursor: str | None, limit: int, filters: Filters = NO_FILTERS) -> list[UnitRow]:
        within = cast(list[str] | None, filters.get("within"))
        rows = [self.row(key) for key in self.parent if within is None or key in within]
        rows = [row for row in rows if str(filters.get("name", "")) in row.name]
        return sorted(rows, key=lambda row: (row.open, row.key), reverse=True)[:limit]

    async def get(self, key: str) -> UnitRow | None:
        return self.row(key) if key in self.parent else None

    async def merge(self, unit: str, into: str, by: str, at: datetime) -> bool:
        if unit in (into, await self.resolve(into)):
            return False
        self.merged[unit] = into
        return True

    async def part(self, unit: str) -> None:
        self.merged.pop(unit, None)

    async def within(self, root: str) -> frozenset[str]:
        found = {root}
        above = [*self.parent.items(), *self.merged.items()]
        while more := {key for key, parent in above if parent in found} - found:
            found |= more
        return frozenset(found)

    async def find(self, text: str, key: str) -> str | None:
        found = await self.resolve(key)
        return found if found in self.parent else None

    async def parents(self) -> dict[str, str | None]:
        return self.parent | self.merged


@dataclass
class FakeEvents:
    kept: list[LiveEvent] = field(default_factory=list)
    breaks: list[Exception] = field(default_factory=list)

    async def append(self, events: Sequence[LiveEvent]) -> None:
        if self.breaks:
            raise self.breaks.pop(0)
        known = {event.event_id for event in self.kept}
        self.kept.extend(event for event in events if event.event_id not in known)

    async def after(self, seq: int, limit: int) -> list[NumberedEvent]:
        if self.breaks:
            raise self.breaks.pop(0)
        numbered = [NumberedEvent(at, event.type, event.data) for at, event in enumerate(self.kept, 1)]
        return [event for event in numbered if event.seq > seq][:limit]

    async def last(self) -> int:
        return len(self.kept)

    async def prune(self, before: datetime) -> None:
        self.kept = [event for event in self.kept if event.at >= before]
