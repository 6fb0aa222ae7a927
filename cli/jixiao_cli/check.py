"""``jixiao check FILE…``: read and judge self-evaluation forms on this machine alone. Needs no server."""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from jixiao.findings import Finding, Stage
from jixiao.forms import Form
from jixiao.runtime.errors import Unreadable
from jixiao_cli.parse import UNREADABLE, read_file
from jixiao_scorer import assess
from jixiao_scorer.profiles import profile_for

FOUND = 1
NO_TERMINAL_WIDTH = 2000  # a pipe has no width: sentences stay whole
COLOURS = {"红灯": "red", "黄灯": "yellow", "提示": "blue"}


@dataclass(frozen=True, slots=True)
class Found:
    """A finding, and the form of the file in which it stands."""

    source: str
    form: Form
    finding: Finding


@dataclass(slots=True)
class Tally:
    """What was checked."""

    files: int = 0
    forms: int = 0
    unreadable: int = 0


def check(
    files: Annotated[list[Path], typer.Argument(help="自评表文件或文件夹，可以有多个。")],
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出全部疑点。")] = False,
) -> None:
    """复核自评表：逐项重算，列出疑点，最严重的在前。无疑点退出码为0，有疑点为1，有文件无法读取为2。"""
    tally = Tally()
    found = _worst_first([group for source, file in _sources(files) for group in _checked(source, file, tally)])
    if as_json:
        typer.echo(json.dumps({"findings": [_plain(each) for each in found]}, ensure_ascii=False, indent=1))
    else:
        _show([each for each in found if each.finding.stage is Stage.LIVE], tally)
    if tally.unreadable:
        raise typer.Exit(UNREADABLE)
    if any(each.finding.stage is Stage.LIVE for each in found):
        raise typer.Exit(FOUND)


def _sources(files: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """Every file with the name to show for it; in a folder all but hidden files, lock files and Markdown."""
    for given in files:
        if not given.is_dir():
            yield given.name, given
            continue
        for file in sorted(given.rglob("*")):
            if file.is_file() and not file.name.startswith((".", "~$")) and file.suffix != ".md":
                yield file.relative_to(given).as_posix(), file


def _checked(source: str, file: Path, tally: Tally) -> Iterator[list[Found]]:
    """The findings of a file in groups: one and what follows from it."""
    tally.files += 1
    try:
        reading = read_file(file)
    except Unreadable as fault:
        typer.echo(f"{source}：{fault.reason}", err=True)
        tally.unreadable += 1
        return
    if not reading.forms:
        tally.unreadable += 1
    for note in reading.notes:
        typer.echo(f"{source}：{note}", err=True)
    for form in reading.forms:
        tally.forms += 1
        group: list[Found] = []
        for finding in assess(form, profile_for(form.layout)).findings:
            if finding.follows is None and group:
                yield group
                group = []
            group.append(Found(source, form, finding))
        if group:
            yield group


def _worst_first(groups: list[list[Found]]) -> list[Found]:
    """By severity and money at stake of what leads each group."""
    groups.sort(key=lambda group: (group[0].finding.severity.rank, -(group[0].finding.amount or 0)))
    return [each for group in groups for each in group]


def _plain(found: Found) -> dict[str, Any]:
    finding = found.finding.model_dump(mode="json")
    keys = ("rule", "stage", "severity", "cause", "indicator", "stated", "computed", "difference", "amount")
    more = ("sentence", "repair", "follows", "evidence")
    head = {"source": found.source, "ordinal": found.form.ordinal, "code": found.form.code.text}
    return head | {key: finding[key] for key in (*keys, *more)}


def _show(found: Sequence[Found], tally: Tally) -> None:
    console = Console(highlight=False, width=None if sys.stdout.isatty() else NO_TERMINAL_WIDTH)
    if found:
        console.print(_table(found))
    console.print(_summary(found, tally), soft_wrap=True)


def _table(found: Sequence[Found]) -> Table:
    table = Table("等级", "自评表", "疑点", show_lines=True)
    table.add_column("填报", justify="right")
    table.add_column("复核", justify="right")
    for each in found:
        finding, light = each.finding, each.finding.severity.light
        form = f"{each.source} 第{each.form.ordinal}张\n{each.form.name.text or ''}"
        sentence = f"└ {finding.sentence}" if finding.follows is not None else finding.sentence
        lamp = f"[{COLOURS[light]}]{light}[/]"
        numbers = (escape(finding.stated or ""), escape(finding.computed or ""))
        table.add_row(lamp, escape(form), f"{escape(sentence)} [dim]{finding.rule}[/dim]", *numbers)
    return table


def _summary(found: Sequence[Found], tally: Tally) -> str:
    lights = Counter(each.finding.severity.light for each in found)
    told = "，".join(f"[{colour}]{light}{lights[light]}条[/]" for light, colour in COLOURS.items() if lights[light])
    missing = f"，其中{tally.unreadable}个无法复核" if tally.unreadable else ""
    return f"共{tally.files}个文件{missing}，复核自评表{tally.forms}张：{told or '未发现疑点'}。"
