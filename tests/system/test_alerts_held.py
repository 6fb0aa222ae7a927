"""A form of another unit than its uploader's, from the file to the warning: it waits, and takes effect when adopted."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, TopicPartition

from jixiao.events import AlertCommand
from jixiao.events.models import Handling
from jixiao.events.topics import COMMANDS, UPLOADED
from jixiao.runtime.message import Outgoing, cloud_event, outgoing, text_headers
from jixiao.runtime.settings import TopicSettings
from jixiao_cli.local.broker import Broker
from jixiao_cli.local.database import Database
from tests.system.pipeline import PIPE, Pipeline, all_ready, kept_alive, until
from tests.system.reports import report
from tests.system.test_replay import jixiao, lose_tables


async def hand_in(pipeline: Pipeline, content: bytes, bound: str) -> None:
    """As the gateway does for a token that carries a unit."""
    upload = uuid4()
    headers = cloud_event("jixiao.report.uploaded", "/jixiao/gateway", upload, datetime.now(UTC), upload.hex)
    headers |= text_headers(name="自评表.txt", uploader="经办人", bound=bound)
    await pipeline.producer.send(Outgoing(UPLOADED.name, hashlib.sha256(content).hexdigest(), content, headers))


async def adopt(pipeline: Pipeline, row: Any) -> None:
    """As a reviewer does on the page of the warning."""
    command = AlertCommand(
        command_id=uuid4(),
        alert_id=row["held_by"],
        handling=Handling.ACKNOWLEDGED,
        by="审核科",
        note="已电话核实",
        given_at=datetime.now(UTC),
    )
    headers = cloud_event("test", "/test", command.command_id, command.given_at, command.command_id.hex)
    await pipeline.producer.send(outgoing(COMMANDS, str(command.alert_id), command, headers))


async def test_a_stranger_s_form_waits_until_it_is_adopted(broker: Broker, database: Database, tmp_path: Path) -> None:
    """Until then it has one warning, which asks; then those of what it says, and it is in force."""
    async with Pipeline.fresh(broker, database) as pipeline:

        async def rules() -> set[str]:
            return {row["rule"] for row in await pipeline.fetch("alerts", "SELECT rule FROM alerts_views.alerts")}

        async def has_some() -> bool:
            return bool(await rules())

        async def has_more() -> bool:
            return len(await rules()) > 1

        services = [pipeline.service(name, tmp_path) for name in PIPE]
        async with kept_alive(services):
            await all_ready(services)
            await hand_in(pipeline, report(1, spent=False), "云溪区教育局")
            await until(has_some, 40)
            [row] = await pipeline.fetch("alerts", "SELECT * FROM alerts_views.versions")
            assert (await rules(), row["admitted"], row["in_force"]) == ({"VERSION-HELD"}, False, False)
            await adopt(pipeline, row)
            await until(has_more, 40)
            [row] = await pipeline.fetch("alerts", "SELECT * FROM alerts_views.versions")
            assert (row["admitted"], row["in_force"]) == (True, True)


async def from_the_beginning(pipeline: Pipeline) -> None:
    """Set the alerts' group back on the topic of commands, as an operator does while the service is stopped."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=pipeline.bootstrap, group_id=f"{pipeline.prefix}alerts", enable_auto_commit=False
    )
    await consumer.start()
    try:
        partitions = range(TopicSettings(kafka=pipeline.bootstrap).partitions)
        places = [TopicPartition(pipeline.prefix + COMMANDS.name, partition) for partition in partitions]
        consumer.assign(places)
        await consumer.commit(dict.fromkeys(places, 0))
    finally:
        await consumer.stop()


async def kept(pipeline: Pipeline) -> dict[str, list[str]]:
    """The end state but for how often the scorer heard that a version was adopted."""
    return {name: rows for name, rows in (await pipeline.dump()).items() if name != "scorer decisions"}


async def test_what_people_decided_comes_back_with_the_alerts(
    broker: Broker, database: Database, tmp_path: Path
) -> None:
    """After all tables of alerts were lost: first the archive, then the commands of the last 30 days once more."""
    async with Pipeline.fresh(broker, database) as pipeline:

        async def versions() -> list[tuple[bool, bool]]:
            rows = await pipeline.fetch("alerts", "SELECT admitted, in_force FROM alerts_views.versions")
            return [(row["admitted"], row["in_force"]) for row in rows]

        async def waits() -> bool:
            return await versions() == [(False, False)]

        async def is_adopted() -> bool:
            """Also as the scorer heard, which looks every few seconds."""
            heard = await pipeline.fetch("scorer", "SELECT FROM forms WHERE admitted")
            return await versions() == [(True, True)] and len(heard) == 1

        services = [pipeline.service(name, tmp_path) for name in PIPE]
        async with kept_alive(services):
            await all_ready(services)
            await hand_in(pipeline, report(1, spent=False), "云溪区教育局")
            await until(waits, 40)
            [row] = await pipeline.fetch("alerts", "SELECT * FROM alerts_views.versions")
            await adopt(pipeline, row)
            await until(is_adopted, 40)
        before = await kept(pipeline)
        await lose_tables(pipeline, "alerts")
        async with kept_alive(services):
            assert (await jixiao(pipeline, "--all", "--yes")).exit_code == 0
            await until(waits, 40)
        await from_the_beginning(pipeline)
        async with kept_alive(services):
            await until(is_adopted, 40)
        assert await kept(pipeline) == before
