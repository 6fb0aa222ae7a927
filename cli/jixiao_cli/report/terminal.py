"""Findings in the terminal, as a good compiler speaks: sentence, place, row with a mark, figures, repair."""

import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from jixiao.findings import Finding
from jixiao.forms.model import ACCOUNTS
from jixiao_cli.report.order import Found
from jixiao_cli.report.places import Cell, Place, heading_of, place_of, text_at
from jixiao_cli.report.sums import Way, addends, way

COLOURS = {"红灯": "red", "黄灯": "yellow", "提示": "blue"}
NO_TERMINAL_WIDTH = 2000  # a pipe has no width: sentences stay whole
WIDEST = 22  # of a cell; a marked one may be twice as wide
GAP = "  "


@dataclass(slots=True)
class Tally:
    """What was checked."""

    files: int = 0
    forms: int = 0
    unreadable: int = 0
    accounts: int = 0


def standard_output() -> Console:
    """Where a command prints: as wide as the terminal, in a pipe as wide as it takes."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else NO_TERMINAL_WIDTH)


def show(found: Sequence[Found], tally: Tally) -> None:
    """All findings, then the summary."""
    console = standard_output()
    for each in found:
        for line in _told(each):
            _print(console, line)
        console.print()
    console.print(_summary(found, tally), soft_wrap=True)


def _print(console: Console, line: tuple[str, Text]) -> None:
    """A line, wrapped under its own beginning."""
    lead, text = line
    width = max(console.width - cell_len(lead), 20)
    for at, part in enumerate(text.wrap(console, width)):
        part.rstrip()
        head = lead if at == 0 else _continued(lead)
        console.print(Text(head, "dim") + part if head else part, soft_wrap=True)


def _continued(lead: str) -> str:
    return lead.replace("┌─", "│ ").replace("├ ", "│ ").replace("└ ", "  ")


def _told(found: Found) -> Iterator[tuple[str, Text]]:
    finding, form = found.finding, found.form
    light = finding.shown.light
    follows = "└ " if finding.follows is not None else ""
    indent = "  " * bool(follows)
    headline = Text(follows) + Text(light, f"bold {COLOURS[light]}") + Text(f"[{finding.rule}] ", COLOURS[light])
    yield "", headline + Text(finding.sentence, "bold")
    place = place_of(form, finding)
    where = f" {place.where}" if place is not None and place.where else ""
    ordinal = "" if form.kind == ACCOUNTS else f"第{form.ordinal}张 "
    yield f"{indent}  ┌─ ", Text(f"{found.source}{where} · {ordinal}{form.name.text or ''}", "cyan")
    if place is not None:
        yield from ((f"{indent}  │ ", line) for line in _row(place, COLOURS[light]))
    notes = list(_notes(found))
    for at, note in enumerate(notes):
        yield f"{indent}  {'└' if at == len(notes) - 1 else '├'} ", note


def _row(place: Place, colour: str) -> Iterator[Text]:
    """The headings, the row as printed, and a mark under each cell that the finding speaks of."""
    columns = [(cell, _clipped(cell, place.marked)) for cell in place.cells]
    widths = [max(cell_len(cell.heading), cell_len(text)) for cell, text in columns]
    lead = cell_len(place.label)
    yield Text(" " * lead + GAP * bool(lead) + GAP.join(map(_padded, (c.heading for c, _ in columns), widths)), "dim")
    yield Text(place.label + GAP * bool(lead) + GAP.join(map(_padded, (t for _, t in columns), widths)))
    marks = [_mark(cell, place) * max(cell_len(text), 2) for cell, text in columns]
    line = " " * lead + GAP * bool(lead) + GAP.join(map(_padded, marks, widths))
    if line.strip():
        yield Text(line.rstrip(), f"bold {colour}")


def _mark(cell: Cell, place: Place) -> str:
    return "^" if cell.path in place.marked else "-" if cell.path in place.involved else ""


def _clipped(cell: Cell, marked: frozenset[str]) -> str:
    if cell.value.text is None:
        return "（缺）" if cell.path in marked else "—"
    text = printable(cell.value.text)
    if not text:
        return "（空）" if cell.path in marked else ""
    widest = WIDEST * 2 if cell.path in marked else WIDEST
    if cell_len(text) <= widest:
        return text
    while cell_len(text) > widest - 1:
        text = text[:-1]
    return f"{text}…"


def printable(text: str) -> str:
    """The text on one line, without characters that would steer the terminal."""
    return "".join(" " if each.isspace() else each for each in text if each.isspace() or _is_visible(each))


def _is_visible(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co")


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))


def _notes(found: Found) -> Iterator[Text]:
    finding = found.finding
    if finding.stated is not None:
        yield Text(f"填报 {printable(finding.stated)}{_between(finding.stated_interval)}")
    if finding.computed is not None:
        yield Text(f"复核 {printable(finding.computed)}{_between(finding.computed_interval)}{_difference(finding)}")
    if len(finding.addends) > 1:
        yield Text(f"计算 {_calculation(finding)}")
    if finding.repair is not None:
        path, value = finding.repair.path, finding.repair.value
        was = text_at(found.form, path)
        yield Text("建议 ", "green") + Text(
            f"{heading_of(found.form, path)}由{was or '空'}改为{value}，请核实后更正。", "green"
        )
    yield Text(f"依据 {finding.basis}", "dim")


def _between(interval: tuple[Decimal, Decimal] | None) -> str:
    """The interval that a figure stands for; nothing where it stands for itself alone."""
    if interval is None or interval[0] == interval[1]:
        return ""
    return f"（{interval[0]:f} ～ {interval[1]:f}）"


def _difference(finding: Finding) -> str:
    if not finding.difference:
        return ""
    allowed = f"，按印出位数容许 {finding.tolerance:f}" if finding.tolerance else ""
    return f"，相差 {finding.difference:f}{allowed}"


def _calculation(finding: Finding) -> str:
    known = way(finding)
    terms = [f"{printable(each.label)} {printable(each.text)}".strip() for each in finding.addends]
    if known is Way.SUM:
        return _sum(finding)
    if known is Way.RATE:
        return f"{terms[0]} ÷ {terms[1]} × 100"
    if known is Way.SCORE:
        return f"{terms[0]} ÷ {terms[1]}，取两位小数，× {terms[2]}，再取两位小数"
    return "、".join(terms)


def _sum(finding: Finding) -> str:
    numbers = addends(finding)
    terms = [f"{printable(each.label)} {printable(each.text)}" for each, value in numbers if value]
    zeros = len(numbers) - len(terms)
    left_out = f"（另有{zeros}项为0）" if zeros else ""
    return " ＋ ".join(terms) + f" ＝ {sum(value for _, value in numbers):f}{left_out}"


def _summary(found: Sequence[Found], tally: Tally) -> str:
    lights = Counter(each.finding.shown.light for each in found)
    told = "，".join(f"[{colour}]{light}{lights[light]}条[/]" for light, colour in COLOURS.items() if lights[light])
    missing = f"，其中{tally.unreadable}个无法复核" if tally.unreadable else ""
    accounts = f"、部门决算{tally.accounts}份" if tally.accounts else ""
    verdict = f"：{told or '未发现疑点'}" if tally.forms or tally.accounts else ""
    return f"共{tally.files}个文件{missing}，复核自评表{tally.forms}张{accounts}{verdict}。"
