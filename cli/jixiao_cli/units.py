"""``jixiao units FILE``: the bureau's unit register goes into the parser's archive."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jixiao.runtime.errors import JixiaoError
from jixiao_cli.parse import why_not_opened
from jixiao_cli.reach import service_dsn

if TYPE_CHECKING:
    from jixiao_parser.register import RegisteredUnit


def units(file: Annotated[Path, typer.Argument(help="XLSX，列：单位编码、单位名称、上级单位、别名")]) -> None:
    """导入单位名册；之后上报的自评表按名册中的名称和别名归入单位。"""
    import asyncpg

    from jixiao_parser.register import read_register

    try:
        register = read_register(file.read_bytes())
    except OSError as fault:
        raise JixiaoError(f"无法打开 {file}：{why_not_opened(fault)}。请检查路径和权限。") from fault
    try:
        asyncio.run(_enter(service_dsn("parser"), register))
    except (asyncpg.PostgresError, OSError) as fault:
        raise JixiaoError(f"单位名册没有导入：{fault}") from fault
    typer.echo(f"已导入 {len(register)} 个单位。")


async def _enter(dsn: str, register: "list[RegisteredUnit]") -> None:
    import asyncpg

    from jixiao_parser.store import register_unit

    conn = await asyncpg.connect(dsn)
    try:
        async with conn.transaction():
            for unit in register:
                await register_unit(conn, unit)
    finally:
        await conn.close()
