"""Housekeeping deletes from the upload topics what is both acknowledged and old, and nothing else."""

from datetime import UTC, datetime, timedelta

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from jixiao.events.topics import UPLOADED
from jixiao.runtime.settings import TopicSettings
from jixiao_cli.local.broker import Broker
from jixiao_parser.housekeeping import delete_old

NOW = datetime.now(UTC)
OLD, YOUNG = NOW - timedelta(days=20), NOW - timedelta(days=2)


async def test_only_what_is_acknowledged_and_old_goes(broker: Broker, topic_prefix: str) -> None:
    settings = TopicSettings(kafka=broker.bootstrap, topic_prefix=topic_prefix)
    both, unread, young = (TopicPartition(topic_prefix + UPLOADED.name, number) for number in range(3))
    await fill(settings, {both: [OLD, OLD, YOUNG], unread: [OLD, OLD, OLD], young: [YOUNG]})
    await acknowledge(settings, {both: 3, unread: 1, young: 1})
    await delete_old(settings, "parser", NOW - timedelta(days=14))
    async with consumer(settings) as reading:
        assert await reading.beginning_offsets([both, unread, young]) == {both: 2, unread: 1, young: 0}


async def test_a_group_that_never_read_loses_nothing(broker: Broker, topic_prefix: str) -> None:
    settings = TopicSettings(kafka=broker.bootstrap, topic_prefix=topic_prefix)
    assert await delete_old(settings, "nobody", NOW) == {}


def consumer(settings: TopicSettings, group: str | None = None) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(**settings.kafka_connection, group_id=group, enable_auto_commit=False)


async def fill(settings: TopicSettings, times: dict[TopicPartition, list[datetime]]) -> None:
    async with AIOKafkaProducer(**settings.kafka_connection) as producer:
        for partition, moments in times.items():
            for moment in moments:
                at = int(moment.timestamp() * 1000)
                await producer.send_and_wait(partition.topic, b"x", partition=partition.partition, timestamp_ms=at)


async def acknowledge(settings: TopicSettings, offsets: dict[TopicPartition, int]) -> None:
    async with consumer(settings, "parser") as reading:
        reading.assign(list(offsets))
        await reading.commit(offsets)
