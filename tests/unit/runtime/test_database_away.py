"""Which faults of the database driver mean that the database is away, and not that a statement is wrong."""

import asyncpg
import pytest

from jixiao.runtime.postgres import is_database_away


@pytest.mark.parametrize(
    "fault",
    [
        asyncpg.InternalClientError("cannot switch to state 15; another operation (2) is in progress"),
        asyncpg.InterfaceError("cannot call Connection.execute(): connection has been released back to the pool"),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        asyncpg.AdminShutdownError("terminating connection due to administrator command"),
    ],
    ids=str,
)
def test_a_cut_connection_is_the_world(fault: Exception) -> None:
    """The driver says it in several ways, by the moment at which the server cut the connection."""
    assert is_database_away(fault)


@pytest.mark.parametrize(
    "fault",
    [
        asyncpg.InternalClientError("no decoder for OID 4711"),
        asyncpg.InterfaceError("cannot perform operation: another operation is in progress"),
        asyncpg.InterfaceError("the server expects 2 arguments for this query, 1 was passed"),
        asyncpg.UniqueViolationError("duplicate key value"),
    ],
    ids=str,
)
def test_a_wrong_statement_is_not(fault: Exception) -> None:
    """Waiting would not help."""
    assert not is_database_away(fault)
