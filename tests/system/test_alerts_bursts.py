"""Bursts through the real broker: none lost to receivers that fail, and one message an upload however much it found."""

import asyncio
import email
import json
import random
from collections import Counter
from email.policy import SMTP
from pathlib import Path
from typing import Any

from jixiao.events import FormScored
from jixiao_alerts.admission import alert_id
from jixiao_cli.local.broker import Broker
from jixiao_cli.local.database import Database
from jixiao_cli.local.service import Service
from tests.fakes.mailbox import Mailbox
from tests.fakes.receiver import Receiver
from tests.system.alerting import LOOPBACK_ALLOWED, alarming, send, subscribe
from tests.system.pipeline import Pipeline, all_ready, kept_alive, until

UNITS = [f"云溪区第{number}中学" for number in range(50)]  # each has a webhook and a mail: 100 subscriptions
FORMS, FINDINGS = 250, 40  # 10,000 alerts
MANY = 5_000


def alerts_service(pipeline: Pipeline, folder: Path, mailbox: Mailbox) -> Service:
    """One that may reach the fakes."""
    mail = {"JIXIAO_SMTP_HOST": "127.0.0.1", "JIXIAO_SMTP_PORT": str(mailbox.port), "JIXIAO_SMTP_SECURITY": "none"}
    return pipeline.service("alerts", folder, None, **LOOPBACK_ALLOWED, **mail)


def alerts_of(events: list[FormScored]) -> Counter[str]:
    """The alerts that these forms raise."""
    return Counter(str(alert_id(event.identity, found)) for event in events for found in event.findings)


def told(body: bytes) -> list[str]:
    """The alerts of a webhook's body."""
    data: dict[str, Any] = json.loads(body)["data"]
    return [each["alert_id"] for each in data.get("alerts", [data])]


async def delivered(pipeline: Pipeline, changes: int) -> None:
    """Wait until every message is delivered and they tell so many changes."""

    async def all_delivered() -> bool:
        rows = await pipeline.fetch("alerts", "SELECT DISTINCT state FROM deliveries")
        [row] = await pipeline.fetch("alerts", "SELECT count(*) FROM delivery_changes")
        return row["count"] == changes and {each["state"] for each in rows} == {"delivered"}

    await until(all_delivered, 60)


async def test_a_burst_of_ten_thousand_alerts_is_lost_nowhere(
    broker: Broker, database: Database, tmp_path: Path
) -> None:
    """To a hundred subscriptions, while the receivers refuse, hang and cut: all told, each id with one body."""
    chance = random.Random(6)
    hooks: list[int | str] = chance.choices([204, 500, "cut", "hang"], weights=[8, 5, 5, 1], k=150)
    letters: list[int | str] = chance.choices(["take", 450, "cut", "hang"], weights=[8, 5, 5, 1], k=60)
    events = [alarming(number, FINDINGS, UNITS[number % len(UNITS)]) for number in range(FORMS)]
    async with (
        Receiver(*hooks, 204) as receiver,
        Mailbox(*letters, "take") as mailbox,
        Pipeline.fresh(broker, database) as pipeline,
    ):
        await subscribe(pipeline, [f"{receiver.url}/{at}" for at in range(len(UNITS))], "webhook", UNITS)
        await subscribe(pipeline, [f"dw{at}@example.cn" for at in range(len(UNITS))], "mail", UNITS)
        service = alerts_service(pipeline, tmp_path, mailbox)
        async with kept_alive([service]):
            await all_ready([service])
            await asyncio.gather(*(send(pipeline, event) for event in events))
            await delivered(pipeline, 2 * FORMS * FINDINGS)
    bodies = {(got.headers["webhook-id"], got.path, got.body) for got in receiver.received}
    assert len({name for name, *_ in bodies}) == len(bodies) == FORMS < len(receiver.received)
    for at, unit in enumerate(UNITS):
        heard = Counter(alert for _, path, body in bodies if path == f"/hook/{at}" for alert in told(body))
        assert heard == alerts_of([event for event in events if event.identity.unit == unit])
    contents = {(_header(letter.content, "Message-ID"), letter.recipient, letter.content) for letter in mailbox.letters}
    assert len({name for name, *_ in contents}) == len(contents) < len(mailbox.letters)
    assert {recipient for _, recipient, _ in contents} == {f"dw{at}@example.cn" for at in range(len(UNITS))}


async def test_an_upload_with_five_thousand_findings_is_one_message(
    broker: Broker, database: Database, tmp_path: Path
) -> None:
    """In one form, or spread over the forms of an upload; the next letter keeps its distance from the one before."""
    one = [alarming(0, MANY)]
    spread = [
        alarming(number, FINDINGS, upload=1).model_copy(update={"forms_in_upload": MANY // FINDINGS})
        for number in range(1, MANY // FINDINGS + 1)
    ]
    async with Receiver() as receiver, Mailbox() as mailbox, Pipeline.fresh(broker, database) as pipeline:
        await subscribe(pipeline, [receiver.url])
        await subscribe(pipeline, ["shenji@example.cn"], "mail")
        service = alerts_service(pipeline, tmp_path, mailbox)
        async with kept_alive([service]):
            await all_ready([service])
            for number, events in enumerate((one, spread), 1):
                await asyncio.gather(*(send(pipeline, event) for event in events))
                await delivered(pipeline, number * 2 * MANY)
                assert len(receiver.received) == len(mailbox.letters) == number
                assert Counter(told(receiver.received[-1].body)) == alerts_of(events)
                assert f"等 {MANY} 条" in _header(mailbox.letters[-1].content, "Subject")
        rows = await pipeline.fetch(
            "alerts", "SELECT last_attempt_at AS at FROM deliveries WHERE channel = 'mail' ORDER BY 1"
        )
    assert (rows[1]["at"] - rows[0]["at"]).total_seconds() >= 2


def _header(content: bytes, name: str) -> str:
    return str(email.message_from_bytes(content, policy=SMTP)[name])
