"""The journey of one report on an idle system: seconds from the upload's begin to the live event and the webhook.

Beside it the limit: three confirmed hops over the same broker without any service between.
"""

import asyncio
import statistics
import tempfile
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

import aiohttp
from aiokafka import AIOKafkaConsumer

from jixiao.events.topics import COMMANDS
from jixiao.runtime.message import Outgoing
from jixiao_cli.local.broker import Broker
from jixiao_cli.local.database import Database
from jixiao_cli.local.ports import free_port
from tests.bench.figures import Figure
from tests.fakes.receiver import Receiver
from tests.system.pipeline import PIPE, Pipeline, all_ready, kept_alive
from tests.system.reports import report
from tests.system.test_journey import LOOPBACK_ALLOWED, Site

UPLOADS = 30
PAUSE_SECONDS = 0.3
BURST = 200


async def measure() -> list[Figure]:
    """Latency on an idle system, and forms a second in a burst."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with (
            Broker(place / "kafka", free_port(), free_port()) as broker,
            Database(place / "database" / "data", free_port(), "bench") as database,
        ):
            async with Pipeline.fresh(broker, database, "bench") as pipeline:
                return await _measure(pipeline, place)


async def _measure(pipeline: Pipeline, folder: Path) -> list[Figure]:
    services = [pipeline.service(name, folder, **LOOPBACK_ALLOWED) for name in (*PIPE, "gateway")]
    async with kept_alive(services), aiohttp.ClientSession(services[-1].url) as session, Receiver() as receiver:
        await all_ready(services)
        site = Site(session)
        async with session.post("/api/v1/subscriptions", json={"target": receiver.url}):
            pass
        on_page, delivered = await _idle(site, receiver)
        burst = await _burst(site, pipeline)
    limit = await _three_hops(pipeline)
    beside = f"three hops of Kafka alone: {_spread(limit)}"
    return [
        Figure(f"upload to live event, idle, s ({UPLOADS})", _spread(on_page), beside),
        Figure(f"upload to webhook, idle, s ({UPLOADS})", _spread(delivered), beside),
        Figure(f"burst of {BURST} uploads, forms/s", f"{burst:.0f}", "through all four services, two cores"),
    ]


async def _idle(site: Site, receiver: Receiver) -> tuple[list[float], list[float]]:
    on_page: list[float] = []
    delivered: list[float] = []
    events = site.events(after="0")
    for number in range(UPLOADS):
        began = time.perf_counter()
        accepted = await site.upload(report(5000 + number, spent=False), "a.txt")
        async for _, kind, data in events:
            if kind == "alerts.changed" and data["after"]["version"]["upload_id"] == accepted["upload_id"]:
                on_page.append(time.perf_counter() - began)
                break
        await receiver.wait_for(number + 1)
        delivered.append(time.perf_counter() - began)
        await asyncio.sleep(PAUSE_SECONDS)
    return on_page, delivered


async def _burst(site: Site, pipeline: Pipeline) -> float:
    began = time.perf_counter()
    for number in range(BURST):
        await site.upload(report(9000 + number), "b.txt")
    await pipeline.settled(UPLOADS + BURST)
    return BURST / (time.perf_counter() - began)


async def _three_hops(pipeline: Pipeline) -> list[float]:
    topic = pipeline.prefix + COMMANDS.name
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=pipeline.bootstrap)
    await consumer.start()
    await consumer.seek_to_end()
    seconds = []
    for _ in range(UPLOADS):
        began = time.perf_counter()
        for _ in range(3):
            await pipeline.producer.send(Outgoing(COMMANDS.name, str(uuid.uuid4()), b"hop", {}))
            await consumer.getone()
        seconds.append(time.perf_counter() - began)
    await consumer.stop()
    return seconds


def _spread(seconds: Sequence[float]) -> str:
    worst = sorted(seconds)[int(len(seconds) * 0.95)]
    return f"median {statistics.median(seconds):.3f}, p95 {worst:.3f}, most {max(seconds):.3f}"
