"""From the brokers into the live log: what became of reports and alerts, for pages and watchers.

The gateway only watches ``reports.parsed`` and ``reports.scored``: what it cannot decode there is their reader's to
dead-letter. ``alerts.changed`` it reads itself, with dead letters of its own. A batch is written at once; when that
fails, its messages go one by one through the consume loop, which sorts the fault.
"""

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.errors import KafkaError

from jixiao.events.models import AlertChanged, FormParsed, FormScored
from jixiao.events.topics import CHANGED, EVENT_LIMIT, MIB, PARSED, SCORED
from jixiao.runtime import metrics
from jixiao.runtime.consume import Consumer
from jixiao.runtime.errors import Unreadable
from jixiao.runtime.message import Incoming, Outgoing
from jixiao.runtime.postgres import Connection
from jixiao.runtime.settings import GatewaySettings
from jixiao_gateway.hub import Hub
from jixiao_gateway.store.events import EventStore, LiveEvent, append
from jixiao_gateway.upload import Upload

log = structlog.get_logger(__name__)

TOPICS = (PARSED, SCORED, CHANGED)
UPLOADED_TYPE = "reports.uploaded"
RETRY_SECONDS = 2.0
BATCH = 200
LONGEST_BATCH_MS = 3_600_000
RETRY_BACKOFF_MS = 500
_LEFT_OUT: dict[str, Any] = {"figures": True, "findings": {"__all__": {"addends", "evidence"}}}


class LiveLog:
    """The consume loop's step for one message: decode it, write it into the log."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix

    async def prepare(self, message: Incoming) -> LiveEvent | None:
        """The event for watchers; None for a broken one that is its reader's to dead-letter."""
        return self.decode(message)

    async def decide(self, conn: Connection, prepared: LiveEvent | None, message: Incoming) -> Sequence[Outgoing]:
        """Write it."""
        if prepared is not None:
            await append(conn, [prepared])
        return ()

    def decode(self, message: Incoming) -> LiveEvent | None:
        """The same as ``prepare``, for a batch. Raises Unreadable for a broken message of ``alerts.changed``."""
        topic = message.topic.removeprefix(self._prefix)
        try:
            return _READERS[topic](message)
        except Unreadable:
            if topic == CHANGED.name:
                raise
            return None


class Watcher:
    """Takes the messages of the gateway's consumer group into the live log, for ever."""

    def __init__(
        self, settings: GatewaySettings, events: EventStore, step: LiveLog, loop: Consumer[LiveEvent | None], hub: Hub
    ) -> None:
        self._settings = settings
        self._events = events
        self._step = step
        self._loop = loop
        self._hub = hub

    async def run(self) -> None:
        """Consume; start again whenever the brokers were away."""
        while True:
            try:
                await self._consume()
            except (KafkaError, OSError, TimeoutError) as fault:
                log.warning("brokers away, trying again", fault=repr(fault))
                await asyncio.sleep(RETRY_SECONDS)

    async def _consume(self) -> None:
        consumer = self._consumer()
        try:
            await consumer.start()
            while True:
                batches = await consumer.getmany(timeout_ms=1000, max_records=BATCH)
                records = [record for batch in batches.values() for record in batch]
                if records:
                    await self.take([_incoming(record) for record in records])
                    await consumer.commit()
                await _observe_lag(consumer)
        finally:
            await consumer.stop()

    def _consumer(self) -> AIOKafkaConsumer:
        settings = self._settings
        return AIOKafkaConsumer(
            *(settings.topic_prefix + topic.name for topic in TOPICS),
            **settings.kafka_connection,
            group_id=f"{settings.topic_prefix}gateway",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=int(settings.session_timeout * 1000),
            heartbeat_interval_ms=int(settings.session_timeout * 1000 / 3),
            max_poll_interval_ms=LONGEST_BATCH_MS,
            max_partition_fetch_bytes=EVENT_LIMIT + MIB,
            # with the default of 100 ms a broker that is away fills the log with a hundred lines a second
            retry_backoff_ms=RETRY_BACKOFF_MS,
        )

    async def take(self, messages: Sequence[Incoming]) -> None:
        """Write a batch into the log; when this returns, every message of it is done with."""
        try:
            events = [self._step.decode(message) for message in messages]
            await self._events.append([event for event in events if event is not None])
        except Exception as fault:
            log.warning("batch taken one by one", messages=len(messages), fault=repr(fault))
            for message in messages:
                await self._take_one(message)
        self._hub.wake()

    async def _take_one(self, message: Incoming) -> None:
        with suppress(Unreadable):
            if self._step.decode(message) is None:
                return  # its reader's to dead-letter, even without an event id
        await self._loop.process(message)


def uploaded_event(upload: Upload) -> LiveEvent:
    """The event that tells watchers of an accepted upload."""
    return LiveEvent(upload.id, UPLOADED_TYPE, upload.uploaded_at, upload.id, upload.model_dump_json())


def _parsed(message: Incoming) -> LiveEvent:
    event = message.decode(FormParsed)
    data = event.model_dump(mode="json", exclude={"form"})
    data |= {"form_id": str(event.version.form_id), "code": event.form.code.text, "name": event.form.name.text}
    return LiveEvent(message.cause, PARSED.name, _time(message), event.version.upload_id, _json(data))


def _scored(message: Incoming) -> LiveEvent:
    event = message.decode(FormScored)
    data = event.model_dump(mode="json", exclude=_LEFT_OUT) | {"form_id": str(event.version.form_id)}
    return LiveEvent(message.cause, SCORED.name, _time(message), event.version.upload_id, _json(data))


def _changed(message: Incoming) -> LiveEvent:
    event = message.decode(AlertChanged)
    upload_id = event.after.version.upload_id
    return LiveEvent(message.cause, CHANGED.name, event.changed_at, upload_id, event.model_dump_json())


_READERS = {PARSED.name: _parsed, SCORED.name: _scored, CHANGED.name: _changed}


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False)


def _time(message: Incoming) -> datetime:
    try:
        return datetime.fromisoformat(message.headers["ce_time"].decode())
    except (KeyError, ValueError) as fault:
        raise Unreadable("消息缺少有效的时间（ce_time）。请由原发送方重新发送。") from fault


def _incoming(record: ConsumerRecord) -> Incoming:
    return Incoming(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        timestamp=record.timestamp,
        key=record.key,
        value=record.value,
        headers={name: raw or b"" for name, raw in record.headers},
    )


async def _observe_lag(consumer: AIOKafkaConsumer) -> None:
    metrics.LAG.clear()  # a partition that went to another copy is that one's to tell
    for place in consumer.assignment():
        end = consumer.highwater(place)
        if end is not None:
            metrics.LAG.labels(place.topic, place.partition).set(max(0, end - await consumer.position(place)))
