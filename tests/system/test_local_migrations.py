"""Migrations on the real database."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from jixiao.runtime.migrations import Migration, MigrationError, migrate, setup_roles
from jixiao_cli.local.database import Database

FIRST = Migration("0001_first.sql", "CREATE TABLE things (id int PRIMARY KEY); SELECT pg_sleep(0.2);")
SECOND = Migration("0002_second.sql", "CREATE VIEW trial_views.things AS SELECT id FROM things;")


@pytest.fixture
async def dsn(clean_database: dict[str, str], database: Database) -> AsyncIterator[str]:
    """The DSN of a service without migrations yet, in the module's database."""
    admin = database.dsn
    own = clean_database["parser"].replace("jixiao_parser", "jixiao_trial")
    await setup_roles(admin, {"trial": own})
    yield own
    conn = await asyncpg.connect(own)
    await conn.execute("DROP OWNED BY jixiao_trial")
    await conn.close()


async def test_two_runs_at_a_time_apply_each_file_once(dsn: str) -> None:
    """The second waits for the first and finds nothing to do."""
    applied = await asyncio.gather(*(migrate(dsn, "trial", [FIRST, SECOND]) for _ in range(3)))
    assert sorted(applied) == [[], [], [FIRST.name, SECOND.name]]


async def test_a_changed_file_is_refused(dsn: str) -> None:
    """An applied file stays as it was; the sentence says what to do."""
    await migrate(dsn, "trial", [FIRST])
    with pytest.raises(MigrationError, match=r"0001_first\.sql 已经执行过"):
        await migrate(dsn, "trial", [Migration(FIRST.name, FIRST.sql + "-- changed")])


async def test_a_file_that_fails_leaves_nothing(dsn: str) -> None:
    """What came before it stays applied; the next run goes on from there."""
    broken = Migration("0002_second.sql", "CREATE TABLE half (); SELECT 1 / 0;")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(dsn, "trial", [FIRST, broken])
    assert await migrate(dsn, "trial", [FIRST, SECOND]) == [SECOND.name]
    conn = await asyncpg.connect(dsn)
    assert await conn.fetchval("SELECT to_regclass('half')") is None
    await conn.close()


async def test_published_views_are_readable_by_every_service(dsn: str, clean_database: dict[str, str]) -> None:
    """A view made by a migration needs no grant of its own; the table behind it stays closed."""
    await migrate(dsn, "trial", [FIRST, SECOND])
    conn = await asyncpg.connect(clean_database["gateway"])
    assert await conn.fetch("SELECT id FROM trial_views.things") == []
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await conn.execute("SELECT id FROM trial.things")
    await conn.close()


async def test_services_in_two_databases_are_refused(clean_database: dict[str, str], database: Database) -> None:
    """All services share one database; a slip in one DSN is named."""
    dsns = {"parser": clean_database["parser"], "scorer": clean_database["scorer"] + "x"}
    with pytest.raises(MigrationError, match="同一个数据库"):
        await setup_roles(database.dsn, dsns)
