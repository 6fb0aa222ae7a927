"""``jixiao replay``: the archive's originals go through the services again, with their upload ids, times and order."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone
from typing import Annotated, Any
from uuid import UUID

import typer

from jixiao.events.topics import MIB
from jixiao.runtime.errors import JixiaoError
from jixiao_cli.archive import Archived, message, original, uploads
from jixiao_cli.compare import compare
from jixiao_cli.reach import kafka_settings, service_dsn

BEIJING = timezone(timedelta(hours=8))
DAY = timedelta(days=1)

UploadsArgument = Annotated[list[UUID] | None, typer.Argument(metavar="[编号]…", help="上报编号，可以有多个。")]
SinceOption = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="上报日期从哪天起（北京时间）。")]
UntilOption = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="到哪天为止，含当日。")]
AllOption = Annotated[bool, typer.Option("--all", help="存档中的全部上报。")]
CompareOption = Annotated[
    bool, typer.Option("--compare", help="只用现在的解析程序重读存档，列出记录的不同，不写入任何内容。")
]
YesOption = Annotated[bool, typer.Option("--yes", help="不再询问。")]


def replay(
    ids: UploadsArgument = None,
    since: SinceOption = None,
    until: UntilOption = None,
    everything: AllOption = False,
    only_compare: CompareOption = False,
    yes: YesOption = False,
) -> None:
    """把存档中的上报按原编号、原时间重新送入消息队列：各服务跳过已有的，补上缺失的。

    连接串取自 JIXIAO_PARSER_POSTGRES，消息服务取自 JIXIAO_KAFKA，缺省为本目录正在运行的系统。
    """
    if (bool(ids) + (since is not None or until is not None) + everything) != 1:
        raise typer.BadParameter("请指定上报编号、起止日期（--since、--until）或 --all，三者选一。")
    first = since.replace(tzinfo=BEIJING) if since else None
    before = until.replace(tzinfo=BEIJING) + DAY if until else None
    if only_compare:
        raise typer.Exit(asyncio.run(_compare(ids or (), first, before)))
    asyncio.run(_replay(ids or (), first, before, yes))


@asynccontextmanager
async def _archive() -> AsyncIterator[Any]:
    """A connection to the parser's tables. Raises JixiaoError when the database is away or refuses."""
    import asyncpg

    try:
        conn = await asyncpg.connect(service_dsn("parser"))
        try:
            yield conn
        finally:
            await conn.close()
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as fault:
        raise JixiaoError(f"数据库没有应答，请检查连接串：{fault}") from fault


async def _chosen(conn: Any, ids: Sequence[UUID], since: datetime | None, before: datetime | None) -> list[Archived]:
    found = await uploads(conn, ids, since, before)
    if missing := set(ids) - {each.upload_id for each in found}:
        raise JixiaoError(f"存档中没有上报 {'、'.join(map(str, sorted(missing)))}。无法读取的文件（死信）不在存档中。")
    return found


async def _compare(ids: Sequence[UUID], since: datetime | None, before: datetime | None) -> int:
    async with _archive() as conn:
        return await compare(conn, await _chosen(conn, ids, since, before))


async def _replay(ids: Sequence[UUID], since: datetime | None, before: datetime | None, yes: bool) -> None:
    from jixiao.runtime.errors import RetryLater
    from jixiao.runtime.produce import Producer

    settings = kafka_settings()
    producer = Producer(settings.kafka_connection, settings.topic_prefix)
    async with _archive() as conn:
        found = await _chosen(conn, ids, since, before)
        size = sum(each.size for each in found) / MIB
        if found and not yes:
            typer.confirm(f"重放 {len(found)} 个上报（{size:.1f} MiB）？", abort=True)
        try:
            for upload in found:
                await producer.send(message(upload, await original(conn, upload)))
        except RetryLater as fault:
            raise JixiaoError(f"{fault}。重放没有完成，可以整个重来。") from fault
        finally:
            await producer.stop()
    typer.echo(f"已重放 {len(found)} 个上报（{size:.1f} MiB）。各服务会跳过已有的、补上缺失的。")
