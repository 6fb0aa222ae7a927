"""The sample reports on their way through a running system, live in the terminal."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.live import Live
from rich.markup import escape
from rich.table import Table

from jixiao.findings import Finding, Severity
from jixiao_cli.client import END_STATES, Client, Refused, Unreachable
from jixiao_cli.local.process import LocalError
from jixiao_cli.terminal import console

POLL_SECONDS = 0.3
PATIENCE_SECONDS = 120.0
STATES = {
    "waiting": "待上报",
    "received": "已接收",
    "read": "已识别",
    "scored": "已复核",
    "no_form": "未见自评表",
    "dead_lettered": "无法处理",
    "refused": "未接收",
}
SEVERITIES = {
    Severity.ERROR: ("错误", "red"),
    Severity.SERIOUS: ("严重", "red"),
    Severity.WARNING: ("警告", "yellow"),
    Severity.NOTICE: ("提示", "blue"),
}


@dataclass
class Sample:
    """A sample report and what became of it so far."""

    file: Path
    upload_id: str | None = None
    state: str = "waiting"
    reason: str | None = None
    forms: list[dict[str, Any]] = field(default_factory=list)
    findings: list[dict[str, Any]] = field(default_factory=list)

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.state in END_STATES or self.state == "refused"

    def count(self, severity: Severity) -> int:
        """How many findings of a severity its forms have."""
        return sum(form["findings"].get(severity, 0) for form in self.forms)

    @property
    def sentence(self) -> str:
        """What a reader should know first: the gravest finding with its light, or why there is none."""
        if self.findings:
            worst = min(self.findings, key=lambda listed: _finding(listed).shown.rank)
            return f"{_finding(worst).shown.light} {worst['sentence']}"
        return self.reason or ("绿灯 未发现疑点。" if self.state == "scored" else "")


def _finding(listed: dict[str, Any]) -> Finding:
    return Finding.model_validate(listed["finding"])


def follow(samples: Sequence[Sample], client: Client, sleep: Callable[[float], None], began: float) -> None:
    """Hand the samples in and show them on their way until each has ended or nothing moves for long.

    ``began``: when the command was given, on the monotonic clock.
    """
    first_result, moved = None, time.monotonic()
    with Live(console=console, auto_refresh=False, transient=True) as live:
        while not all(sample.ended for sample in samples) and time.monotonic() - moved < PATIENCE_SECONDS:
            for sample in samples:
                if not sample.ended and advance(sample, client):
                    moved = time.monotonic()
                    first_result = first_result or (moved if sample.ended else None)
                    live.update(_table(samples), refresh=True)
            sleep(POLL_SECONDS)
    console.print(_table(samples))
    for sample in samples:
        console.print(f"[bold]{escape(sample.file.name)}[/bold] {escape(sample.sentence)}", soft_wrap=True)
    if first_result is not None:
        console.print(f"从启动到第一份结果 {first_result - began:.1f} 秒，到最后一份 {moved - began:.1f} 秒。")


def advance(sample: Sample, client: Client) -> bool:
    """One look at a sample; whether it moved."""
    before = (sample.state, len(sample.forms))
    try:
        if sample.upload_id is None:
            sample.upload_id = client.upload(sample.file.read_bytes(), sample.file.name)
            sample.state = "received"
        else:
            told = client.state(sample.upload_id)
            sample.state, sample.reason, sample.forms = told["state"], told["reason"], told["forms"]
            if sample.state == "scored":
                sample.findings = client.findings(sample.upload_id)
    except Unreachable:
        pass  # the gateway is being started again; the next look decides
    except Refused as fault:
        if sample.upload_id is None and fault.status < 500:
            sample.state, sample.reason = "refused", str(fault)
    return before != (sample.state, len(sample.forms))


def _table(samples: Sequence[Sample]) -> Table:
    table = Table(title="样例上报结果", title_justify="left")
    table.add_column("样例", overflow="fold")
    table.add_column("状态", no_wrap=True)
    table.add_column("表", justify="right")
    for title, color in SEVERITIES.values():
        table.add_column(title, justify="right", style=color, no_wrap=True)
    for sample in samples:
        counts = [str(sample.count(severity) or "") for severity in SEVERITIES]
        forms = str(len(sample.forms) or "")
        table.add_row(escape(sample.file.name), STATES[sample.state], forms, *counts)
    return table


def samples_in(folder: Path) -> list[Sample]:
    """Every report in a folder, by name; what describes them (Markdown) is none. Raises LocalError without any."""
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    samples = [Sample(file) for file in files if file.name[0] != "." and file.suffix != ".md"]
    if not samples:
        raise LocalError(f"{folder} 中没有样例文件。")
    return samples
