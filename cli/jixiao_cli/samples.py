"""The sample reports on their way through a running system, live in the terminal."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.live import Live
from rich.markup import escape
from rich.table import Table

from jixiao.findings import Severity
from jixiao_cli.client import END_STATES, Client, Refused
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
LIGHTS = {"红灯": "red", "黄灯": "yellow", "提示": "blue"}


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

    @property
    def lights(self) -> Counter[str]:
        """How many findings of each light its forms have."""
        counted: Counter[str] = Counter()
        for form in self.forms:
            for severity, number in form["findings"].items():
                counted[Severity(severity).light] += number
        return counted

    @property
    def sentence(self) -> str:
        """What a reader should know first: the gravest finding, or why there is none."""
        if self.findings:
            return str(min(self.findings, key=lambda finding: Severity(finding["severity"]).rank)["sentence"])
        if self.reason:
            return self.reason
        return "未发现疑点" if self.state == "scored" else ""


def follow(samples: Sequence[Sample], client: Client, sleep: Callable[[float], None]) -> None:
    """Hand the samples in and show them on their way until each has ended or nothing moves for long."""
    began = moved = time.monotonic()
    first_result = None
    with Live(console=console, auto_refresh=False, vertical_overflow="visible") as live:
        while not all(sample.ended for sample in samples) and time.monotonic() - moved < PATIENCE_SECONDS:
            for sample in samples:
                if not sample.ended and advance(sample, client):
                    moved = time.monotonic()
                    live.update(_table(samples), refresh=True)
            if first_result is None and any(sample.ended for sample in samples):
                first_result = time.monotonic() - began
            sleep(POLL_SECONDS)
    if first_result is not None:
        console.print(f"第一份结果用时 {first_result:.1f} 秒，全部用时 {moved - began:.1f} 秒。")


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
    except Refused as fault:
        if sample.upload_id is None and fault.status < 500:
            sample.state, sample.reason = "refused", str(fault)
    return before != (sample.state, len(sample.forms))


def _table(samples: Sequence[Sample]) -> Table:
    table = Table("样例", "状态", "表", *LIGHTS, "最重要的一条", title="样例上报结果", title_justify="left")
    for sample in samples:
        lights = [f"[{color}]{sample.lights[light] or ''}[/{color}]" for light, color in LIGHTS.items()]
        forms = str(len(sample.forms) or "")
        table.add_row(escape(sample.file.name), STATES[sample.state], forms, *lights, escape(sample.sentence))
    return table


def samples_in(folder: Path) -> list[Sample]:
    """Every report in a folder, by name; what describes them (Markdown) is none."""
    files = sorted(folder.rglob("*"))
    return [Sample(file) for file in files if file.is_file() and file.name[0] != "." and file.suffix != ".md"]
