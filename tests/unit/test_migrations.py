"""The chain of migrations and the DSNs, without a database."""

from pathlib import Path

import pytest

from jixiao.runtime.migrations import MigrationError, chain, role_of


def test_the_chain_goes_folder_by_folder_each_by_number(tmp_path: Path) -> None:
    """The common files come first; what is no SQL, and a folder that is not there, does not count."""
    for name in ("own/0002_b.sql", "own/0001_a.sql", "own/notes.md", "runtime/0001_runtime.sql"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("SELECT 1;")
    migrations = chain({"runtime": tmp_path / "runtime", "alerts": tmp_path / "own", "none": tmp_path / "missing"})
    assert [migration.name for migration in migrations] == [
        "runtime/0001_runtime.sql",
        "alerts/0001_a.sql",
        "alerts/0002_b.sql",
    ]


def test_a_dsn_tells_role_password_and_database() -> None:
    """Quoted characters come back as they were."""
    assert role_of("postgresql://jixiao_parser:p%40ss%2F@db:5432/jixiao?sslmode=require") == (
        "jixiao_parser",
        "p@ss/",
        "jixiao",
    )


@pytest.mark.parametrize("dsn", ["postgresql://db/jixiao", "postgresql://user@db/jixiao", "postgresql://u:p@db", ""])
def test_a_dsn_without_role_password_or_database_is_refused(dsn: str) -> None:
    """The sentence shows the form and never the DSN itself, which may hold a password."""
    with pytest.raises(MigrationError, match="postgresql://用户:密码@主机:端口/数据库"):
        role_of(dsn)
