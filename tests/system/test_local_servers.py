"""The broker and the database of the local run, and the set-up steps on them."""

import asyncio
import os
import subprocess
import sys

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from jixiao.events.topics import FILE_LIMIT, TOPICS
from jixiao.runtime.settings import TopicSettings
from jixiao.runtime.topic_setup import setup_topics
from jixiao_cli.local.broker import Broker
from jixiao_cli.local.database import Database
from jixiao_cli.local.service import shared_settings
from jixiao_cli.setup import SERVICES, prepare_database


async def test_a_value_as_large_as_the_limit_passes(broker: Broker, topic_prefix: str) -> None:
    """A file of 20 MiB goes through the upload topic."""
    topic = topic_prefix + "reports.uploaded"
    limit = FILE_LIMIT + 1024 * 1024
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap, max_request_size=limit) as producer:
        await producer.send_and_wait(topic, bytes(FILE_LIMIT), key=b"k")
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest", max_partition_fetch_bytes=limit
    )
    async with consumer:
        assert len((await consumer.getone()).value) == FILE_LIMIT


async def test_topics_are_set_up_twice_alike(broker: Broker) -> None:
    """A second set-up changes nothing; what was altered by hand is brought back, what others set stays."""
    settings = TopicSettings(kafka=broker.bootstrap, topic_prefix="twice.")
    assert set((await setup_topics(settings)).values()) == {"created"}
    assert set((await setup_topics(settings)).values()) == {"unchanged"}

    name = "twice.reports.parsed"
    by_hand = ConfigResource(ConfigResourceType.TOPIC, name, {"retention.ms": "1000", "segment.ms": "60000"})
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
    await admin.start()
    try:
        await admin.alter_configs([by_hand])
        await _eventually_configured(admin, by_hand, by_hand.configs)
        outcomes = await setup_topics(settings)
        assert [topic for topic, outcome in outcomes.items() if outcome == "altered"] == [name]
        kept = str(30 * 24 * 3600 * 1000)
        await _eventually_configured(admin, by_hand, {"retention.ms": kept, "segment.ms": "60000"})
        assert len(outcomes) == 2 * len(TOPICS)
    finally:
        await admin.close()


async def _eventually_configured(admin: AIOKafkaAdminClient, topic: ConfigResource, configs: dict[str, str]) -> None:
    """The broker learns of a change a moment after the controller confirmed it."""
    for _ in range(100):
        [answer] = await admin.describe_configs([topic])
        if {entry[0]: entry[1] for entry in answer.resources[0][4]} == configs:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"not {configs}: {answer}")


async def test_the_broker_comes_back_with_what_it_confirmed(broker: Broker, topic_prefix: str) -> None:
    """A killed broker starts again on the same port and data."""
    topic = topic_prefix + "reports.parsed"
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap, acks="all") as producer:
        sent = await producer.send_and_wait(topic, b"kept", key=b"k")
    broker.kill()
    broker.start()
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest")
    async with consumer:
        message = await consumer.getone()
    assert (message.value, message.offset) == (b"kept", sent.offset)


async def test_the_database_comes_back_with_what_it_committed(
    database: Database, clean_database: dict[str, str]
) -> None:
    """A killed server starts again on the same port and data."""
    conn = await asyncpg.connect(clean_database["scorer"])
    await conn.execute("INSERT INTO pauses (reason) VALUES ('kept')")
    database.kill()
    database.start()
    await conn.close()
    conn = await asyncpg.connect(clean_database["scorer"])
    assert await conn.fetchval("SELECT reason FROM pauses") == "kept"
    await conn.close()


async def test_a_service_writes_its_own_schema_only(clean_database: dict[str, str]) -> None:
    """It reads what others publish and nothing else of theirs, and owns no other schema."""
    conn = await asyncpg.connect(clean_database["scorer"])
    try:
        assert await conn.fetchval("SHOW search_path") == "scorer"
        assert await conn.fetch("SELECT * FROM parser_views.forms") == []
        for statement in (
            "SELECT * FROM parser.forms",
            "DELETE FROM parser_views.forms",
            "CREATE TABLE parser_views.mine ()",
            "CREATE SCHEMA mine",
            "CREATE TABLE public.mine ()",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await conn.execute(statement)
    finally:
        await conn.close()


async def test_the_database_is_set_up_twice_alike(database: Database, clean_database: dict[str, str]) -> None:
    """A second set-up applies nothing."""
    assert await prepare_database(database.dsn, clean_database) == []


def test_the_set_up_steps_run_by_themselves(broker: Broker, database: Database) -> None:
    """Where the servers are given, an operator runs ``jixiao setup-database`` and ``jixiao setup-topics``."""
    dsns = {service: database.dsn_for(f"jixiao_{service}", "by-hand", "by_hand") for service in SERVICES}
    settings = {"JIXIAO_POSTGRES": database.dsn, "JIXIAO_TOPIC_PREFIX": "hand.", "JIXIAO_PARTITIONS": "1"}
    environment = os.environ | settings | shared_settings(broker.bootstrap, dsns)
    steps = (
        ("setup-database", "gateway: runtime/0001_runtime.sql"),
        ("setup-database", "数据库已是最新。"),
        ("setup-topics", "hand.reports.parsed.dlt: created"),
    )
    for step, told in steps:
        command = [sys.executable, "-c", "from jixiao_cli.main import main; main()", step]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert told in done.stdout.splitlines()
