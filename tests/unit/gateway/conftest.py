"""The whole gateway on fakes, spoken to over real HTTP."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, fields
from ipaddress import ip_network
from pathlib import Path
from typing import Any, cast

import aiohttp
import pytest
import uvicorn

from jixiao.runtime.secrets import Secrets
from jixiao_gateway.app import create_app
from jixiao_gateway.hub import Hub
from jixiao_gateway.intake import Intake, Lanes
from jixiao_gateway.ledger import Ledger
from jixiao_gateway.live import uploaded_event
from jixiao_gateway.parts import Gateway
from jixiao_gateway.security import Tokens
from jixiao_gateway.store import Store
from jixiao_gateway.upload import Upload
from tests.fakes.producer import FakeProducer
from tests.unit.gateway.fakes import (
    FakeAlerts,
    FakeAttachments,
    FakeEvents,
    FakeForms,
    FakeSubscriptions,
    FakeUnits,
    FakeUploads,
    FakeVersions,
)

SECRETS = Secrets("only-for-tests-and-nothing-else-at-all")


@dataclass
class Fakes:
    """What a test looks at and sets up."""

    producer: FakeProducer = field(default_factory=FakeProducer)
    uploads: FakeUploads = field(default_factory=FakeUploads)
    forms: FakeForms = field(default_factory=FakeForms)
    alerts: FakeAlerts = field(default_factory=FakeAlerts)
    subscriptions: FakeSubscriptions = field(default_factory=FakeSubscriptions)
    events: FakeEvents = field(default_factory=FakeEvents)
    units: FakeUnits = field(default_factory=FakeUnits)
    attachments: FakeAttachments = field(default_factory=FakeAttachments)
    versions: FakeVersions = field(default_factory=FakeVersions)
    not_ready: str | None = None

    @property
    def store(self) -> Store:
        return cast(Store, StoreOfFakes(**{each.name: getattr(self, each.name) for each in fields(StoreOfFakes)}))


@dataclass(frozen=True)
class StoreOfFakes:
    uploads: FakeUploads
    forms: FakeForms
    alerts: FakeAlerts
    subscriptions: FakeSubscriptions
    events: FakeEvents
    units: FakeUnits
    attachments: FakeAttachments
    versions: FakeVersions


@dataclass
class Api:
    """A running gateway and a client of it."""

    http: aiohttp.ClientSession
    fakes: Fakes
    parts: Gateway
    url: str

    async def get(self, path: str, status: int = 200, **options: Any) -> Any:
        """The JSON of an answer that must have this status."""
        async with self.http.get(path, **options) as answer:
            assert answer.status == status, await answer.text()
            return await answer.json(content_type=None)

    async def post(self, path: str, status: int, **options: Any) -> Any:
        """The same for a POST."""
        async with self.http.post(path, **options) as answer:
            assert answer.status == status, await answer.text()
            return await answer.json(content_type=None)


async def eventually(holds: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


class QuietServer(uvicorn.Server):
    """A server that leaves the test run's signal handlers alone."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


StartApi = Callable[..., Awaitable[Api]]


@pytest.fixture
async def start_api() -> AsyncIterator[StartApi]:
    """Starts a gateway on fakes; all are stopped at the end of the test."""
    async with AsyncExitStack() as stack:

        async def start(**options: Any) -> Api:
            return await stack.enter_async_context(_running(**options))

        yield start


@pytest.fixture
async def api(start_api: StartApi) -> Api:
    """A gateway as it runs on a person's own machine."""
    return await start_api()


@asynccontextmanager
async def _running(
    tokens: Sequence[str] = (), need_token: bool = False, loopback: bool = True, bulk: str = "50 per 10 minutes"
) -> AsyncIterator[Api]:
    fakes = Fakes()
    parts = _parts(fakes, Tokens(tokens), bulk)
    app = create_app(parts, need_token, loopback)
    listener = socket.create_server(("127.0.0.1", 0))
    server = QuietServer(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1, access_log=False))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with asyncio.TaskGroup() as group:
        work = [group.create_task(parts.hub.run()), group.create_task(parts.ledger.run())]
        serving = group.create_task(server.serve([listener]))
        await eventually(lambda: server.started)
        async with aiohttp.ClientSession(url, cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
            yield Api(http, fakes, parts, url)
        parts.hub.close()
        server.should_exit = True
        await serving
        for task in work:
            task.cancel()
    listener.close()


def _parts(fakes: Fakes, tokens: Tokens, bulk: str) -> Gateway:
    hub = Hub(fakes.events, poll=0.02)

    async def write(uploads: Sequence[Upload]) -> None:
        await fakes.uploads.add(uploads)
        await fakes.events.append([uploaded_event(upload) for upload in uploads])

    async def why_not_ready() -> str | None:
        return fakes.not_ready

    ledger = Ledger(write, retry=0.05)
    return Gateway(
        store=fakes.store,
        hub=hub,
        intake=Intake(fakes.producer, Lanes(bulk), ledger.note, asyncio.Semaphore(2)),
        ledger=ledger,
        sender=fakes.producer,
        tokens=tokens,
        secrets=SECRETS,
        static=Path("none"),
        webhook_allow=(ip_network("10.9.0.0/16"),),
        why_not_ready=why_not_ready,
    )
