"""The gateway's store on the real database, beside connections of the services whose views it reads."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import cast

import asyncpg
import pytest

from jixiao.runtime.postgres import connect_pool
from jixiao_gateway.store import Store
from tests.unit.gateway.fakes import FakeEvents, FakeSubscriptions, FakeUploads


@dataclass(frozen=True)
class OwnTables:
    uploads: FakeUploads
    subscriptions: FakeSubscriptions
    events: FakeEvents


@pytest.fixture
async def real(clean_database: dict[str, str]) -> AsyncIterator[Store]:
    """The store on empty tables of its own."""
    pool = await connect_pool(clean_database["gateway"], "test")
    await pool.execute("TRUNCATE uploads, events, subscriptions, unit_merges RESTART IDENTITY CASCADE")
    yield Store.on(pool)
    await pool.close()


@pytest.fixture(params=["fake", "real"])
def store(request: pytest.FixtureRequest, real: Store) -> Store:
    """What both backends must do alike."""
    return real if request.param == "real" else cast(Store, OwnTables(FakeUploads(), FakeSubscriptions(), FakeEvents()))


@pytest.fixture
async def others(clean_database: dict[str, str]) -> AsyncIterator[dict[str, asyncpg.Connection]]:
    """Connections of the other services, on empty tables."""
    tables = {"parser": "documents, dead_letters", "scorer": "assessments, dead_letters", "alerts": "versions"}
    connections = {name: await asyncpg.connect(clean_database[name]) for name in tables}
    for name, emptied in tables.items():
        await connections[name].execute(f"TRUNCATE {emptied} CASCADE")
    yield connections
    for connection in connections.values():
        await connection.close()
