"""The gateway while the world breaks: nothing is accepted that could be lost, and the live log misses nothing."""

import asyncio

import aiohttp

from jixiao.events.topics import CHANGED
from jixiao.runtime.message import cloud_event, outgoing
from jixiao.runtime.produce import Producer
from jixiao_cli.local.broker import Broker
from jixiao_cli.local.database import Database
from tests.conftest import StartService
from tests.system.pipeline import until
from tests.unit.gateway import builders

REPORTS = "/api/v1/reports"
CHANGES = 300


async def upload(http: aiohttp.ClientSession) -> tuple[int, dict[str, str]]:
    """Hand in a file; the answer's status and headers."""
    async with http.post(REPORTS, data=b"report") as answer:
        return answer.status, dict(answer.headers)


async def test_uploads_go_on_while_the_database_is_away(
    broker: Broker, database: Database, services: StartService
) -> None:
    gateway = await asyncio.to_thread(services, "gateway")
    async with aiohttp.ClientSession(gateway.url) as http:
        database.kill()
        answers = [await upload(http) for _ in range(3)]
        async with http.get("/readyz") as ready:
            assert ready.status == 503 and "数据库" in (await ready.json())["reason"]
        async with http.get("/", headers={"Accept": "text/html"}) as page:
            assert page.status == 200 and "可以照常上报" in await page.text()
        await asyncio.to_thread(database.start)

        async def all_known() -> bool:
            async with http.get("/api/v1/uploads") as listed:
                return listed.status == 200 and len((await listed.json())["items"]) == len(answers)

        await until(all_known, 30)
    assert [status for status, _ in answers] == [202, 202, 202]


async def test_uploads_are_refused_while_the_brokers_are_away(
    broker: Broker, database: Database, services: StartService
) -> None:
    gateway = await asyncio.to_thread(services, "gateway")
    async with aiohttp.ClientSession(gateway.url) as http:
        assert (await upload(http))[0] == 202
        broker.kill()
        async with asyncio.timeout(15):
            status, headers = await upload(http)
        async with http.get("/readyz") as ready:
            assert ready.status == 503 and "消息服务" in (await ready.json())["reason"]
        await asyncio.to_thread(broker.start)

        async def accepted() -> bool:
            return (await upload(http))[0] == 202

        await until(accepted, 30)
    assert status == 503 and int(headers["Retry-After"]) > 0


async def test_a_gateway_killed_in_the_middle_leaves_no_gap_in_the_live_log(
    broker: Broker, database: Database, services: StartService
) -> None:
    first = await asyncio.to_thread(services, "gateway")
    second = await asyncio.to_thread(services, "gateway")
    producer = Producer({"bootstrap_servers": [broker.bootstrap]}, services.settings["JIXIAO_TOPIC_PREFIX"])
    for number in range(CHANGES):
        event = builders.changed(builders.uuid(number), builders.uuid(9))
        headers = cloud_event("jixiao.alert.changed", "/test", builders.uuid(number), builders.NOON, "0" * 32)
        await producer.send(outgoing(CHANGED, str(event.alert_id), event, headers))
        if number == CHANGES // 2:
            first.kill()
    await producer.stop()
    numbers: list[int] = []
    async with aiohttp.ClientSession(second.url) as http, asyncio.timeout(60):
        query, start = {"types": "alerts.changed"}, {"Last-Event-ID": "0"}
        async with http.get("/api/v1/events", params=query, headers=start) as answer:
            async for line in answer.content:
                if line.startswith(b"id: "):
                    numbers.append(int(line[4:]))
                if len(numbers) == CHANGES:
                    break
    assert numbers == sorted(set(numbers)) and len(numbers) == CHANGES
