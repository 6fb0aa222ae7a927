"""Poison on each topic is dead-lettered once, with its reason, and the next message goes through."""

import asyncio
import uuid
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer

from jixiao.events.topics import TOPICS, Topic
from jixiao_cli.local.broker import Broker
from jixiao_cli.local.database import Database
from tests.system.pipeline import Pipeline, kept_alive
from tests.system.reports import handed

QUIET_SECONDS = 2.0


async def test_poison_is_dead_lettered_once_and_holds_up_nothing(
    broker: Broker, database: Database, tmp_path: Path
) -> None:
    async with Pipeline.fresh(broker, database) as pipeline:
        poisons = {topic: f"not a {topic.name} event \x00".encode() for topic in TOPICS}
        for topic, poison in poisons.items():
            await pipeline.send_raw(topic, poison, {"ce_id": str(uuid.uuid4()), "ce_time": "2026-03-01T09:00:00Z"})
            await pipeline.send_raw(topic, poison, {})
        services = [pipeline.service(name, tmp_path) for name in ("parser", "scorer", "alerts", "gateway")]
        async with kept_alive(services) as ended:
            await pipeline.hand_in([handed(1)])
            await pipeline.settled(3)
            letters = {topic: await dead_letters(pipeline, topic, at_least=2) for topic in TOPICS}
        assert ended == []
    for topic, copies in letters.items():
        assert [copy.value for copy in copies] == [poisons[topic]] * 2, topic.name
        for copy in copies:
            headers = dict(copy.headers)
            assert headers["kafka_dlt-original-topic"].decode() == pipeline.prefix + topic.name
            assert headers["kafka_dlt-exception-message"].decode().strip()


async def dead_letters(pipeline: Pipeline, topic: Topic, at_least: int) -> list[object]:
    """The copies on a topic's .dlt, once there are so many and no more come."""
    consumer = AIOKafkaConsumer(
        pipeline.prefix + topic.dead_letters, bootstrap_servers=pipeline.bootstrap, auto_offset_reset="earliest"
    )
    await consumer.start()
    copies: list[object] = []
    try:
        while len(copies) < at_least:
            copies.append(await asyncio.wait_for(consumer.getone(), 30))
        more = await consumer.getmany(timeout_ms=round(QUIET_SECONDS * 1000))
        return copies + [copy for batch in more.values() for copy in batch]
    except TimeoutError:
        pytest.fail(f"{topic.dead_letters}: {len(copies)} copies")
    finally:
        await consumer.stop()
