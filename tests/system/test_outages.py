"""What breaks round the services and comes back changes nothing in the end state."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from jixiao_cli.local.broker import Broker
from jixiao_cli.local.database import Database
from jixiao_cli.local.service import Service
from tests.system.pipeline import PIPE, Pipeline, all_ready, kept_alive, until
from tests.system.reports import handed

EARLY = [handed(number) for number in range(30)]
LATE = [handed(number) for number in range(30, 60)]
DATABASE_AWAY_SECONDS = 30
BROKER_AWAY_SECONDS = 5


@asynccontextmanager
async def running(
    broker: Broker, database: Database, folder: Path
) -> AsyncIterator[tuple[Pipeline, dict[str, Service], list[str]]]:
    """A pipeline with its three services at work; yields when they have begun on the early files."""
    async with Pipeline.fresh(broker, database) as pipeline:
        services = {name: pipeline.service(name, folder) for name in PIPE}
        async with kept_alive(list(services.values())) as ended:
            await pipeline.hand_in(EARLY)
            await until(lambda: pipeline.has_read(len(EARLY) // 3), 60)
            yield pipeline, services, ended
            await pipeline.settled(len(EARLY + LATE), 120)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def without_faults(
    broker: Broker, database: Database, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[str]]:
    """The end state of a run in which nothing breaks."""
    async with running(broker, database, tmp_path_factory.mktemp("sound")) as (pipeline, _, _):
        await pipeline.hand_in(LATE)
    return await pipeline.dump()


async def test_the_database_away_for_half_a_minute(
    broker: Broker, database: Database, tmp_path: Path, without_faults: dict[str, list[str]]
) -> None:
    async with running(broker, database, tmp_path) as (pipeline, services, ended):
        database.kill()
        await pipeline.hand_in(LATE)
        await asyncio.sleep(DATABASE_AWAY_SECONDS)
        ready = [service.is_ready() for service in services.values()]
        database.start()
    assert ready == [False, False, False]
    assert ended == []
    assert await pipeline.dump() == without_faults


async def test_the_broker_killed_and_started_again(
    broker: Broker, database: Database, tmp_path: Path, without_faults: dict[str, list[str]]
) -> None:
    async with running(broker, database, tmp_path) as (pipeline, _, _):
        late = asyncio.create_task(pipeline.hand_in(LATE))
        await asyncio.sleep(0)
        broker.kill()
        await asyncio.sleep(BROKER_AWAY_SECONDS)
        await asyncio.to_thread(broker.start)
        await late
    assert await pipeline.dump() == without_faults


async def test_sigterm_under_load(
    broker: Broker, database: Database, tmp_path: Path, without_faults: dict[str, list[str]]
) -> None:
    async with running(broker, database, tmp_path) as (pipeline, services, ended):
        await pipeline.hand_in(LATE)
        for service in services.values():
            service.terminate()
    assert sorted(ended) == sorted(PIPE)
    assert await pipeline.dump() == without_faults


async def test_a_second_copy_joins_and_leaves(
    broker: Broker, database: Database, tmp_path: Path, without_faults: dict[str, list[str]]
) -> None:
    async with running(broker, database, tmp_path / "first") as (pipeline, _, _):
        second = [pipeline.service(name, tmp_path / "second") for name in PIPE]
        async with kept_alive(second):
            await all_ready(second)
            await pipeline.hand_in(LATE)
            await until(lambda: pipeline.has_read(len(EARLY) + 5), 60)
            second[0].kill()
            await asyncio.sleep(1)
    assert await pipeline.dump() == without_faults
