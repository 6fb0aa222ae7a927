"""``jixiao up``: the whole system on this machine, until it is told to stop."""

from pathlib import Path
from typing import Annotated

import typer

DEFAULT_DATA = Path(".local/run")

PortOption = Annotated[
    int | None,
    typer.Option(envvar="JIXIAO_GATEWAY_PORT", help="页面端口，默认从 8080 起第一个空闲的端口", show_default=False),
]
DataOption = Annotated[Path, typer.Option(help="数据目录")]
KafkaPortOption = Annotated[int | None, typer.Option(help="本机 Kafka 的端口，默认自选", show_default=False)]
PostgresPortOption = Annotated[int | None, typer.Option(help="本机 PostgreSQL 的端口，默认自选", show_default=False)]


def up(
    port: PortOption = None,
    data: DataOption = DEFAULT_DATA,
    kafka_port: KafkaPortOption = None,
    postgres_port: PostgresPortOption = None,
) -> None:
    """在本机运行整个系统，直到按 Ctrl-C。

    JIXIAO_KAFKA、JIXIAO_POSTGRES 可指定已有的 Kafka 和数据库。
    """
    from jixiao_cli.local.run import LocalRun, Options
    from jixiao_cli.local.signals import interruptible
    from jixiao_cli.terminal import REPORTER, console

    with interruptible(), LocalRun(Options(data, port, kafka_port, postgres_port), REPORTER) as run:
        console.print(f"系统已启动：[bold]{run.url}[/bold]（按 Ctrl-C 停止）")
        while True:
            run.sleep(60)
