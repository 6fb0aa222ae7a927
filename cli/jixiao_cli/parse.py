"""``jixiao parse FILE…``: the record of each form in a file, as JSON. Needs no server."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from jixiao.forms.model import Form, plain
from jixiao.runtime.errors import Unreadable
from jixiao.runtime.sandbox import ReaderDied
from jixiao_cli.explain import explained
from jixiao_parser import Reading, read_isolated_now
from jixiao_parser.limits import FILE, MIB

UNREADABLE = 2


def parse(
    files: Annotated[
        list[Path],
        typer.Argument(help="自评表文件（XLSX、XLS、DOCX、PDF、网页、CSV、文本，或它们的ZIP），可以有多个。"),
    ],
    evidence: Annotated[bool, typer.Option("--evidence", help="连同每个值的出处和存疑说明一并输出。")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="不输出记录，改为说明如何读出、为何如此判断。")] = False,
) -> None:
    """读取自评表，输出记录（JSON）；多个文件时每个文件一行。"""
    failed = False
    for file in files:
        try:
            reading = read_file(file)
        except Unreadable as fault:
            typer.echo(f"{file}：{fault.reason}", err=True)
            failed = True
            continue
        for note in reading.remarks:
            typer.echo(f"{file}：{note}", err=True)
        if explain:
            typer.echo("\n".join([f"{file.name}：", *explained(reading)]))
        else:
            record = _printed(file.name, reading, evidence)
            typer.echo(json.dumps(record, ensure_ascii=False, indent=1 if len(files) == 1 else None))
    if failed:
        raise typer.Exit(UNREADABLE)


def read_file(file: Path) -> Reading:
    """Read a file from the disk in a process of its own. Raises Unreadable, also when there is no such file."""
    try:
        if file.stat().st_size > FILE:
            raise Unreadable(f"文件超过上限{FILE // MIB} MiB。请删去与自评表无关的内容，拆分后再试。")
        return read_isolated_now(file.read_bytes(), file.name)
    except OSError as fault:
        raise Unreadable(f"无法打开文件：{why_not_opened(fault)}。请检查路径和权限。") from fault
    except ReaderDied as fault:
        raise Unreadable(f"读取进程意外中止（{fault}）。请重试；若仍失败，请把文件另存为XLSX后再试。") from fault


def why_not_opened(fault: OSError) -> str:
    """What a clerk may make of it, in Chinese; a rarer fault in the system's own words."""
    reasons: dict[type[OSError], str] = {
        FileNotFoundError: "没有这个文件",
        IsADirectoryError: "这是一个文件夹",
        PermissionError: "没有读取的权限，或正被其他程序占用",
    }
    return reasons.get(type(fault), str(fault.strerror))


def _printed(source: str, reading: Reading, evidence: bool) -> dict[str, Any]:
    """The record of a file; claims and tables only where the document has such."""
    record: dict[str, Any] = {"source": source, "projects": [_record(form, evidence) for form in reading.forms]}
    for name, items in (("claims", reading.claims), ("tables", reading.tables)):
        if items:
            record[name] = [each.model_dump(mode="json") if evidence else plain(each) for each in items]
    return record


def _record(form: Form, evidence: bool) -> dict[str, Any]:
    return form.model_dump(mode="json") if evidence else form.record()
