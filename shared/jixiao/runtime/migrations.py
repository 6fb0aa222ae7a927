"""The set-up step of the database: one role, one schema and one chain of numbered SQL files a service.

A service's role owns its schema (``parser``) and the schema of its published views (``parser_views``), nothing else.
What it publishes there every member of the group ``jixiao_reader`` may read, and all services are members.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import asyncpg

from jixiao.runtime.errors import JixiaoError

READERS = "jixiao_reader"
Connection = Any


class MigrationError(JixiaoError):
    """The files and the database do not fit together; the sentence says what to do."""


@dataclass(frozen=True)
class Migration:
    """One SQL file; its name is its place in the chain (``runtime/0001_runtime.sql``)."""

    name: str
    sql: str

    @property
    def sha256(self) -> str:
        """What tells that an applied file was changed."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def chain(folders: Mapping[str, Path]) -> list[Migration]:
    """The SQL files of several folders, in the folders' order, each folder by number; a missing folder is empty."""
    return [
        Migration(f"{title}/{file.name}", file.read_text(encoding="utf-8"))
        for title, folder in folders.items()
        for file in sorted(folder.glob("*.sql"))
    ]


def role_of(dsn: str) -> tuple[str, str, str]:
    """(user, password, database) of a DSN in URL form. Raises MigrationError when one is missing."""
    parts = urlsplit(dsn)
    database = unquote(parts.path.lstrip("/"))
    if not (parts.username and parts.password and database):
        raise MigrationError("数据库连接串要写成 postgresql://用户:密码@主机:端口/数据库，三者缺一不可。")
    return unquote(parts.username), unquote(parts.password), database


async def setup_roles(admin_dsn: str, services: Mapping[str, str]) -> None:
    """Create the database, roles and schemas of the services (schema name → DSN) as administrator. Idempotent.

    The database is the one that the services' DSNs name; passwords are set to those of the DSNs.
    """
    roles = {schema: role_of(dsn) for schema, dsn in services.items()}
    databases = {database for _, _, database in roles.values()}
    if len(databases) != 1:
        raise MigrationError(f"各服务的连接串必须指向同一个数据库，现在是：{'、'.join(sorted(databases))}。")
    [database] = databases
    conn = await asyncpg.connect(admin_dsn)
    try:
        await conn.execute("SELECT pg_advisory_lock(hashtext('jixiao roles'))")
        if not await conn.fetchval("SELECT true FROM pg_database WHERE datname = $1", database):
            await conn.execute(f"CREATE DATABASE {_name(database)}")
        await _ensure_role(conn, READERS, "NOLOGIN")
        for user, password, _ in roles.values():
            await _ensure_role(conn, user, await _text(conn, "LOGIN PASSWORD %L", password))
            await conn.execute(f"GRANT {READERS} TO {_name(user)}")
    finally:
        await conn.close()
    await _create_schemas(_with_database(admin_dsn, database), {schema: user for schema, (user, _, _) in roles.items()})


async def _create_schemas(dsn: str, owners: Mapping[str, str]) -> None:
    conn = await asyncpg.connect(dsn)
    try:
        await conn.execute("SELECT pg_advisory_lock(hashtext('jixiao roles'))")
        for schema, user in owners.items():
            for name in (schema, f"{schema}_views"):
                await conn.execute(f"CREATE SCHEMA IF NOT EXISTS {_name(name)} AUTHORIZATION {_name(user)}")
            database = _name(role_of(dsn)[2])
            await conn.execute(f"ALTER ROLE {_name(user)} IN DATABASE {database} SET search_path TO {_name(schema)}")
    finally:
        await conn.close()


async def migrate(dsn: str, schema: str, migrations: Sequence[Migration]) -> list[str]:
    """Apply what is new, as the service's role, each file in a transaction; the names applied now.

    Raises MigrationError when an applied file was changed since. Two runs at a time wait for each other.
    """
    conn = await asyncpg.connect(dsn)
    try:
        await conn.fetchval("SELECT pg_advisory_lock(hashtext('jixiao migrations ' || $1))", schema)
        views = _name(f"{schema}_views")
        await conn.execute(
            f"""GRANT USAGE ON SCHEMA {views} TO {READERS};
                ALTER DEFAULT PRIVILEGES IN SCHEMA {views} GRANT SELECT ON TABLES TO {READERS};
                CREATE TABLE IF NOT EXISTS migrations (
                    name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"""
        )
        applied = {row["name"]: row["sha256"] for row in await conn.fetch("SELECT name, sha256 FROM migrations")}
        return [m.name for m in migrations if await _apply(conn, m, applied.get(m.name))]
    finally:
        await conn.close()


async def _apply(conn: Connection, migration: Migration, applied: str | None) -> bool:
    if applied == migration.sha256:
        return False
    if applied is not None:
        raise MigrationError(
            f"{migration.name} 已经执行过，之后内容又被改动。请还原该文件，把改动写进一个新编号的文件。"
        )
    async with conn.transaction():
        await conn.execute(migration.sql)
        await conn.execute("INSERT INTO migrations (name, sha256) VALUES ($1, $2)", migration.name, migration.sha256)
    return True


async def _ensure_role(conn: Connection, role: str, options: str) -> None:
    exists = await conn.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", role)
    await conn.execute(f"{'ALTER' if exists else 'CREATE'} ROLE {_name(role)} {options}")


async def _text(conn: Connection, template: str, value: str) -> str:
    quoted: str = await conn.fetchval("SELECT format($1, $2::text)", template, value)
    return quoted


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _with_database(dsn: str, database: str) -> str:
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{database}"))
