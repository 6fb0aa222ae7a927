"""The one way onto Kafka: idempotent, confirmed by all in-sync replicas before ``send`` returns."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from jixiao.events.topics import FILE_LIMIT, MIB
from jixiao.runtime.errors import RetryLater
from jixiao.runtime.message import Outgoing

CONFIRM_MS = 10_000


class Producer:
    """Sends and waits for the brokers' confirmation. Connects when first used: a service starts without them."""

    def __init__(self, connection: Mapping[str, Any], prefix: str) -> None:
        """``connection``: aiokafka's connection arguments (``ServiceSettings.kafka_connection``)."""
        self._connection = dict(connection)
        self._prefix = prefix
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()
        self._closing: set[asyncio.Task[None]] = set()

    async def send(self, message: Outgoing) -> None:
        """Send one event. Raises RetryLater when the brokers did not confirm it."""
        headers = [(name, text.encode("ascii")) for name, text in message.headers.items()]
        await self.send_raw(self._prefix + message.topic, message.key.encode(), message.value, headers)

    async def send_raw(
        self, topic: str, key: bytes | None, value: bytes | None, headers: Iterable[tuple[str, bytes]]
    ) -> None:
        """Send bytes to a topic by its full name (dead letters). Raises RetryLater when not confirmed."""
        async with self._connected() as producer:
            await producer.send_and_wait(topic, value=value, key=key, headers=list(headers))

    async def answers(self) -> None:
        """Ask the brokers for their state. Raises RetryLater when none answers."""
        async with self._connected() as producer:
            await producer.client.fetch_all_metadata()

    async def stop(self) -> None:
        """Close the connection; the next send opens a new one."""
        self._discard(self._producer)
        if self._closing:
            await asyncio.wait(self._closing)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AIOKafkaProducer]:
        producer = None
        try:
            # an idempotent producer retries for ever by itself
            async with asyncio.timeout(CONFIRM_MS / 1000):
                producer = await self._started()
                yield producer
        except (KafkaError, OSError, TimeoutError) as fault:
            # an idempotent producer that lost a batch has a gap in its sequence: only a new one is sound
            self._discard(producer)
            raise RetryLater(f"Kafka 没有应答或没有确认消息：{fault!r}") from fault

    async def _started(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    **self._connection,
                    acks="all",
                    enable_idempotence=True,
                    max_request_size=FILE_LIMIT + MIB,
                    request_timeout_ms=CONFIRM_MS,
                )
                try:
                    await producer.start()
                except BaseException:
                    await producer.stop()
                    raise
                self._producer = producer
            return self._producer

    def _discard(self, producer: AIOKafkaProducer | None) -> None:
        if producer is None or producer is not self._producer:
            return
        self._producer = None
        closing = asyncio.create_task(_close(producer))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)


async def _close(producer: AIOKafkaProducer) -> None:
    with suppress(KafkaError, OSError, TimeoutError):
        await asyncio.wait_for(producer.stop(), CONFIRM_MS / 1000)
