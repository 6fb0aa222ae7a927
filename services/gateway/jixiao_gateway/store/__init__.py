"""What the gateway reads and writes in PostgreSQL: its own tables, and the views of the others."""

from dataclasses import dataclass

import asyncpg

from jixiao_gateway.store.alerts import AlertStore
from jixiao_gateway.store.attachments import AttachmentStore
from jixiao_gateway.store.events import EventStore
from jixiao_gateway.store.forms import FormStore
from jixiao_gateway.store.subscriptions import SubscriptionStore
from jixiao_gateway.store.units import UnitStore
from jixiao_gateway.store.uploads import UploadStore
from jixiao_gateway.store.versions import VersionStore


@dataclass(frozen=True)
class Store:
    """All of it, on one pool."""

    uploads: UploadStore
    forms: FormStore
    alerts: AlertStore
    subscriptions: SubscriptionStore
    events: EventStore
    units: UnitStore
    attachments: AttachmentStore
    versions: VersionStore

    @classmethod
    def on(cls, pool: asyncpg.Pool) -> "Store":
        """The store on a pool whose search path is the gateway's schema."""
        return cls(
            UploadStore(pool),
            FormStore(pool),
            AlertStore(pool),
            SubscriptionStore(pool),
            EventStore(pool),
            UnitStore(pool),
            AttachmentStore(pool),
            VersionStore(pool),
        )
