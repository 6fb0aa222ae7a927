"""Alerts to webhooks: a burst of 10,000 messages, and the time from a finding to the first attempt at a steady rate."""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from aiohttp import web

from jixiao_cli.local.broker import Broker
from jixiao_cli.local.database import Database
from jixiao_cli.local.ports import free_port
from tests.bench.figures import Figure
from tests.fakes.receiver import Receiver
from tests.system.alerting import LOOPBACK_ALLOWED, alarming, send, subscribe
from tests.system.pipeline import Pipeline, all_ready, kept_alive

BURST_ALERTS = 100
BURST_SUBSCRIPTIONS = 100
RATE = 50
STEADY_SECONDS = 20
LIMIT_SECONDS = 2.0


class Clocked(Receiver):
    """Also knows when each message came, by the project's code in it."""

    def __init__(self) -> None:
        super().__init__()
        self.came: dict[int, float] = {}

    async def _answer(self, request: web.Request) -> web.Response:
        body: dict[str, Any] = await request.json()
        self.came.setdefault(int(body["data"]["project_code"]), time.perf_counter())
        return await super()._answer(request)


async def measure() -> list[Figure]:
    """The burst and the steady rate, each on a fresh database and fresh topics."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with (
            Broker(place / "kafka", free_port(), free_port()) as broker,
            Database(place / "database" / "data", free_port(), "bench") as database,
        ):
            figures = []
            for work in (_burst, _steady):
                async with Pipeline.fresh(broker, database, "bench") as pipeline, Clocked() as receiver:
                    service = pipeline.service("alerts", place / work.__name__, **LOOPBACK_ALLOWED)
                    async with kept_alive([service]):
                        await all_ready([service])
                        figures.append(await work(pipeline, receiver))
            return figures


async def _burst(pipeline: Pipeline, receiver: Clocked) -> Figure:
    messages = BURST_ALERTS * BURST_SUBSCRIPTIONS
    await subscribe(pipeline, [f"{receiver.url}/{number}" for number in range(BURST_SUBSCRIPTIONS)])
    began = time.perf_counter()
    await asyncio.gather(*(send(pipeline, alarming(number)) for number in range(BURST_ALERTS)))
    await receiver.wait_for(messages, 300)
    seconds = time.perf_counter() - began
    bodies = {(got.headers["webhook-id"], got.body) for got in receiver.received}
    whole = len(bodies) == len({name for name, _ in bodies}) == messages
    what = f"{BURST_ALERTS} alerts to {BURST_SUBSCRIPTIONS} webhooks, s until the last"
    return Figure(what, f"{seconds:.1f}", f"{messages} ids, one body each: {'yes' if whole else 'NO'}")


async def _steady(pipeline: Pipeline, receiver: Clocked) -> Figure:
    await subscribe(pipeline, [receiver.url])
    await send(pipeline, alarming(RATE * STEADY_SECONDS))  # the group has its partitions when it has come
    await receiver.wait_for(1, 60)
    sent: dict[int, float] = {}
    began = time.perf_counter()
    for number in range(RATE * STEADY_SECONDS):
        await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))
        event = alarming(number)
        sent[number] = time.perf_counter()
        await send(pipeline, event)
    await receiver.wait_for(len(sent) + 1, 60)
    waits = [receiver.came[number] - at for number, at in sent.items()]
    p50, p95 = (statistics.quantiles(waits, n=20)[at] for at in (9, 18))
    what = f"finding to first attempt at {RATE} alerts/s, s ({len(waits)})"
    return Figure(what, f"p50 {p50:.3f}, p95 {p95:.3f}", f"limit: p95 {LIMIT_SECONDS:.0f}")
