"""The real broker and the real database, started once for all tests, and a clean place on both for each test module.

``broker``, ``database``   the servers: ``.bootstrap`` and ``.dsn``; ``kill()``, ``stop()``, ``start()``, ``restart()``
``clean_database``         service → DSN in a fresh database with every migration applied
``topic_prefix``           a fresh prefix; the topics exist
``services``               starts real services on these two: ``services("parser", JIXIAO_GIVE_UP_AFTER="5")``
"""

import asyncio
import gc
import logging
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jixiao_cli.local.broker import Broker
from jixiao_cli.local.database import Database
from jixiao_cli.local.ports import free_port
from jixiao_cli.local.process import Process
from jixiao_cli.local.service import Service, shared_settings
from jixiao_cli.setup import SERVICES, prepare_database, prepare_topics

PASSWORD = "only-for-tests"
SECRET_KEY = "only-for-tests-and-nothing-else-at-all"


@pytest.fixture(scope="session", autouse=True)
def _no_settings_from_outside() -> None:
    for name in [name for name in os.environ if name.startswith("JIXIAO_")]:
        del os.environ[name]


@pytest.fixture(autouse=True)
def _stray_errors_fail() -> Iterator[None]:
    """What asyncio can only log (a task's fault that nobody awaited) fails the test it happened in."""
    stray: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: stray.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("asyncio")
    logger.addHandler(handler)
    yield
    gc.collect(0)
    logger.removeHandler(handler)
    assert not stray, f"stray errors: {stray}"


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A folder that other users reach (pytest's own are closed to them): PostgreSQL may have to run as another."""
    with tempfile.TemporaryDirectory(prefix="jixiao-test-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A Kafka broker."""
    with Broker(tmp_path_factory.mktemp("kafka"), free_port(), free_port()) as broker:
        yield broker


@pytest.fixture(scope="session")
def database(open_folder: Path) -> Iterator[Database]:
    """A PostgreSQL server."""
    with Database(open_folder / "postgres", free_port(), PASSWORD, durable=False) as database:
        yield database


@pytest.fixture(scope="module")
def clean_database(database: Database) -> dict[str, str]:
    """Service → DSN in a fresh database with every migration applied."""
    name = f"test_{secrets.token_hex(4)}"
    dsns = {service: database.dsn_for(f"jixiao_{service}", PASSWORD, name) for service in SERVICES}
    _outside_the_loop(lambda: asyncio.run(prepare_database(database.dsn, dsns)))
    return dsns


@pytest.fixture(scope="module")
def topic_prefix(broker: Broker) -> str:
    """A fresh prefix whose topics exist, three partitions each."""
    prefix = f"test-{secrets.token_hex(4)}."
    _outside_the_loop(lambda: asyncio.run(prepare_topics(kafka=broker.bootstrap, topic_prefix=prefix)))
    return prefix


class StartService:
    """Starts services; each call starts one more copy. All are stopped at the end of the test."""

    def __init__(self, settings: dict[str, str], folder: Path) -> None:
        self.settings = settings
        self.started: list[Service] = []
        self._folder = folder

    def __call__(self, name: str, wait: bool = True, **settings: str) -> Service:
        """Start a service (parser, scorer, alerts, gateway) with settings of its own; ``wait`` until it is ready."""
        folder = self._folder / f"{len(self.started)}"
        service = Service(name, free_port(), self.settings | settings, folder)
        self.started.append(service)
        service.prepare()
        service.spawn()
        if wait:
            service.wait_ready()
        return service


@pytest.fixture
def services(
    broker: Broker, clean_database: dict[str, str], topic_prefix: str, tmp_path: Path
) -> Iterator[StartService]:
    """Starts real services on the module's database and topics, with a short group session."""
    settings = shared_settings(broker.bootstrap, clean_database)
    start = StartService(
        settings
        | {"JIXIAO_TOPIC_PREFIX": topic_prefix, "JIXIAO_SESSION_TIMEOUT": "6", "JIXIAO_SECRET_KEY": SECRET_KEY},
        tmp_path,
    )
    yield start
    stop_all(start.started)


def stop_all(processes: list[Service]) -> None:
    """Stop processes side by side."""
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait_stopped(Process.stop_seconds)


def _outside_the_loop(work: Callable[[], object]) -> None:
    """Run what starts an event loop of its own, whether or not one runs here already."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(work).result()
