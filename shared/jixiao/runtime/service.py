"""A Kafka service as Faust runs it: one agent a topic, health and metrics, background work, a clean end."""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import faust
import structlog
from faust.web import Request, Response, View
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from jixiao.events.topics import FILE_LIMIT, MIB, Topic
from jixiao.runtime import logs, metrics
from jixiao.runtime.consume import Consumer, Step
from jixiao.runtime.errors import RetryLater
from jixiao.runtime.health import Health
from jixiao.runtime.inbox import Inbox
from jixiao.runtime.message import Incoming
from jixiao.runtime.postgres import connect_pool
from jixiao.runtime.produce import Producer
from jixiao.runtime.settings import ServiceSettings

log = structlog.get_logger(__name__)

HEARTBEATS_A_SESSION = 3
WATCH_SECONDS = 5.0


@dataclass
class Runtime:
    """What a service's parts share once it runs."""

    settings: ServiceSettings
    inbox: Inbox
    producer: Producer
    health: Health = field(default_factory=Health)


MakeStep = Callable[[Runtime], Step[Any]]
Background = Callable[[Runtime], Awaitable[None]]


class App(faust.App):
    """Faust's application with the parts that our agents, tasks and pages share."""

    opened: "Opened | None" = None
    open_parts: Callable[[], Awaitable["Opened"]]

    async def on_first_start(self) -> None:
        """Make the parts before any agent runs."""
        self.opened = await self.open_parts()
        await super().on_first_start()

    async def on_shutdown(self) -> None:
        """Close what the parts hold, after the agents have ended."""
        await super().on_shutdown()
        if self.opened is not None:
            await self.opened.runtime.producer.stop()
            await self.opened.runtime.inbox.pool.close()

    @property
    def parts(self) -> "Opened":
        """The parts; they exist from the first start on."""
        assert self.opened is not None
        return self.opened


@dataclass
class Opened:
    """What exists once the service has started."""

    runtime: Runtime
    consumer: Consumer[Any]


def run(
    name: str,
    settings: ServiceSettings,
    topics: Sequence[Topic],
    make_step: MakeStep,
    background: Sequence[Background] = (),
) -> None:
    """Run a service until it is told to stop. ``background`` tasks run beside the agents."""
    logs.configure(name, settings.log_level)
    app = _app(name, settings)

    async def open_parts() -> Opened:
        pool = await connect_pool(settings.postgres, app.conf.id)
        producer = Producer(settings.kafka_connection, settings.topic_prefix)
        runtime = Runtime(settings, Inbox(pool, app.conf.id), producer)
        step = make_step(runtime)
        limit = settings.give_up_after
        consumer = Consumer(step, runtime.inbox, producer, runtime.health, limit, stopping=lambda: app.should_stop)
        return Opened(runtime, consumer)

    app.open_parts = open_parts
    for topic in topics:
        _add_agent(app, settings.topic_prefix + topic.name)
    for work in background:
        _add_task(app, work)
    _add_task(app, partial(_watch, app))
    _add_pages(app)
    worker = faust.Worker(app, override_logging=False, redirect_stdouts=False, quiet=True, loglevel="info")
    worker.spinner = None
    worker.execute_from_commandline()


def _app(name: str, settings: ServiceSettings) -> App:
    return App(
        f"{settings.topic_prefix}{name}",
        broker=[f"kafka://{host}" for host in settings.kafka.split(",")],
        broker_credentials=_credentials(settings),
        broker_session_timeout=settings.session_timeout,
        broker_heartbeat_interval=settings.session_timeout / HEARTBEATS_A_SESSION,
        broker_rebalance_timeout=settings.session_timeout,
        consumer_max_fetch_size=FILE_LIMIT + MIB,
        # a buffer of thousands of files would not fit into memory
        stream_buffer_maxsize=1,
        stream_wait_empty=True,
        topic_allow_declare=False,
        topic_disable_leader=True,
        store="memory://",
        datadir=tempfile.mkdtemp(prefix=f"jixiao-{name}-"),
        web_bind=settings.host,
        web_port=settings.port,
        worker_redirect_stdouts=False,
    )


def _credentials(settings: ServiceSettings) -> Any:
    if settings.security_protocol.startswith("SASL"):
        return faust.SASLCredentials(
            username=settings.kafka_username,
            password=settings.kafka_password,
            ssl_context=settings.ssl_context,
            mechanism=settings.sasl_mechanism,
        )
    return faust.SSLCredentials(settings.ssl_context) if settings.ssl_context else None


def _add_agent(app: App, topic: str) -> None:
    channel = app.topic(
        topic, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw", allow_empty=True
    )

    async def agent(stream: Any) -> None:
        async for event in stream.events():
            began = time.perf_counter()
            await app.parts.consumer.process(_incoming(event.message))
            metrics.STAGE_SECONDS.labels(topic).observe(time.perf_counter() - began)

    app.agent(channel, name=topic, concurrency=1)(agent)


def _add_task(app: App, work: Background) -> None:
    async def task() -> None:
        await work(app.parts.runtime)

    app.task(task)


def _incoming(message: Any) -> Incoming:
    headers = message.headers or {}
    pairs = headers.items() if hasattr(headers, "items") else headers
    return Incoming(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        timestamp=round((message.timestamp or 0) * 1000),
        key=message.key,
        value=message.value,
        headers={name: raw or b"" for name, raw in pairs},
    )


async def _watch(app: App, runtime: Runtime) -> None:
    """Refresh, for as long as the service runs, what the metrics and /readyz tell."""
    while True:
        try:
            await runtime.inbox.answers()
            backlog = await runtime.inbox.backlog()
            await runtime.producer.answers()
        except (RetryLater, OSError, TimeoutError) as fault:
            runtime.health.broken["watch"] = str(fault)
        else:
            runtime.health.broken.pop("watch", None)
            metrics.OUTBOX_UNSENT.set(backlog["unsent"])
            metrics.OUTBOX_AGE_SECONDS.set(backlog["age"])
        metrics.READY.set(runtime.health.why_not_ready() is None)
        _observe_lag(app)
        await asyncio.sleep(WATCH_SECONDS)


def _observe_lag(app: App) -> None:
    consumer: Any = app.consumer
    metrics.LAG.clear()  # a partition that went to another copy is that one's to tell
    for partition in consumer.assignment():
        end, done = consumer.highwater(partition), consumer._committed_offset[partition]
        if end is not None:
            metrics.LAG.labels(partition.topic, partition.partition).set(max(0, end - (done or 0)))


def _add_pages(app: App) -> None:
    @app.page("/metrics")
    async def show_metrics(view: View, request: Request) -> Response:
        return view.bytes(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    @app.page("/healthz")
    async def healthz(view: View, request: Request) -> Response:
        return view.json({"status": "ok"})

    @app.page("/readyz")
    async def readyz(view: View, request: Request) -> Response:
        health = app.parts.runtime.health if app.opened else None
        why = health.why_not_ready() if health is not None else "服务正在启动"
        remarks = list(health.remarks.values()) if health is not None else []
        return view.json({"ready": why is None, "reason": why, "remarks": remarks}, status=200 if why is None else 503)
