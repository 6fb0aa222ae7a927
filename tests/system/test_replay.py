"""``jixiao replay`` on the real servers: what was lost comes back the same, what is there stays."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest_asyncio
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from typer.testing import CliRunner, Result

from jixiao.events.topics import PARSED, TOPICS
from jixiao.runtime.settings import TopicSettings
from jixiao.runtime.topic_setup import setup_topics
from jixiao_cli.local.broker import Broker
from jixiao_cli.local.database import Database
from jixiao_cli.main import app
from tests.system.pipeline import PIPE, Handed, Pipeline, kept_alive, until
from tests.system.reports import handed, report

FILES = [*(handed(number) for number in range(4)), Handed(4, "又报.txt", report(1)), Handed(5, "无表.txt", b"nothing")]
FORMS = 5


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pipeline(broker: Broker, database: Database) -> AsyncIterator[Pipeline]:
    async with Pipeline.fresh(broker, database) as pipeline:
        yield pipeline


async def jixiao(pipeline: Pipeline, *arguments: str) -> Result:
    """Run ``jixiao replay`` as an operator would."""
    environment = {
        "JIXIAO_KAFKA": pipeline.bootstrap,
        "JIXIAO_TOPIC_PREFIX": pipeline.prefix,
        "JIXIAO_PARSER_POSTGRES": pipeline.dsns["parser"],
        "JIXIAO_SCORER_POSTGRES": pipeline.dsns["scorer"],
        "COLUMNS": "200",
    }
    return await asyncio.to_thread(lambda: CliRunner().invoke(app, ["replay", *arguments], env=environment))


async def lose_topics(pipeline: Pipeline) -> None:
    """As if the brokers' disks were gone and the topics had been set up anew."""
    settings = TopicSettings(kafka=pipeline.bootstrap, topic_prefix=pipeline.prefix)
    names = [pipeline.prefix + name for topic in TOPICS for name in (topic.name, topic.dead_letters)]
    admin = AIOKafkaAdminClient(**settings.kafka_connection)
    await admin.start()
    try:
        await admin.delete_topics(names)

        async def are_gone() -> bool:
            return not set(names) & set(await admin.list_topics())

        await until(are_gone, 60)
    finally:
        await admin.close()
    await setup_topics(settings)


async def lose_tables(pipeline: Pipeline, service: str) -> None:
    """Everything that a service keeps."""
    tables = await pipeline.fetch(
        service, "SELECT tablename FROM pg_tables WHERE schemaname = $1 AND tablename <> 'migrations'", service
    )
    names = ", ".join(row["tablename"] for row in tables)
    await pipeline.fetch(service, f"TRUNCATE {names} CASCADE")


async def told(pipeline: Pipeline, count: int) -> set[tuple[bytes, bytes, bytes]]:
    """(event id, key, value) of the forms on ``reports.parsed``, once so many messages are there."""
    consumer = AIOKafkaConsumer(
        pipeline.prefix + PARSED.name, bootstrap_servers=pipeline.bootstrap, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        async with asyncio.timeout(60):
            found = [await consumer.getone() for _ in range(count)]
    finally:
        await consumer.stop()
    return {(dict(each.headers)["ce_id"], each.key, each.value) for each in found}


async def test_lost_topics_and_tables_come_back_from_the_archive(pipeline: Pipeline, tmp_path: Path) -> None:
    """The same rows in every service, the same events with the same ids; a second replay changes nothing."""
    services = [pipeline.service(name, tmp_path) for name in PIPE]
    async with kept_alive(services):
        await pipeline.hand_in(FILES)
        await pipeline.settled(len(FILES))
        events = await told(pipeline, FORMS)
    before = await pipeline.dump()
    await lose_topics(pipeline)
    await lose_tables(pipeline, "scorer")
    await lose_tables(pipeline, "alerts")
    async with kept_alive(services):
        replayed = await jixiao(pipeline, "--all", "--yes")
        assert replayed.exit_code == 0, replayed.output
        assert f"已重放 {len(FILES)} 个上报" in replayed.output
        await pipeline.settled(len(FILES))
        assert await told(pipeline, FORMS) == events
        assert await pipeline.dump() == before
        await jixiao(pipeline, "--all", "--yes")
        assert await told(pipeline, 2 * FORMS) == events
        assert await pipeline.dump() == before


async def test_one_upload_or_a_period_is_replayed(pipeline: Pipeline) -> None:
    """Uploads were handed in on 2026-03-01 (Beijing time), one a minute."""
    one = await jixiao(pipeline, str(FILES[1].upload_id))
    assert one.exit_code == 1 and "重放 1 个上报" in one.output, "asked, and nobody said yes"
    for arguments, count in (
        ([str(FILES[1].upload_id), str(FILES[2].upload_id)], 2),
        (["--since", "2026-03-01", "--until", "2026-03-01"], len(FILES)),
        (["--since", "2026-03-02"], 0),
        (["--until", "2026-02-28"], 0),
    ):
        done = await jixiao(pipeline, *arguments, "--yes")
        assert (done.exit_code, f"已重放 {count} 个上报" in done.output) == (0, True), done.output
    for wrong in ([], ["--all", "--since", "2026-03-01"], [str(FILES[1].upload_id), "--all"]):
        assert (await jixiao(pipeline, *wrong)).exit_code == 2
    unknown = await jixiao(pipeline, "00000000-0000-0000-0000-000000000000")
    assert "存档中没有上报" in str(unknown.exception)


async def test_todays_parser_beside_the_archive(pipeline: Pipeline) -> None:
    """Nothing differs, and nothing is written; a record that an older parser had left otherwise is shown."""
    before = await pipeline.dump()
    same = await jixiao(pipeline, "--all", "--compare")
    assert (same.exit_code, f"{FORMS} 张自评表，0 张的记录不同" in same.output) == (0, True), same.output
    form = """UPDATE forms SET form = jsonb_set(form, '{total_score,text}', '"98.5"')
              WHERE upload_id = $1 RETURNING form_id"""
    assert len(await pipeline.fetch("parser", form, FILES[0].upload_id)) == 1
    differs = await jixiao(pipeline, "--all", "--compare")
    assert (differs.exit_code, "1 张的记录不同" in differs.output) == (1, True), differs.output
    assert all(text in differs.output for text in ("自评表0.txt", "total_score", "98.5", "99.5"))
    after = await pipeline.dump()
    assert {name: rows for name, rows in after.items() if rows != before[name]}.keys() == {"parser forms"}


async def test_what_died_of_an_unknown_fault_is_sent_again_once_it_is_mended(
    broker: Broker, database: Database, tmp_path: Path
) -> None:
    """Everything comes to its end as if nothing had happened; what is settled is not sent again."""
    async with Pipeline.fresh(broker, database) as pipeline:
        services = [pipeline.service(name, tmp_path) for name in PIPE]
        await pipeline.fetch("scorer", "ALTER TABLE findings RENAME TO broken")
        async with kept_alive(services):
            await pipeline.hand_in([handed(number) for number in (0, 1)])
            await pipeline.settled(2)
            assert await pipeline.fetch("scorer", "SELECT FROM assessments") == []
            await pipeline.fetch("scorer", "ALTER TABLE broken RENAME TO findings")
            done = await jixiao(pipeline, "--dead", "scorer", "--yes")
            assert (done.exit_code, "已送回 2 条死信" in done.output) == (0, True), done.output

            async def are_judged() -> bool:
                return len(await pipeline.fetch("scorer", "SELECT FROM assessments")) == 2

            await until(are_judged, 90)
            again = await jixiao(pipeline, "--dead", "scorer", "--yes")
            assert (again.exit_code, "已送回 0 条死信" in again.output) == (0, True), again.output


async def test_what_an_older_parser_read_is_read_anew(broker: Broker, database: Database, tmp_path: Path) -> None:
    """Only what differs is judged again, as one assessment more; another year or a second time: nothing happens."""
    async with Pipeline.fresh(broker, database) as pipeline:
        services = [pipeline.service(name, tmp_path) for name in PIPE]
        async with kept_alive(services):
            await pipeline.hand_in([handed(number) for number in range(3)])
            await pipeline.settled(3)
            before = await pipeline.dump()
            changed, elsewhere = handed(1).upload_id, handed(2).upload_id
            await as_an_older_parser_left_it(pipeline, changed)
            await pipeline.fetch("parser", "UPDATE forms SET year = '1999' WHERE upload_id = $1", elsewhere)
            for _ in range(2):
                done = await jixiao(pipeline, "--all", "--reread", "--yes")
                assert done.exit_code == 0 and "重读" in done.output, done.output
                await until(lambda: has_been_read(pipeline, 6), 90)
            await until(lambda: is_judged_again(pipeline, changed), 90)
            await pipeline.settled(3)
            rows = await pipeline.fetch("scorer", "SELECT upload_id, assessment FROM assessments")
            assert {row["upload_id"]: row["assessment"] for row in rows} == {
                handed(number).upload_id: int(number == 1) for number in range(3)
            }
            await pipeline.fetch("parser", "UPDATE forms SET year = '2025' WHERE upload_id = $1", elsewhere)
        after = await pipeline.dump()
        for of in ("parser uploads", "parser forms", "scorer assessments", "scorer findings", "alerts alerts"):
            assert after[of] == before[of], of


async def as_an_older_parser_left_it(pipeline: Pipeline, upload_id: UUID) -> None:
    """A total misread, nothing found."""
    form = """UPDATE forms SET form = jsonb_set(form, '{total_score,text}', '"9.1"')
              WHERE form_id IN (SELECT form_id FROM parser_views.forms WHERE upload_id = $1)"""
    for service in ("parser", "scorer"):
        await pipeline.fetch(service, form, upload_id)
    await pipeline.fetch(
        "scorer", "UPDATE assessments SET figures = '[]', findings = '[]' WHERE upload_id = $1", upload_id
    )
    await pipeline.fetch(
        "scorer",
        "DELETE FROM findings USING assessments a WHERE findings.form_id = a.form_id AND upload_id = $1",
        upload_id,
    )


async def has_been_read(pipeline: Pipeline, decisions: int) -> bool:
    """Whether the parser has decided so often: an upload handed in is one decision, one read anew another."""
    [row] = await pipeline.fetch("parser", "SELECT count(*) AS n FROM decisions WHERE sent_at IS NOT NULL")
    return int(row["n"]) >= decisions


async def is_judged_again(pipeline: Pipeline, upload_id: UUID) -> bool:
    """Whether there is one assessment more."""
    rows = await pipeline.fetch("scorer", "SELECT FROM assessments WHERE upload_id = $1 AND assessment = 1", upload_id)
    return len(rows) == 1
