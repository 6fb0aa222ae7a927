"""Housekeeping of the upload topics: a file stays until it is parsed and 14 days old; the archive keeps it for ever."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.records_to_delete import RecordsToDelete
from aiokafka.errors import KafkaError

from jixiao.events.topics import UPLOADED, UPLOADED_BULK
from jixiao.runtime.service import Runtime
from jixiao.runtime.settings import KafkaSettings

log = structlog.get_logger(__name__)

KEPT = timedelta(days=14)
PAUSE_SECONDS = 3600.0


async def keep_house(runtime: Runtime) -> None:
    """Delete once an hour what may go; brokers that do not answer are asked again an hour later."""
    while True:
        try:
            await delete_old(runtime.settings, runtime.inbox.group, datetime.now(UTC) - KEPT)
        except (KafkaError, OSError, TimeoutError) as fault:
            log.warning("old uploads were not deleted", fault=repr(fault))
        await asyncio.sleep(PAUSE_SECONDS)


async def delete_old(settings: KafkaSettings, group: str, before: datetime) -> dict[TopicPartition, int]:
    """Delete the records that ``group`` has acknowledged and that are older than ``before``; the offsets deleted to."""
    topics = [settings.topic_prefix + topic.name for topic in (UPLOADED, UPLOADED_BULK)]
    admin = AIOKafkaAdminClient(**settings.kafka_connection)
    try:
        await admin.start()
        committed = await admin.list_consumer_group_offsets(group)
        aged = await _first_since(settings, topics, before)
        deletable = {
            partition: min(committed[partition].offset, offset)
            for partition, offset in aged.items()
            if partition in committed and min(committed[partition].offset, offset) > 0
        }
        if deletable:
            await admin.delete_records({p: RecordsToDelete(offset) for p, offset in deletable.items()})
    finally:
        await admin.close()
    return deletable


async def _first_since(settings: KafkaSettings, topics: Sequence[str], moment: datetime) -> dict[TopicPartition, int]:
    """Each partition's first offset since a moment; its end when nothing has come since."""
    consumer = AIOKafkaConsumer(*topics, **settings.kafka_connection)
    try:
        await consumer.start()
        partitions = [TopicPartition(topic, p) for topic in topics for p in consumer.partitions_for_topic(topic) or ()]
        found = await consumer.offsets_for_times({p: int(moment.timestamp() * 1000) for p in partitions})
        ends = await consumer.end_offsets(partitions)
    finally:
        await consumer.stop()
    return {p: found[p].offset if found.get(p) else ends[p] for p in partitions}
