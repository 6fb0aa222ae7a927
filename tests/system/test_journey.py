"""One report through four services: from the upload to the live event, the page and the signed webhook."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
import standardwebhooks

from jixiao_cli.local.broker import Broker
from jixiao_cli.local.database import Database
from jixiao_cli.local.service import Service
from tests.fakes.receiver import Receiver
from tests.system.pipeline import PIPE, Crash, Pipeline, all_ready, kept_alive, until
from tests.system.reports import report
from tests.unit.scorer.accounts import SAMPLE as ACCOUNTS

LOOPBACK_ALLOWED = {"JIXIAO_WEBHOOK_ALLOW": "127.0.0.0/8"}
ENDED = {"scored", "no_form", "dead_lettered"}


class Site:
    """The running product as its users meet it: over HTTP."""

    def __init__(self, session: aiohttp.ClientSession, services: Sequence[Service] = ()) -> None:
        self.session = session
        self.services = services

    async def upload(self, content: bytes, name: str) -> dict[str, Any]:
        """Hand in one file as a raw body."""
        async with self.session.post("/api/v1/reports", params={"name": name}, data=content) as answer:
            assert answer.status == 202, await answer.text()
            return dict(await answer.json())

    async def get(self, path: str, **query: str) -> Any:
        """What the API says."""
        async with self.session.get(f"/api/v1{path}", params=query) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def ended(self, upload_id: str) -> dict[str, Any]:
        """The upload, once it has ended."""
        upload: dict[str, Any] = {}

        async def has_ended() -> bool:
            upload.update(await self.get(f"/uploads/{upload_id}"))
            return upload["state"] in ENDED

        await until(has_ended, 30)
        return upload

    async def events(self, after: str | None = None) -> AsyncIterator[tuple[str, str, Any]]:
        """(id, type, data) of the live events."""
        headers = {"Last-Event-ID": after} if after else {}
        async with self.session.get("/api/v1/events", headers=headers, timeout=aiohttp.ClientTimeout(30)) as answer:
            event: dict[str, str] = {}
            async for line in answer.content:
                field, _, value = line.decode().rstrip("\n").partition(": ")
                if field in ("id", "event", "data"):
                    event[field] = value
                elif not field and "data" in event:
                    yield event["id"], event["event"], json.loads(event["data"])
                    event = {}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(broker: Broker, database: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """All four services, running."""
    folder = tmp_path_factory.mktemp("journey")
    async with Pipeline.fresh(broker, database) as pipeline:
        services = [pipeline.service(name, folder, **LOOPBACK_ALLOWED) for name in (*PIPE, "gateway")]
        async with kept_alive(services), aiohttp.ClientSession(services[-1].url) as session:
            await all_ready(services)
            yield Site(session, services)


async def test_an_upload_reaches_the_live_events_the_lists_and_a_signed_webhook(site: Site) -> None:
    async with Receiver() as receiver:
        async with site.session.post("/api/v1/subscriptions", json={"target": receiver.url}) as answer:
            assert answer.status == 201, await answer.text()
            secret = (await answer.json())["secret"]
        accepted = await site.upload(report(1001, spent=False), "小巷整治.txt")
        upload = await site.ended(accepted["upload_id"])
        (delivery,) = await receiver.wait_for(1)
    assert upload["state"] == "scored"
    assert upload["forms"][0]["findings"]["error"] >= 1

    warning = standardwebhooks.Webhook(secret).verify(delivery.body, delivery.headers)
    assert warning["specversion"] == "1.0"
    assert warning["data"]["rule"] == "EXEC-LOW"
    assert "180,000.00" in warning["data"]["sentence"]

    alerts = await site.get("/alerts", upload_id=accepted["upload_id"])
    assert {"EXEC-LOW", "SCORE-EXEC-GAP"} <= {alert["rule"] for alert in alerts["items"]}


async def test_live_events_can_be_resumed_where_they_broke_off(site: Site) -> None:
    seen: list[tuple[str, str]] = []
    uploading = asyncio.create_task(site.upload(report(1002, spent=False), "b.txt"))
    async for number, kind, _ in site.events(after="0"):
        seen.append((number, kind))
        if kind == "alerts.changed" and len([1 for _, each in seen if each == "reports.uploaded"]) >= 2:
            break
    await uploading
    again = [(number, kind) async for number, kind, _ in _first(site.events(after=seen[0][0]), len(seen) - 1)]
    assert again == seen[1:]
    assert {"reports.uploaded", "reports.parsed", "reports.scored", "alerts.changed"} <= {kind for _, kind in seen}


async def test_a_form_shows_stated_beside_recomputed(site: Site) -> None:
    accepted = await site.upload(report(1003), "c.txt")
    upload = await site.ended(accepted["upload_id"])
    form = await site.get(f"/forms/{upload['forms'][0]['form_id']}")
    rate = next(figure for figure in form["figures"] if figure["path"] == "funds.total.rate")
    assert (rate["stated"], rate["agrees"]) == ("95", True)


async def test_final_accounts_are_scored_apart_and_warned_of(site: Site) -> None:
    """A sum in their tables that is none is an alert like any other; the forms of the file are counted without them."""
    faulty = ACCOUNTS.replace("本年支出合计\t25\t854.68", "本年支出合计\t25\t864.68")
    accepted = await site.upload(faulty.encode(), "部门决算.txt")
    upload = await site.ended(accepted["upload_id"])
    assert (upload["state"], upload["forms"]) == ("scored", [])
    [told] = upload["accounts"]
    assert (told["ordinal"], told["name"], told["findings"]) == (0, "部门决算", {"error": 1})

    async def is_warned_of() -> bool:
        alerts = await site.get("/alerts", upload_id=accepted["upload_id"])
        return [(each["rule"], each["kind"]) for each in alerts["items"]] == [("ACCOUNTS", "accounts")]

    await until(is_warned_of, 10)
    listed = [await site.get("/forms", upload_id=accepted["upload_id"], **kind) for kind in ({}, {"kind": "accounts"})]
    assert [len(each["items"]) for each in listed] == [0, 1]


async def test_what_cannot_be_read_ends_with_a_reason(site: Site) -> None:
    accepted = await site.upload(b"PK\x03\x04 cut off", "坏文件.xlsx")
    upload = await site.ended(accepted["upload_id"])
    assert upload["state"] == "dead_lettered"
    assert "重新" in upload["reason"]


async def test_one_trace_passes_through_the_logs_of_all_four_services(site: Site) -> None:
    accepted = await site.upload(report(1005, spent=False), "e.txt")
    await site.ended(accepted["upload_id"])
    trace = accepted["upload_id"].replace("-", "")

    async def all_tell() -> bool:
        return {service.name for service in site.services if trace in service.log.read_text()} == {*PIPE, "gateway"}

    await until(all_tell, 10, lambda: _tails(site))


async def test_metrics_tell_of_the_journey_on_every_service(site: Site) -> None:
    accepted = await site.upload(report(1006, spent=False), "f.txt")
    await site.ended(accepted["upload_id"])
    wanted = {
        "gateway": 'jixiao_uploads_total{outcome="accepted"}',
        "parser": 'jixiao_forms_total{layout="shenzhen"}',
        "scorer": 'jixiao_findings_total{rule="EXEC-LOW",severity="error"}',
        "alerts": "jixiao_upload_to_alert_seconds_count",
    }
    for service in site.services:
        async with site.session.get(f"{service.url}/metrics") as answer:
            lines = (await answer.text()).splitlines()
        values = [float(line.split()[-1]) for line in lines if line.startswith(wanted[service.name])]
        assert sum(values) >= 1, service.name


async def _tails(site: Site) -> dict[str, str]:
    return {service.name: service.tail() for service in site.services}


async def test_the_gateway_killed_before_its_answer_loses_nothing(
    broker: Broker, database: Database, tmp_path: Path
) -> None:
    async with Pipeline.fresh(broker, database) as pipeline:
        services = [pipeline.service(name, tmp_path) for name in PIPE]
        gateway = pipeline.service("gateway", tmp_path, Crash("event sent", 1))
        async with kept_alive([*services, gateway]) as ended, aiohttp.ClientSession(gateway.url) as session:
            await all_ready([gateway])
            site = Site(session)
            try:
                await site.upload(report(1004, spent=False), "d.txt")
                raise AssertionError("the gateway should have died before its answer")
            except aiohttp.ClientError:
                pass
            await all_ready([gateway])
            await until(lambda: pipeline.has_read(1), 30)
            [upload] = await pipeline.fetch("parser", "SELECT upload_id FROM uploads")
            assert (await site.ended(str(upload["upload_id"])))["state"] == "scored"
        assert ended == ["gateway"]


async def _first(events: AsyncIterator[Any], count: int) -> AsyncIterator[Any]:
    async for event in events:
        count -= 1
        yield event
        if count == 0:
            return
