"""Reading: forms a second on one core, beside the library's own reading of the same bytes."""

import csv
import io
import time
from collections.abc import Callable, Iterator, Sequence

import openpyxl
import pdfplumber
from python_calamine import CalamineWorkbook

from jixiao_parser import read, read_isolated_now
from tests.bench.figures import Figure, rate
from tests.system.reports import report
from tests.unit.parser.cases import FOLDER, as_csv, as_pipes, as_tabs, as_xlsx
from tests.unit.parser.pdfs import HEADER, ROWS, parted, pdf, titled

FORMS = 3  # in a document of several
DIFFERENT = 40  # documents of a shape, each with names of its own
VARIED = "梯健水渠巷书"  # signs of names, for which others are put

Grid = tuple[tuple[str, ...], ...]


def measure() -> list[Figure]:
    """Text of each shape, workbooks (inside this process and in a process a file) and PDF."""
    texts = [_text(*shape) for shape in _shapes()]
    return [*texts, *_xlsx("one form a file", 1), *_xlsx("several forms a file", FORMS), _pdf()]


def _shapes() -> Iterator[tuple[str, str, Callable[[int], bytes]]]:
    """Each shape of text: what it is, a file's name, and a document by its number."""
    yield "tabs", "a.txt", lambda number: as_tabs(_grid(number, FORMS))
    yield "bars", "a.txt", lambda number: as_pipes(_grid(number, FORMS))
    yield "CSV", "a.csv", lambda number: as_csv(_grid(number, FORMS))
    for what, file, parting in (
        ("a cell a line", "one_cell_a_line.txt", ""),
        ("columns by blanks", "layout.txt", "\f"),
        ("reading order", "reading_order.txt", "\n\n"),
    ):
        yield what, "a.txt", _varied(parting.join([_case(file)] * FORMS))
    for what, file in (
        ("other province, one line", "one_line.txt"),
        ("run together", "run_on.txt"),
        ("run together, long", "run_on_long.txt"),
    ):
        yield what, "a.txt", _varied(_case(f"provinces/{file}").partition("\n---\n")[0])


def _grid(number: int, forms: int) -> Grid:
    texts = [report(number * FORMS + each).decode() for each in range(forms)]
    return tuple(tuple(line.split("\t")) for text in texts for line in text.splitlines())


def _case(file: str) -> str:
    return (FOLDER / file).read_text(encoding="utf-8")


def _varied(text: str) -> Callable[[int], bytes]:
    return lambda number: text.translate(dict.fromkeys(map(ord, VARIED), chr(0x5000 + number))).encode()


def _text(what: str, name: str, build: Callable[[int], bytes]) -> Figure:
    documents = [build(number) for number in range(DIFFERENT)]
    each = len(read(documents[0], name).forms)

    def split(number: int) -> int:
        text = documents[number % DIFFERENT].decode("utf-8-sig")
        return each * bool(list(csv.reader(io.StringIO(text), delimiter="," if name.endswith("csv") else "\t")))

    forms = rate(lambda number: len(read(documents[number % DIFFERENT], name).forms), time.process_time)
    peer = rate(split, time.process_time)
    return Figure(f"text, {what}, forms/s", f"{forms:.0f}", f"csv.reader alone: {peer:.0f}")


def _xlsx(what: str, each: int) -> Iterator[Figure]:
    books = [as_xlsx(_grid(number, each)) for number in range(DIFFERENT)]
    inside = rate(lambda number: len(read(books[number % DIFFERENT], "a.xlsx").forms), time.process_time)
    isolated = rate(lambda number: len(read_isolated_now(books[number % DIFFERENT], "a.xlsx").forms))
    peers = _peers(books, each)
    yield Figure(f"XLSX, {what}, forms/s", f"{inside:.0f}", peers)
    yield Figure(f"XLSX, {what}, a process a file, forms/s", f"{isolated:.0f}", peers)


def _peers(books: Sequence[bytes], each: int) -> str:
    def cells_openpyxl(number: int) -> int:
        book = openpyxl.load_workbook(io.BytesIO(books[number % DIFFERENT]), data_only=True)
        return each * bool([list(sheet.values) for sheet in book.worksheets])

    def cells_calamine(number: int) -> int:
        book = CalamineWorkbook.from_filelike(io.BytesIO(books[number % DIFFERENT]))
        return each * bool([book.get_sheet_by_name(name).to_python() for name in book.sheet_names])

    other, third = rate(cells_openpyxl, time.process_time), rate(cells_calamine, time.process_time)
    return f"cells alone: openpyxl {other:.0f}, calamine {third:.0f}"


def _pdf() -> Figure:
    """The limit: no slower than 1.5 times the library's own search for tables, which makes no forms of them."""
    first, second = parted(ROWS, [HEADER + 3])
    data = pdf(titled(first), second)

    def tables(_: int) -> int:
        with pdfplumber.open(io.BytesIO(data)) as document:
            return bool([page.extract_tables() for page in document.pages])

    forms = rate(lambda _: len(read(data, "a.pdf").forms), time.process_time)
    peer = rate(tables, time.process_time)
    return Figure("PDF, forms/s", f"{forms:.1f}", f"pdfplumber's extract_tables alone: {peer:.1f}")
