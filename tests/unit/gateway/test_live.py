"""The live log and its watchers: nothing missed, nothing twice, in order."""

import asyncio
import json
from typing import Any, cast

from jixiao.events.topics import CHANGED, PARSED, SCORED
from jixiao.runtime.consume import Consumer
from jixiao.runtime.health import Health
from jixiao.runtime.inbox import Inbox
from jixiao.runtime.message import Incoming
from jixiao.runtime.produce import Producer
from jixiao.runtime.settings import GatewaySettings
from jixiao_gateway import hub as hub_module
from jixiao_gateway.hub import Hub
from jixiao_gateway.live import LiveLog, Watcher
from jixiao_gateway.store.events import EventStore, LiveEvent
from tests.fakes.inbox import FakeInbox
from tests.fakes.producer import FakeProducer
from tests.unit.gateway import builders
from tests.unit.gateway.conftest import Api
from tests.unit.gateway.fakes import FakeEvents

EVENTS = "/api/v1/events"


def live_event(number: int, kind: str = "reports.scored") -> LiveEvent:
    return LiveEvent(builders.uuid(number), kind, builders.NOON, None, json.dumps({"number": number}))


async def read_events(api: Api, count: int, path: str = EVENTS, **headers: str) -> list[dict[str, str]]:
    """The first events of a stream, each as its fields."""
    events: list[dict[str, str]] = []
    fields: dict[str, str] = {}
    async with asyncio.timeout(5), api.http.get(path, headers=headers) as answer:
        assert answer.content_type == "text/event-stream"
        async for line in answer.content:
            name, _, text = line.decode().rstrip("\n").partition(": ")
            if name:
                fields[name] = text
            elif "data" in fields:
                events.append(fields)
                fields = {}
            else:
                fields = {}
            if len(events) == count:
                break
    return events


async def test_a_watcher_goes_on_where_it_stopped(api: Api) -> None:
    await api.fakes.events.append([live_event(number) for number in range(1, 6)])
    events = await read_events(api, 3, **{"Last-Event-ID": "2"})
    assert [(event["id"], json.loads(event["data"])["number"]) for event in events] == [("3", 3), ("4", 4), ("5", 5)]


async def test_a_watcher_may_choose_types(api: Api) -> None:
    await api.fakes.events.append([live_event(1), live_event(2, "alerts.changed"), live_event(3)])
    [event] = await read_events(api, 1, f"{EVENTS}?types=alerts.changed", **{"Last-Event-ID": "0"})
    assert (event["id"], event["event"]) == ("2", "alerts.changed")


async def test_without_a_number_only_news_are_told(api: Api) -> None:
    await api.fakes.events.append([live_event(1)])
    await asyncio.sleep(0.1)
    reading = asyncio.create_task(read_events(api, 1))
    await asyncio.sleep(0.2)
    await api.fakes.events.append([live_event(2)])
    assert [event["id"] for event in await reading] == ["2"]


async def test_a_wrong_number_is_refused(api: Api) -> None:
    for number in ("first", "-1", "９"):
        async with api.http.get(EVENTS, headers={"Last-Event-ID": number}) as answer:
            assert answer.status == 422


async def test_an_accepted_upload_is_told(api: Api) -> None:
    reading = asyncio.create_task(read_events(api, 1))
    await asyncio.sleep(0.2)
    answer = await api.post("/api/v1/reports", 202, data=b"report")
    [event] = await reading
    assert (event["event"], json.loads(event["data"])["id"]) == ("reports.uploaded", answer["upload_id"])


async def test_a_slow_watcher_gets_all_from_the_log(monkeypatch: Any) -> None:
    monkeypatch.setattr(hub_module, "KEPT", 3)
    events = FakeEvents()
    hub = Hub(events, poll=0.01)
    running = asyncio.create_task(hub.run())
    await asyncio.sleep(0.05)
    await events.append([live_event(number) for number in range(1, 21)])
    await asyncio.sleep(0.05)
    seen = []
    async for event in hub.follow(0):
        seen.append(event.seq)
        if len(seen) == 20:
            break
    assert seen == list(range(1, 21))
    hub.close()
    await running


async def test_the_hub_lives_through_a_database_that_is_away() -> None:
    events = FakeEvents(breaks=[ConnectionRefusedError("away")] * 2)
    hub = Hub(events, poll=0.01)
    running = asyncio.create_task(hub.run())
    await asyncio.sleep(0.1)
    await events.append([live_event(1)])
    async with asyncio.timeout(2):
        event = await anext(hub.follow(0))
    assert event.seq == 1
    hub.close()
    await running


async def test_closing_ends_all_watchers() -> None:
    hub = Hub(FakeEvents(), poll=0.01)
    running = asyncio.create_task(hub.run())

    async def watch() -> int:
        return len([event async for event in hub.follow(None)])

    watching = asyncio.create_task(watch())
    await asyncio.sleep(0.05)
    hub.close()
    assert await watching == 0
    await running


def message(topic: str, value: bytes, number: int) -> Incoming:
    return builders.incoming(f"x.{topic}", value, builders.uuid(number), number)


def watcher(events: FakeEvents, inbox: FakeInbox, producer: FakeProducer) -> Watcher:
    step = LiveLog("x.")
    loop = Consumer(step, cast(Inbox, inbox), cast(Producer, producer), Health(), 600, end=lambda: None)
    return Watcher(cast(GatewaySettings, None), cast(EventStore, events), step, loop, Hub(events))


async def test_each_message_becomes_one_event_of_its_type() -> None:
    events = FakeEvents()
    batch = [
        message(PARSED.name, builders.parsed_event().model_dump_json().encode(), 1),
        message(SCORED.name, builders.scored_event().model_dump_json().encode(), 2),
        message(CHANGED.name, builders.changed(builders.uuid(9), builders.uuid(2)).model_dump_json().encode(), 3),
    ]
    taking = watcher(events, FakeInbox(), FakeProducer())
    await taking.take(batch)
    await taking.take(batch)
    assert [event.type for event in events.kept] == ["reports.parsed", "reports.scored", "alerts.changed"]
    parsed, scored, changed = (json.loads(event.data) for event in events.kept)
    assert "form" not in parsed and parsed["name"] == "排水管网检修"
    assert "figures" not in scored and scored["findings"][0]["severity"] == "serious"
    assert changed["after"]["condition"] == "new"
    assert {event.upload_id for event in events.kept} == {builders.upload().id}


async def test_poison_is_dead_lettered_only_where_the_gateway_is_the_reader() -> None:
    events, inbox, producer = FakeEvents(), FakeInbox(), FakeProducer()
    good = message(SCORED.name, builders.scored_event().model_dump_json().encode(), 2)
    await watcher(events, inbox, producer).take([message(SCORED.name, b"{", 1), good])
    assert len(events.kept) == 1 and producer.raw == []
    await watcher(events, inbox, producer).take([message(CHANGED.name, b"{", 3)])
    assert [topic for topic, *_ in producer.raw] == [f"x.{CHANGED.name}.dlt"]
