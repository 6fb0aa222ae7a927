"""``jixiao check FILE…``: read and judge self-evaluation forms on this machine alone. Needs no server."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from jixiao.findings import Severity, Stage
from jixiao.forms.model import ACCOUNTS
from jixiao_cli.parse import UNREADABLE
from jixiao_cli.report.judged import FEW, FileJudged, judging, sources
from jixiao_cli.report.order import Found, worst_first
from jixiao_cli.report.plain import as_json
from jixiao_cli.report.terminal import Tally, printable, show
from jixiao_cli.report.together import together
from jixiao_scorer.profiles import profile_for

FOUND = 1

FilesArgument = Annotated[list[Path], typer.Argument(help="自评表文件或文件夹，可以有多个。", show_default=False)]


def check(
    files: FilesArgument,
    json: Annotated[bool, typer.Option("--json", help="以 JSON 输出全部疑点。")] = False,
    xlsx: Annotated[Path | None, typer.Option(help="把疑点和可重算的公式另存为工作簿（XLSX）。")] = None,
    fail_on: Annotated[Severity, typer.Option(help="有这一等级或更重的疑点时，退出码为1。")] = Severity.NOTICE,
) -> None:
    """复核自评表：逐项重算，列出疑点，最严重的在前。无疑点退出码为0，有疑点为1，有文件无法读取为2。"""
    judged = judge_all(files)
    if not judged:
        typer.echo("文件夹中没有可复核的文件。请检查路径。", err=True)
    forms = together([form for file in judged for form in file.forms], profile_for)
    found = worst_first(forms)
    live = [each for each in found if each.finding.stage is Stage.LIVE]
    if xlsx is not None:
        _save(xlsx, live)
    if json:
        typer.echo(as_json(found))
    else:
        accounts = sum(each.form.kind == ACCOUNTS for each in forms)
        failed = sum(file.failed for file in judged)
        show(live, Tally(len(judged), len(forms) - accounts, failed, accounts))
    raise typer.Exit(_exit_code(judged, live, fail_on))


def judge_all(files: Sequence[Path]) -> list[FileJudged]:
    """Every file judged, with progress over many; what could not be read is told on the error stream."""
    named = list(sources(files))
    judged = []
    with judging(named) as answers:
        for file in _with_progress(answers, len(named)):
            _tell(file)
            judged.append(file)
    return judged


def _with_progress(answers: Iterator[FileJudged], count: int) -> Iterator[FileJudged]:
    """A bar on the error stream, where a person looks at it and there is something to wait for."""
    console = Console(stderr=True)
    if count <= FEW or not console.is_terminal:
        yield from answers
        return
    yield from track(answers, "复核", total=count, console=console, transient=True)


def _tell(file: FileJudged) -> None:
    reasons = file.notes if file.refused is None else (file.refused,)
    for reason in reasons:
        typer.echo(f"{file.source}：{printable(reason)}", err=True)


def _save(path: Path, live: list[Found]) -> None:
    from jixiao_cli.report.workbook import save

    try:
        save(path, live)
    except OSError as fault:
        typer.echo(f"无法写入 {path}（{fault.strerror}）。请检查路径，并关闭正在打开它的程序。", err=True)
        raise typer.Exit(UNREADABLE) from fault


def _exit_code(judged: Sequence[FileJudged], live: Sequence[Found], fail_on: Severity) -> int:
    if not judged or any(file.failed for file in judged):
        return UNREADABLE
    return FOUND if any(each.finding.severity.rank <= fail_on.rank for each in live) else 0
