"""The one way to PostgreSQL. jsonb goes in and out as text, so that pydantic alone writes and reads JSON."""

from typing import Any

import asyncpg

from jixiao.runtime.errors import RetryLater

CONNECT_SECONDS = 5.0
COMMAND_SECONDS = 30.0

# connection, rollback (deadlock, serialisation), resources, operator intervention, system error
_WORLD_CLASSES = ("08", "40", "53", "57", "58")


async def connect_pool(dsn: str, application: str, size: int = 8) -> asyncpg.Pool:
    """A pool that connects when it is first used, so that a service starts while the database is away."""
    pool: asyncpg.Pool = await asyncpg.create_pool(
        dsn,
        min_size=0,
        max_size=size,
        timeout=CONNECT_SECONDS,
        command_timeout=COMMAND_SECONDS,
        server_settings={"application_name": application},
    )
    return pool


def is_database_away(fault: BaseException) -> bool:
    """Whether a fault says that the database is away or overloaded, and not that the statement is wrong."""
    if isinstance(fault, asyncpg.PostgresError):
        return str(fault.sqlstate or "").startswith(_WORLD_CLASSES)
    # asyncpg raises the same classes for a connection cut by the server and for a misuse of its own interface
    if isinstance(fault, asyncpg.InternalClientError):
        return "another operation" in str(fault)
    cut = ("clos", "released back to the pool")
    return isinstance(fault, asyncpg.InterfaceError) and any(sign in str(fault) for sign in cut)


async def answers(pool: asyncpg.Pool) -> None:
    """Ask the database for anything. Raises RetryLater when it does not answer."""
    try:
        await pool.fetchval("SELECT 1", timeout=CONNECT_SECONDS)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as fault:
        raise RetryLater(f"数据库没有应答：{fault}") from fault


Connection = Any  # asyncpg.Connection or the pool's proxy of one; asyncpg has no common type for both
