"""The services on the real broker and database, driven by uploads with known ids, and dumps of their end state."""

import asyncio
import hashlib
import json
import secrets
import sys
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import asyncpg

from jixiao.events.topics import UPLOADED, Topic
from jixiao.runtime.errors import RetryLater
from jixiao.runtime.message import Outgoing, cloud_event, text_headers
from jixiao.runtime.produce import Producer
from jixiao.runtime.settings import TopicSettings
from jixiao.runtime.topic_setup import setup_topics
from jixiao_cli.local.broker import Broker
from jixiao_cli.local.database import Database
from jixiao_cli.local.ports import free_port
from jixiao_cli.local.service import Service, shared_settings
from jixiao_cli.setup import SERVICES, prepare_database
from tests.conftest import PASSWORD

PIPE = ("parser", "scorer", "alerts")
FIRST_UPLOAD = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)

# what a run leaves behind, without the times at which it happened
DUMPS = {
    "parser": {
        "uploads": "SELECT upload_id, document_id, name, state, reason, forms FROM uploads",
        "forms": "SELECT form_id, upload_id, ordinal, project, year, kind, unit, form FROM forms",
        "units": "SELECT key, name, parent FROM units",
        "decisions": "SELECT cause, sent_at IS NOT NULL AS sent FROM decisions",
        "outgoing": "SELECT cause, position, topic, key, value FROM outgoing",
        "dead letters": "SELECT cause, fault, reason FROM dead_letters",
    },
    "scorer": {
        "assessments": "SELECT form_id, upload_id, project, year, figures, findings, profile_hash FROM assessments",
        "findings": "SELECT form_id, position, rule, severity, amount, sentence FROM findings",
        "decisions": "SELECT cause, sent_at IS NOT NULL AS sent FROM decisions",
        "cross findings": "SELECT form_id, position, finding FROM cross_findings",
        # how often a form was told before its last findings depends on which forms of its unit came first
        "last told": """SELECT DISTINCT ON (event -> 'version') event -> 'version', topic, key, event -> 'findings'
                        FROM (SELECT topic, key, convert_from(value, 'UTF8')::jsonb AS event FROM outgoing) told
                        ORDER BY event -> 'version', event -> 'assessment' DESC""",
        "dead letters": "SELECT cause, fault, reason FROM dead_letters",
    },
    "alerts": {
        "versions": "SELECT form_id, identity_key, findings FROM versions",
        "alerts": "SELECT alert_id, condition, handling, severity, sentence, amount, form_id FROM alerts",
        "decisions": "SELECT DISTINCT sent_at IS NOT NULL AS sent FROM decisions",
        "dead letters": "SELECT cause, fault, reason FROM dead_letters",
    },
}


@dataclass(frozen=True)
class Handed:
    """One file to hand in; ``number`` gives the upload id and its place in time."""

    number: int
    name: str
    content: bytes

    @property
    def upload_id(self) -> uuid.UUID:
        return uuid.uuid5(uuid.NAMESPACE_URL, f"test upload {self.number}")


@dataclass(frozen=True)
class Crash:
    """Where (a point of tests/system/crashing.py) and at which time there a service kills itself."""

    point: str
    nth: int


class Pipeline:
    """Hands in files, keeps services alive as a supervisor would, waits for the end, dumps what is left."""

    def __init__(self, bootstrap: str, dsns: dict[str, str], prefix: str) -> None:
        self.bootstrap = bootstrap
        self.dsns = dsns
        self.prefix = prefix
        self.producer = Producer(TopicSettings(kafka=bootstrap, topic_prefix=prefix).kafka_connection, prefix)

    @classmethod
    @asynccontextmanager
    async def fresh(cls, broker: Broker, database: Database, password: str = PASSWORD) -> AsyncIterator[Self]:
        """A pipeline in a database and on topics of its own."""
        name = f"test_{secrets.token_hex(4)}"
        dsns = {service: database.dsn_for(f"jixiao_{service}", password, name) for service in SERVICES}
        await prepare_database(database.dsn, dsns)
        settings = TopicSettings(kafka=broker.bootstrap, topic_prefix=f"{name}.")
        await setup_topics(settings)
        pipeline = cls(broker.bootstrap, dsns, settings.topic_prefix)
        try:
            yield pipeline
        finally:
            await pipeline.producer.stop()

    def service(self, name: str, folder: Path, crash: Crash | None = None, **settings: str) -> Service:
        """A service of this pipeline, not yet started; with ``crash``, one that kills itself there once."""
        common = shared_settings(self.bootstrap, self.dsns) | {
            "JIXIAO_SECRET_KEY": "only-for-tests-and-nothing-else-at-all",
            "JIXIAO_TOPIC_PREFIX": self.prefix,
            "JIXIAO_SESSION_TIMEOUT": "3",
        }
        service = Service(name, free_port(), common | settings, folder / name)
        if crash is not None:
            arguments = [name, crash.point, str(crash.nth), str(folder / f"{name}.crashed")]
            service.command = [sys.executable, "-m", "tests.system.crashing", *arguments]
        service.prepare()
        return service

    async def hand_in(self, files: Sequence[Handed]) -> None:
        """Put files onto the upload topic, again and again until confirmed, as a patient uploader would."""
        for file in files:
            await self._hand_in(_upload(file))

    async def _hand_in(self, upload: Outgoing) -> None:
        while True:
            try:
                return await self.producer.send(upload)
            except RetryLater:
                await asyncio.sleep(0.2)

    async def send_raw(self, topic: Topic, value: bytes, headers: dict[str, str]) -> None:
        """Put anything onto a topic."""
        pairs = [(name, text.encode()) for name, text in headers.items()]
        await self.producer.send_raw(self.prefix + topic.name, b"key", value, pairs)

    async def fetch(self, service: str, query: str, *args: object) -> list[Any]:
        """Ask a service's schema."""
        conn = await asyncpg.connect(self.dsns[service])
        try:
            return list(await conn.fetch(query, *args))
        finally:
            await conn.close()

    async def settled(self, uploads: int, seconds: float = 90) -> None:
        """Wait until so many uploads have ended and nothing is on its way."""
        await until(lambda: self._is_settled(uploads), seconds, self.counts)

    async def has_read(self, uploads: int) -> bool:
        """Whether the parser has ended so many uploads."""
        [row] = await self.fetch("parser", "SELECT count(*) AS n FROM parser_views.uploads")
        return int(row["n"]) >= uploads

    async def _is_settled(self, uploads: int) -> bool:
        ended = await self.fetch(
            "parser", "SELECT coalesce(sum(forms), 0) AS forms, count(*) FROM parser_views.uploads"
        )
        if ended[0]["count"] < uploads:
            return False
        if await self._decided("scorer") < ended[0]["forms"]:
            return False
        [told] = await self.fetch("scorer", "SELECT count(*) FROM outgoing")
        if await self._decided("alerts") < told["count"]:
            return False
        return not any([await self._has_unsent(service) for service in PIPE])

    async def _has_unsent(self, service: str) -> bool:
        [row] = await self.fetch(service, "SELECT count(*) FROM decisions WHERE sent_at IS NULL")
        return bool(row["count"])

    async def _decided(self, service: str) -> int:
        """How many events a service is done with, decided and sent on or buried."""
        [row] = await self.fetch(service, "SELECT count(*) FROM decisions WHERE sent_at IS NOT NULL")
        [dead] = await self.fetch(service, "SELECT count(*) FROM dead_letters WHERE cause IS NOT NULL")
        return int(row["count"] + dead["count"])

    async def counts(self) -> dict[str, int]:
        """How many lines each part of the dump has: enough to see where a run hangs."""
        return {title: len(lines) for title, lines in (await self.dump()).items()}

    async def dump(self) -> dict[str, list[str]]:
        """The end state as sorted lines, to be compared with that of another run."""
        state = {}
        for service, queries in DUMPS.items():
            for title, query in queries.items():
                rows = await self.fetch(service, query)
                state[f"{service} {title}"] = sorted(
                    json.dumps([str(value) for value in row.values()], ensure_ascii=False) for row in rows
                )
        return state


async def until(
    condition: Callable[[], Awaitable[bool]], seconds: float, explain: Callable[[], Awaitable[object]] | None = None
) -> None:
    """Wait for a condition; fail with an explanation when it does not come."""
    deadline = time.monotonic() + seconds
    while not await condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s; state: {await explain() if explain else ''}")
        await asyncio.sleep(0.1)


async def all_ready(services: Sequence[Service], seconds: float = 60) -> None:
    """Wait until every service says that it is ready."""

    async def ready() -> bool:
        return all([await asyncio.to_thread(service.is_ready) for service in services])

    await until(ready, seconds)


@asynccontextmanager
async def kept_alive(services: Sequence[Service]) -> AsyncIterator[list[str]]:
    """Run services and start again what ends, as the supervisor does; yields the names of those that ended."""
    ended: list[str] = []

    async def supervise() -> None:
        while True:
            for service in services:
                if not service.alive:
                    ended.append(service.name)
                    service.spawn()
            await asyncio.sleep(0.1)

    for service in services:
        service.spawn()
    supervising = asyncio.create_task(supervise())
    try:
        yield ended
    finally:
        supervising.cancel()
        for service in services:
            service.terminate()
        for service in services:
            await asyncio.to_thread(service.wait_stopped, service.stop_seconds)


def _upload(file: Handed) -> Outgoing:
    at = FIRST_UPLOAD + timedelta(minutes=file.number)
    headers = cloud_event("jixiao.report.uploaded", "/jixiao/gateway", file.upload_id, at, file.upload_id.hex)
    headers |= text_headers(name=file.name, uploader="测试单位")
    return Outgoing(UPLOADED.name, hashlib.sha256(file.content).hexdigest(), file.content, headers)
