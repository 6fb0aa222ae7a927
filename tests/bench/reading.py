"""Reading: forms a second on one core, beside the library's own reading of the same bytes."""

import csv
import io
from pathlib import Path

import openpyxl
from python_calamine import CalamineWorkbook

from jixiao_parser import read, read_isolated_now
from tests.bench.figures import Figure, rate
from tests.system.reports import report

SAMPLES = Path(__file__).parents[2] / "samples"
WORKBOOK = SAMPLES / "sound.xlsx"


def measure() -> list[Figure]:
    """Text and XLSX, inside this process and in a process a file."""
    return [_text(), _xlsx(), _xlsx_isolated()]


def _text() -> Figure:
    forms = rate(lambda n: len(read(report(n), "a.txt").forms))
    split = rate(lambda n: bool(list(csv.reader(io.StringIO(report(n).decode()), delimiter="\t"))))
    return Figure("text, forms/s", f"{forms:.0f}", f"csv.reader alone: {split:.0f}")


def _xlsx() -> Figure:
    data = WORKBOOK.read_bytes()
    forms = rate(lambda _: len(read(data, "a.xlsx").forms))
    return Figure("XLSX, forms/s", f"{forms:.0f}", _peers(data))


def _xlsx_isolated() -> Figure:
    data = WORKBOOK.read_bytes()
    forms = rate(lambda _: len(read_isolated_now(data, "a.xlsx").forms))
    return Figure("XLSX, a process a file, forms/s", f"{forms:.0f}", _peers(data))


def _peers(data: bytes) -> str:
    def cells_openpyxl(_: int) -> int:
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        return bool([list(sheet.values) for sheet in book.worksheets])

    def cells_calamine(_: int) -> int:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return bool([book.get_sheet_by_name(name).to_python() for name in book.sheet_names])

    return f"cells alone: openpyxl {rate(cells_openpyxl):.0f}, calamine {rate(cells_calamine):.0f} workbooks/s"
