"""``jixiao setup-database`` and ``jixiao setup-topics``: the two steps before the services start, both idempotent."""

import asyncio
import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typer

from jixiao.runtime.errors import JixiaoError

SERVICES = ("parser", "scorer", "alerts", "gateway")


async def prepare_database(admin_dsn: str, dsns: Mapping[str, str]) -> list[str]:
    """Roles, schemas and migrations of all services (service → its DSN); the names of the files applied now.

    Raises JixiaoError when the database is away or refuses.
    """
    import asyncpg

    from jixiao.runtime.migrations import chain, migrate, setup_roles

    applied = []
    try:
        await setup_roles(admin_dsn, dsns)
        for service, dsn in dsns.items():
            own = {"runtime": _folder("jixiao.runtime") / "schema", service: _folder(f"jixiao_{service}") / "schema"}
            applied += [f"{service}: {name}" for name in await migrate(dsn, service, chain(own))]
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as fault:
        raise JixiaoError(f"数据库没有准备好，请检查连接串和权限：{fault}") from fault
    return applied


async def prepare_topics(**settings: Any) -> Mapping[str, str]:
    """All topics, with settings from the environment and these; what became of each, by name.

    Raises JixiaoError when the brokers are away or refuse.
    """
    from aiokafka.errors import KafkaError

    from jixiao.runtime.settings import TopicSettings
    from jixiao.runtime.topic_setup import setup_topics

    try:
        return await setup_topics(TopicSettings(**settings))
    except KafkaError as fault:
        raise JixiaoError(f"消息主题没有准备好，请检查 Kafka 的地址和权限：{fault}") from fault


def _folder(package: str) -> Path:
    """Where a package lies, without importing it."""
    found = find_spec(package)
    assert found is not None and found.submodule_search_locations
    return Path(found.submodule_search_locations[0])


def setup_database() -> None:
    """建立或更新数据库角色、模式和表。

    JIXIAO_POSTGRES 为管理员连接串，JIXIAO_<服务>_POSTGRES 为各服务连接串。
    """
    names = {service: f"JIXIAO_{service.upper()}_POSTGRES" for service in SERVICES}
    _need("JIXIAO_POSTGRES", *names.values())
    dsns = {service: os.environ[name] for service, name in names.items()}
    applied = asyncio.run(prepare_database(os.environ["JIXIAO_POSTGRES"], dsns))
    typer.echo("\n".join(applied) or "数据库已是最新。")


def setup_topics() -> None:
    """建立或更新 Kafka 主题。

    JIXIAO_KAFKA 为 Kafka 地址；JIXIAO_PARTITIONS 与 JIXIAO_REPLICATION 只用于新建的主题。
    """
    _need("JIXIAO_KAFKA")
    for name, outcome in asyncio.run(prepare_topics()).items():
        typer.echo(f"{name}: {outcome}")


def _need(*names: str) -> None:
    if missing := [name for name in names if not os.environ.get(name)]:
        raise JixiaoError(f"缺少环境变量：{'、'.join(missing)}。")
