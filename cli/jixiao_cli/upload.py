"""``jixiao upload FILE…``: hands files in at a running system."""

from pathlib import Path
from typing import Annotated

import typer

from jixiao_cli.client import Refused, connect

UrlOption = Annotated[
    str | None, typer.Option(envvar="JIXIAO_URL", help="系统地址，默认为本机正在运行的系统", show_default=False)
]
UnitOption = Annotated[str | None, typer.Option(help="填报单位", show_default=False)]
YearOption = Annotated[str | None, typer.Option(help="预算年度，四位数字", show_default=False)]
FilesArgument = Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, readable=True, metavar="FILE…")]


def upload(files: FilesArgument, url: UrlOption = None, unit: UnitOption = None, year: YearOption = None) -> None:
    """上报一个或多个文件。全部收下时退出码为 0，有文件被拒收时为 1。"""
    client = connect(url)
    refused = 0
    for file in files:
        try:
            upload_id = client.upload(file.read_bytes(), file.name, unit, year)
            typer.echo(f"{file}：已接收，编号 {upload_id}")
        except Refused as fault:
            refused += 1
            typer.echo(f"{file}：未接收。{fault}", err=True)
    if refused:
        raise typer.Exit(1)
