"""``jixiao demo``: the whole system on this machine, with every sample report handed in and what came of it."""

import time
from typing import Annotated

import typer

from jixiao_cli.client import connect
from jixiao_cli.up import DEFAULT_DATA, DataOption, PortOption

OnceOption = Annotated[bool, typer.Option("--once", help="样例全部处理完后自动结束；有样例未处理完时退出码为 1")]


def demo(once: OnceOption = False, port: PortOption = None, data: DataOption = DEFAULT_DATA) -> None:
    """在本机运行整个系统，上报 samples/ 中的样例，显示结果和页面地址。按 Ctrl-C 停止。"""
    from jixiao_cli.local.run import LocalRun, Options
    from jixiao_cli.local.signals import interruptible
    from jixiao_cli.local.tools import CHECKOUT
    from jixiao_cli.samples import STATES, follow, samples_in
    from jixiao_cli.terminal import REPORTER, console

    began, finished = time.monotonic(), False
    samples = samples_in(CHECKOUT / "samples")
    with interruptible(), LocalRun(Options(data, port), REPORTER) as run:
        follow(samples, connect(run.url), run.sleep, began)
        for sample in samples:
            if not sample.ended:
                console.print(f"[red]✗[/red] {sample.file.name} 停在“{STATES[sample.state]}”，没有处理完。")
        console.print(f"页面：[bold]{run.url}[/bold]", "" if once else "（系统继续运行，按 Ctrl-C 停止）")
        finished = all(sample.ended for sample in samples)
        while not once:
            run.sleep(60)
    raise typer.Exit(0 if finished or not once else 1)
