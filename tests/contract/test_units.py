"""The unit register and the projects known by it, on the real database."""

import asyncio
import io
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import openpyxl
import pytest
import pytest_asyncio
from typer.testing import CliRunner

from jixiao.forms import Form, Value
from jixiao.identity import FormIdentity
from jixiao.runtime.errors import JixiaoError, Unreadable
from jixiao_cli.main import app
from jixiao_parser import store
from jixiao_parser.register import RegisteredUnit, read_register

CODE = "440399210301500000007"


@pytest_asyncio.fixture(loop_scope="session")
async def conn(clean_database: dict[str, str]) -> AsyncIterator[Any]:
    """A connection whose writing is undone."""
    connection = await asyncpg.connect(clean_database["parser"])
    transaction = connection.transaction()
    await transaction.start()
    yield connection
    await transaction.rollback()
    await connection.close()


def register(*rows: tuple[str | None, ...]) -> bytes:
    book = openpyxl.Workbook()
    for row in (("云溪区预算单位名册",), ("单位编码", "单位名称", "上级单位", "别名"), *rows):
        book.active.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def test_a_register_is_read_from_a_sheet() -> None:
    data = register(
        ("101001", "云溪区档案馆", "云溪区委办公室", "区档案馆、云溪档案馆"), ("101002", "云溪区图书馆", None, None), ()
    )
    assert read_register(data) == [
        RegisteredUnit("云溪区档案馆", "101001", "云溪区委办公室", ("区档案馆", "云溪档案馆")),
        RegisteredUnit("云溪区图书馆", "101002"),
    ]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", "单位名称".encode()])
def test_what_is_no_register_is_refused_with_a_reason(data: bytes) -> None:
    with pytest.raises(Unreadable, match="单位名册"):
        read_register(data)


async def test_an_unknown_name_becomes_a_provisional_unit_and_the_register_settles_it(conn: Any) -> None:
    assert await store.unit_of(conn, "区档案馆（本级）", "云溪区委办公室") == "区档案馆本级"
    await store.register_unit(conn, RegisteredUnit("云溪区档案馆", "101001", None, ("区档案馆(本级)",)))
    assert await store.unit_of(conn, "区档案馆（本级）", None) == "云溪区档案馆"
    row = await conn.fetchrow("SELECT provisional, code FROM units WHERE key = '云溪区档案馆'")
    assert (row["provisional"], row["code"]) == (False, "101001")


async def test_who_is_outside_a_unit_s_subtree(conn: Any) -> None:
    """Neither the unit itself, by any of its names, nor what stands below it, however deep; a circle ends."""
    await store.register_unit(conn, RegisteredUnit("云溪区教育局", "105", None, ("区教育局",)))
    await store.register_unit(conn, RegisteredUnit("第一中学", "105001", "云溪区教育局"))
    await store.unit_of(conn, "第一中学食堂", "第一中学")
    await store.unit_of(conn, "第二中学", "区教育局")
    await store.register_unit(conn, RegisteredUnit("云溪区科协", "106", "区科协", ("区科协",)))
    await store.unit_of(conn, "圈甲", "圈乙")
    await store.unit_of(conn, "圈乙", "圈甲")
    for unit, root, outside in [
        ("云溪区教育局", "云溪区教育局", False),
        ("云溪区教育局", "区教育局", False),
        ("第一中学", "云溪区教育局", False),
        ("第一中学食堂", "云溪区（教育局）", False),
        ("第二中学", "云溪区教育局", False),
        ("云溪区科协", "区科协", False),
        ("云溪区科协", "云溪区教育局", True),
        ("云溪区教育局", "第一中学", True),
        ("区档案馆", "云溪区教育局", True),
        ("圈甲", "圈乙", False),
        ("圈甲", "云溪区教育局", True),
        ("", "云溪区教育局", True),
    ]:
        assert await store.is_outside(conn, unit, root) is outside, (unit, root)


@pytest_asyncio.fixture(loop_scope="session")
async def merged(clean_database: dict[str, str]) -> AsyncIterator[None]:
    """People merged 区体育馆 into 云溪区文体中心, and that into 云溪区文体局."""
    gateway = await asyncpg.connect(clean_database["gateway"])
    for unit, into in (("区体育馆", "云溪区文体中心"), ("云溪区文体中心", "云溪区文体局")):
        await gateway.execute("INSERT INTO unit_merges VALUES ($1, $2, '审核科', now())", unit, into)
    yield
    await gateway.execute("DELETE FROM unit_merges")
    await gateway.close()


async def test_a_name_of_a_merged_unit_means_the_one_that_it_came_to(conn: Any, merged: None) -> None:
    """Also as a token's unit and as the unit above another; a project known under it is known still."""
    await store.register_unit(conn, RegisteredUnit("云溪区文体局", "110"))
    for name, above in (("区体育馆", None), ("云溪区文体中心", None), ("体育馆食堂", "区体育馆")):
        await conn.execute("INSERT INTO units (key, name, parent) VALUES ($1, $1, $2)", name, above)
        await conn.execute("INSERT INTO unit_names VALUES ($1, $1)", name)
    assert await store.unit_of(conn, "区体育馆", None) == "云溪区文体局"
    for unit, root, outside in (
        ("云溪区文体局", "区体育馆", False),
        ("体育馆食堂", "云溪区文体局", False),
        ("体育馆食堂", "区体育馆", False),
        ("云溪区文体局", "体育馆食堂", True),
    ):
        assert await store.is_outside(conn, unit, root) is outside, (unit, root)
    await conn.execute("INSERT INTO projects (project, unit, name, code) VALUES ($1, '区体育馆', '馆舍修缮', $1)", CODE)
    assert await store.project_of(conn, "云溪区文体局", "馆舍 修缮", CODE[:-1]) == CODE
    await conn.execute("INSERT INTO projects (project, unit, name) VALUES ('name-1', '区体育馆', '群众体育')")
    assert await store.project_of(conn, "云溪区文体局", "群众体育", None) == "name-1"


async def test_a_project_known_under_an_old_name_of_its_unit_is_known_still(conn: Any) -> None:
    """The register made the old name an alias; without a code the project goes on under its key."""
    old = await store.unit_of(conn, "云溪区旧馆", None)
    await conn.execute("INSERT INTO projects (project, unit, name) VALUES ('name-1', $1, '群众体育')", old)
    await store.register_unit(conn, RegisteredUnit("云溪区新馆", "111", None, ("云溪区旧馆",)))
    unit = await store.unit_of(conn, "云溪区旧馆", None)
    assert (unit, await store.project_of(conn, unit, "群众体育", None)) == ("云溪区新馆", "name-1")


@pytest.mark.parametrize("codes", [(CODE, CODE[:-1]), (CODE[:-1], CODE)])
async def test_a_code_that_misses_a_digit_is_the_same_project_in_either_order(
    conn: Any, codes: tuple[str, str]
) -> None:
    unit = await store.unit_of(conn, f"单位{uuid.uuid4()}", None)
    projects = []
    for code in codes:
        known = await store.project_of(conn, unit, "馆舍 修缮", code)
        form = Form(ordinal=1, code=Value(text=code), name=Value(text="馆舍修缮"))
        identity = FormIdentity.of(form, unit, "2025", known)
        await store.keep_project(conn, identity, code)
        projects.append(identity.project)
    assert projects[0] == projects[1]


async def test_the_command_enters_a_register(clean_database: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "名册.xlsx"
    file.write_bytes(register(("101009", "云溪区体育馆", None, None)))
    environment = {"JIXIAO_PARSER_POSTGRES": clean_database["parser"]}
    told = await asyncio.to_thread(lambda: CliRunner().invoke(app, ["units", str(file)], env=environment))
    assert told.exit_code == 0, told.output
    assert "1 个单位" in told.output


@pytest.mark.parametrize(("name", "told"), [("没有.xlsx", "没有这个文件"), (".", "这是一个文件夹")])
async def test_a_register_that_cannot_be_opened_is_named(tmp_path: Path, name: str, told: str) -> None:
    ran = await asyncio.to_thread(CliRunner().invoke, app, ["units", str(tmp_path / name)])
    assert isinstance(ran.exception, JixiaoError) and told in str(ran.exception)
