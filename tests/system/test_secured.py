"""All connections behind TLS, as the settings of the operations page promise it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from jixiao.runtime.settings import TopicSettings
from jixiao_cli.local.ports import free_port
from jixiao_cli.local.service import Service, shared_settings
from jixiao_cli.setup import SERVICES, prepare_database, prepare_topics
from tests.conftest import PASSWORD, SECRET_KEY, stop_all
from tests.system.pipeline import all_ready
from tests.system.reports import report
from tests.system.secured import Certificate, SecuredBroker, SecuredDatabase
from tests.system.test_journey import Site


@pytest.fixture(scope="module")
def certificate(open_folder: Path) -> Certificate:
    """One certificate for both servers."""
    folder = open_folder / "tls"
    folder.mkdir()
    return Certificate(folder)


@pytest.fixture(scope="module")
def secured_broker(tmp_path_factory: pytest.TempPathFactory, certificate: Certificate) -> Iterator[SecuredBroker]:
    """A broker behind TLS and SCRAM."""
    with SecuredBroker(tmp_path_factory.mktemp("kafka"), free_port(), free_port(), certificate) as broker:
        yield broker


@pytest.fixture(scope="module")
def secured_database(open_folder: Path, certificate: Certificate) -> Iterator[SecuredDatabase]:
    """A database behind TLS."""
    with SecuredDatabase(open_folder / "secured", free_port(), PASSWORD, certificate) as database:
        yield database


async def test_a_report_passes_through_secured_servers(
    secured_broker: SecuredBroker, secured_database: SecuredDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Set-up steps and services reach both servers with certificate, user name and password; a report is scored."""
    for name, value in secured_broker.settings.items():
        monkeypatch.setenv(name, value)
    dsns = {service: secured_database.dsn_for(f"jixiao_{service}", PASSWORD, "jixiao") for service in SERVICES}
    await prepare_database(secured_database.dsn, dsns)
    await prepare_topics(kafka=secured_broker.bootstrap)
    settings = shared_settings(secured_broker.bootstrap, dsns) | {"JIXIAO_SECRET_KEY": SECRET_KEY}
    services = [Service(name, free_port(), settings, tmp_path / name) for name in SERVICES]
    try:
        for service in services:
            service.prepare()
            service.spawn()
        await all_ready(services)
        async with aiohttp.ClientSession(services[-1].url) as session:
            site = Site(session)
            accepted = await site.upload(report(1), "report.txt")
            assert (await site.ended(accepted["upload_id"]))["state"] == "scored"
    finally:
        await asyncio.to_thread(stop_all, services)


async def test_the_servers_are_shut_to_others(
    secured_broker: SecuredBroker, secured_database: SecuredDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without TLS, or with a wrong password, nobody connects: the test above can fail."""
    for name, value in secured_broker.settings.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError):
        await asyncpg.connect(secured_database.dsn.replace("verify-full", "disable"))
    wrong = TopicSettings(kafka=secured_broker.bootstrap, kafka_password="wrong")
    producer = AIOKafkaProducer(**wrong.kafka_connection)
    with pytest.raises(KafkaError):
        await producer.start()
    await producer.stop()
