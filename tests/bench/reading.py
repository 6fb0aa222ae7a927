"""Reading: forms a second on one core, beside the library's own reading of the same bytes."""

import csv
import io
from pathlib import Path

import openpyxl
import pdfplumber
from python_calamine import CalamineWorkbook

from jixiao_parser import read, read_isolated_now
from tests.bench.figures import Figure, rate
from tests.system.reports import report
from tests.unit.parser.pdfs import HEADER, ROWS, parted, pdf, titled

SAMPLES = Path(__file__).parents[2] / "samples"
WORKBOOK = SAMPLES / "sound.xlsx"


def measure() -> list[Figure]:
    """Text, XLSX (inside this process and in a process a file) and PDF."""
    return [_text(), _xlsx(), _xlsx_isolated(), _pdf()]


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


def _pdf() -> Figure:
    """The limit: no slower than 1.5 times the library's own search for tables, which makes no forms of them."""
    first, second = parted(ROWS, [HEADER + 3])
    data = pdf(titled(first), second)

    def tables(_: int) -> int:
        with pdfplumber.open(io.BytesIO(data)) as document:
            return bool([page.extract_tables() for page in document.pages])

    forms, peer = rate(lambda _: len(read(data, "a.pdf").forms)), rate(tables)
    return Figure("PDF, forms/s", f"{forms:.1f}", f"pdfplumber's extract_tables alone: {peer:.1f}")


def _peers(data: bytes) -> str:
    def cells_openpyxl(_: int) -> int:
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        return bool([list(sheet.values) for sheet in book.worksheets])

    def cells_calamine(_: int) -> int:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return bool([book.get_sheet_by_name(name).to_python() for name in book.sheet_names])

    return f"cells alone: openpyxl {rate(cells_openpyxl):.0f}, calamine {rate(cells_calamine):.0f} workbooks/s"
