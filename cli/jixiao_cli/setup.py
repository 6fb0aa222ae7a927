"""``jixiao setup-database`` and ``jixiao setup-topics``: the two steps before the services start, both idempotent."""

import asyncio
import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import typer

from jixiao.runtime.errors import JixiaoError

SERVICES = ("parser", "scorer", "alerts", "gateway")


async def prepare_database(admin_dsn: str, dsns: Mapping[str, str]) -> list[str]:
    """Roles, schemas and migrations of all services (service → its DSN); the names of the files applied now."""
    from jixiao.runtime.migrations import chain, migrate, setup_roles

    await setup_roles(admin_dsn, dsns)
    applied = []
    for service, dsn in dsns.items():
        own = {"runtime": _folder("jixiao.runtime") / "schema", service: _folder(f"jixiao_{service}") / "schema"}
        applied += [f"{service}: {name}" for name in await migrate(dsn, service, chain(own))]
    return applied


def _folder(package: str) -> Path:
    """Where a package lies, without importing it."""
    found = find_spec(package)
    assert found is not None and found.submodule_search_locations
    return Path(found.submodule_search_locations[0])


def setup_database() -> None:
    """建立数据库角色、模式和表（JIXIAO_POSTGRES 为管理员连接串，JIXIAO_<服务>_POSTGRES 为各服务连接串）。"""
    import asyncpg

    names = {service: f"JIXIAO_{service.upper()}_POSTGRES" for service in SERVICES}
    missing = [name for name in ("JIXIAO_POSTGRES", *names.values()) if not os.environ.get(name)]
    if missing:
        raise JixiaoError(f"缺少环境变量：{'、'.join(missing)}。")
    dsns = {service: os.environ[name] for service, name in names.items()}
    try:
        applied = asyncio.run(prepare_database(os.environ["JIXIAO_POSTGRES"], dsns))
    except (asyncpg.PostgresError, OSError) as fault:
        raise JixiaoError(f"数据库没有准备好：{fault}") from fault
    typer.echo("\n".join(applied) or "数据库已是最新。")


def setup_topics() -> None:
    """建立或更新 Kafka 主题（JIXIAO_KAFKA；JIXIAO_PARTITIONS 与 JIXIAO_REPLICATION 只用于新建的主题）。"""
    from aiokafka.errors import KafkaError

    from jixiao.runtime.settings import TopicSettings
    from jixiao.runtime.topic_setup import setup_topics as run

    if not os.environ.get("JIXIAO_KAFKA"):
        raise JixiaoError("缺少环境变量：JIXIAO_KAFKA。")
    try:
        outcomes = asyncio.run(run(TopicSettings()))
    except KafkaError as fault:
        raise JixiaoError(f"主题没有准备好：{fault}") from fault
    for name, outcome in outcomes.items():
        typer.echo(f"{name}: {outcome}")
