"""The case files of ``tests/unit/cases/forms`` (their README tells the shape), and their documents in each format."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from jixiao.forms.model import Form, Value, parts_of
from tests.unit.parser.documents import as_docx, as_html
from tests.unit.parser.old_office import as_xls

FOLDER = Path(__file__).parent.parent / "cases" / "forms"
AMOUNTS = ("initial", "budget", "executed")
TOTAL = (*AMOUNTS, "weight", "rate", "score")
HEAD = ("code", "name", "year", "unit", "budget_unit")
INDICATOR = ("level1", "level2", "name", "target", "actual", "weight", "score", "deviation")


@dataclass(frozen=True)
class Case:
    """A document as a grid of cells, the records it holds, and the doubts of each as "path kind"."""

    name: str
    grid: tuple[tuple[str, ...], ...]
    records: tuple[dict[str, Any], ...]
    doubts: tuple[frozenset[str], ...]


def all_cases() -> Iterator[Case]:
    """Every case file."""
    for file in sorted(FOLDER.glob("*.case")):
        document, _, record = file.read_text(encoding="utf-8").partition("\n---\n")
        lines = [line for line in document.split("\n") if not line.startswith("# ")]
        grid = tuple(tuple(line.split("\t") if "\t" in line else line.split("|")) for line in lines)
        records, doubts = _records(record.strip().split("\n"))
        yield Case(file.stem, grid, tuple(records), tuple(frozenset(each) for each in doubts))


def _records(lines: list[str]) -> tuple[list[dict[str, Any]], list[set[str]]]:
    records: list[dict[str, Any]] = []
    doubts: list[set[str]] = []
    for line in lines:
        word, _, rest = line.partition(" ")
        values = [None if part.strip() == "∅" else part.strip() for part in rest.split("|")]
        if word == "form":
            empty = dict.fromkeys(AMOUNTS)
            funds = {"total": dict.fromkeys(TOTAL), "fiscal": empty, "carryover": empty, "other": empty}
            records.append(dict(zip(HEAD, values, strict=True)) | {"funds": funds, "indicators": []})
            doubts.append(set())
        elif word in ("total", "fiscal", "carryover", "other"):
            records[-1]["funds"][word] = dict(zip(TOTAL if word == "total" else AMOUNTS, values, strict=True))
        elif word == "goals":
            records[-1] |= {"goal_expected": values[0], "goal_actual": values[1]}
        elif word == "sum":
            records[-1] |= {"total_weight": values[0], "total_score": values[1]}
        elif word == "unit":
            records[-1]["amount_unit"] = values[0]
        elif word == "doubt":
            doubts[-1].add(rest)
        else:
            records[-1]["indicators"].append(dict(zip(INDICATOR, [word, *values[1:]], strict=True)))
    return records, doubts


def record_of(form: Form) -> dict[str, Any]:
    """What a case file says of a form."""
    record = form.record()
    for name in ("ordinal", "kind", "layout"):
        del record[name]
    if record["amount_unit"] == "元":
        del record["amount_unit"]
    return record


def doubts_of(form: Form) -> set[str]:
    """The doubts of a form as "path kind"; a deviation column that all rows lost counts once, as [*]."""
    found = {f"form {doubt.kind}" for doubt in form.doubts} | set(_doubts(form, ""))
    lost = {each for each in found if re.fullmatch(r"indicators\[\d+\]\.deviation lost_column", each)}
    if lost and len(lost) == len(form.indicators):
        found = (found - lost) | {"indicators[*].deviation lost_column"}
    return found


def _doubts(item: Any, path: str) -> Iterator[str]:
    if isinstance(item, Value):
        if item.doubt:
            yield f"{path} {item.doubt.kind}"
    elif isinstance(item, tuple):
        for at, each in enumerate(item):
            yield from _doubts(each, f"{path}[{at}]")
    else:
        for name in parts_of(item):
            yield from _doubts(getattr(item, name), f"{path}.{name}".lstrip("."))


def as_tabs(grid: tuple[tuple[str, ...], ...], encoding: str = "utf-8") -> bytes:
    """The grid as tab separated text."""
    return "\n".join("\t".join(row) for row in grid).encode(encoding)


def as_pipes(grid: tuple[tuple[str, ...], ...]) -> bytes:
    """The grid as Markdown tables."""
    return "\n".join("| " + " | ".join(row) + " |" if any(row) else "" for row in grid).encode()


def as_csv(grid: tuple[tuple[str, ...], ...]) -> bytes:
    """The grid as CSV with a byte order mark."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(grid)
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(grid: tuple[tuple[str, ...], ...]) -> bytes:
    """The grid as the one sheet of a workbook, every cell text."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for number, row in enumerate(grid, start=1):
        for column, text in enumerate(row, start=1):
            if text:
                sheet.cell(number, column, text).data_type = "s"
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


FORMATS = {
    "tabs": as_tabs,
    "tabs, UTF-8 with mark": lambda grid: as_tabs(grid, "utf-8-sig"),
    "tabs, UTF-16": lambda grid: as_tabs(grid, "utf-16"),
    "tabs, GB18030": lambda grid: as_tabs(grid, "gb18030"),
    "pipes": as_pipes,
    "csv": as_csv,
    "xlsx": as_xlsx,
    "xls": as_xls,
    "docx": as_docx,
    "html": as_html,
}
