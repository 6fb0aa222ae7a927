"""``jixiao resume SERVICE``: the operator's word that a service which paused itself may go on."""

import asyncio
from typing import Annotated, Literal

import typer

from jixiao.runtime.errors import JixiaoError
from jixiao_cli.reach import service_dsn

Service = Literal["parser", "scorer", "alerts", "gateway"]
ServiceArgument = Annotated[Service, typer.Argument(help="服务名", show_default=False)]


async def end_pause(dsn: str) -> str | None:
    """Close the breaker of the service with this DSN; why it was paused, None when it was not.

    Raises JixiaoError when the database is away or refuses.
    """
    import asyncpg

    from jixiao.runtime.inbox import Inbox
    from jixiao.runtime.postgres import connect_pool

    try:
        async with await connect_pool(dsn, "jixiao resume") as pool:
            inbox = Inbox(pool, "operator")
            reason = await inbox.paused()
            await inbox.resume()
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as fault:
        raise JixiaoError(f"数据库没有应答，请检查连接串：{fault}") from fault
    return reason


def resume(service: ServiceArgument) -> None:
    """恢复因连续未知故障而自动暂停的服务，请先查明原因。

    连接串取自 JIXIAO_<服务>_POSTGRES，缺省为本目录正在运行的系统。
    """
    reason = asyncio.run(end_pause(service_dsn(service)))
    if reason is None:
        typer.echo(f"服务 {service} 没有暂停，无需恢复。")
    else:
        typer.echo(f"服务 {service} 已恢复，几秒内继续处理。暂停的原因：{reason}")
