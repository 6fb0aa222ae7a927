"""Dead letters of unknown faults go back to the topics they came from: for after the fault was mended."""

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from jixiao.events.topics import TOPICS

if TYPE_CHECKING:
    from jixiao.runtime.settings import KafkaSettings

ADDED = "kafka_dlt-"  # what the copy has beyond the original's headers
QUIET_MS = 1000


async def unsettled(conn: Any) -> set[UUID]:
    """The events that died of unknown faults in a service and were not decided since."""
    rows = await conn.fetch(
        """SELECT DISTINCT cause FROM dead_letters d WHERE cause IS NOT NULL AND stack IS NOT NULL
           AND NOT EXISTS (SELECT FROM decisions WHERE decisions.cause = d.cause)"""
    )
    return {row["cause"] for row in rows}


async def send_again(settings: "KafkaSettings", service: str, causes: set[UUID]) -> int:
    """Send the originals of these events again, once each; how many were found.

    Raises KafkaError, or RetryLater when the brokers did not confirm.
    """
    from jixiao.runtime.produce import Producer

    wanted = {str(cause).encode() for cause in causes}
    producer = Producer(settings.kafka_connection, settings.topic_prefix)
    try:
        async for record in _copies(settings, service):
            headers = dict(record.headers)
            if headers.get("ce_id") in wanted and _is_of(settings, service, headers):
                wanted.discard(headers["ce_id"])
                kept = [(name, raw) for name, raw in record.headers if not name.startswith(ADDED)]
                topic = headers[f"{ADDED}original-topic"].decode()
                await producer.send_raw(topic, record.key, record.value, kept)
    finally:
        await producer.stop()
    return len(causes) - len(wanted)


def _is_of(settings: "KafkaSettings", service: str, headers: dict[str, bytes]) -> bool:
    """Whether the copy is of this service's own group: a topic may have other readers."""
    return headers.get(f"{ADDED}original-consumer-group") == f"{settings.topic_prefix}{service}".encode()


async def _copies(settings: "KafkaSettings", service: str) -> AsyncIterator[Any]:
    """All that stands on the dead-letter topics of what a service reads."""
    from aiokafka import AIOKafkaConsumer, TopicPartition

    topics = [settings.topic_prefix + topic.dead_letters for topic in TOPICS if topic.reader == service]
    consumer = AIOKafkaConsumer(
        *topics, **settings.kafka_connection, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        places = [TopicPartition(topic, p) for topic in topics for p in consumer.partitions_for_topic(topic) or ()]
        ends = await consumer.end_offsets(places)
        while await _behind(consumer, places, ends):
            for batch in (await consumer.getmany(timeout_ms=QUIET_MS)).values():
                for record in batch:
                    yield record
    finally:
        await consumer.stop()


async def _behind(consumer: Any, places: Sequence[Any], ends: dict[Any, int]) -> bool:
    return any([await consumer.position(place) < ends[place] for place in places])
