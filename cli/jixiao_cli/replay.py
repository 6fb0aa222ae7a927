"""``jixiao replay``: the archive's originals go through the services again, with their upload ids, times and order.

``--dead`` sends again what died of an unknown fault in a service.
"""

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
from jixiao_cli.dead import send_again, unsettled
from jixiao_cli.reach import kafka_settings, service_dsn
from jixiao_cli.resume import Service

BEIJING = timezone(timedelta(hours=8))
DAY = timedelta(days=1)

UploadsArgument = Annotated[list[UUID] | None, typer.Argument(metavar="[编号]…", help="上报编号，可以有多个。")]
SinceOption = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="上报日期从哪天起（北京时间）。")]
UntilOption = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="到哪天为止，含当日。")]
AllOption = Annotated[bool, typer.Option("--all", help="存档中的全部上报。")]
CompareOption = Annotated[
    bool, typer.Option("--compare", help="只用现在的解析程序重读存档，列出记录的不同，不写入任何内容。")
]
DeadOption = Annotated[
    Service | None, typer.Option("--dead", help="该服务因未知故障成为死信的消息，故障修复之后用。", show_default=False)
]
RereadOption = Annotated[
    bool,
    typer.Option(
        "--reread", help="用现在的解析程序重读存档，以读出的代替原来的记录，并重新复核。先用 --compare 看过不同。"
    ),
]
YesOption = Annotated[bool, typer.Option("--yes", help="不再询问。")]


def replay(
    ids: UploadsArgument = None,
    since: SinceOption = None,
    until: UntilOption = None,
    everything: AllOption = False,
    dead: DeadOption = None,
    only_compare: CompareOption = False,
    reread: RereadOption = False,
    yes: YesOption = False,
) -> None:
    """把存档中的上报按原编号、原时间重新送入消息队列：各服务跳过已有的，补上缺失的。

    连接串取自 JIXIAO_PARSER_POSTGRES，消息服务取自 JIXIAO_KAFKA，缺省为本目录正在运行的系统。
    """
    if (bool(ids) + (since is not None or until is not None) + everything + (dead is not None)) != 1:
        raise typer.BadParameter("请指定上报编号、起止日期（--since、--until）、--all 或 --dead，只选一种。")
    if dead is not None:
        asyncio.run(_replay_dead(dead, yes))
        return
    first = since.replace(tzinfo=BEIJING) if since else None
    before = until.replace(tzinfo=BEIJING) + DAY if until else None
    if only_compare:
        raise typer.Exit(asyncio.run(_compare(ids or (), first, before)))
    asyncio.run(_replay(ids or (), first, before, reread, yes))


@asynccontextmanager
async def _tables(service: str) -> AsyncIterator[Any]:
    """A connection to a service's tables. Raises JixiaoError when the database is away or refuses."""
    import asyncpg

    try:
        conn = await asyncpg.connect(service_dsn(service))
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
    async with _tables("parser") as conn:
        return await compare(conn, await _chosen(conn, ids, since, before))


async def _replay(
    ids: Sequence[UUID], since: datetime | None, before: datetime | None, reread: bool, yes: bool
) -> None:
    from jixiao.runtime.errors import RetryLater
    from jixiao.runtime.produce import Producer
    from jixiao_parser.app import PARSER_VERSION

    settings = kafka_settings()
    producer = Producer(settings.kafka_connection, settings.topic_prefix)
    async with _tables("parser") as conn:
        found = await _chosen(conn, ids, since, before)
        size = sum(each.size for each in found) / MIB
        if found and not yes:
            typer.confirm(f"{'重读' if reread else '重放'} {len(found)} 个上报（{size:.1f} MiB）？", abort=True)
        try:
            for upload in found:
                content = await original(conn, upload)
                await producer.send(message(upload, content, PARSER_VERSION if reread else None))
        except RetryLater as fault:
            raise JixiaoError(f"{fault}。重放没有完成，可以整个重来。") from fault
        finally:
            await producer.stop()
    told = f"由第 {PARSER_VERSION} 版解析程序重读" if reread else "各服务会跳过已有的、补上缺失的"
    typer.echo(f"已重放 {len(found)} 个上报（{size:.1f} MiB）。{told}。")


async def _replay_dead(service: Service, yes: bool) -> None:
    from aiokafka.errors import KafkaError

    from jixiao.runtime.errors import RetryLater

    async with _tables(service) as conn:
        causes = await unsettled(conn)
    if causes and not yes:
        typer.confirm(f"把服务 {service} 的 {len(causes)} 条死信送回原主题？", abort=True)
    try:
        found = await send_again(kafka_settings(), service, causes) if causes else 0
    except (KafkaError, RetryLater, OSError) as fault:
        raise JixiaoError(f"消息服务没有应答，没有全部送回，可以整个重来：{fault}") from fault
    typer.echo(f"已送回 {found} 条死信。")
    if found < len(causes):
        typer.echo(f"另有 {len(causes) - found} 条在死信主题中已经没有副本，请上报人重新上报。")
