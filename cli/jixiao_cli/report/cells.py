"""Cells of a workbook: text stays text even where it begins with =, numbers are numbers, formulas are only ours."""

from collections.abc import Iterable
from decimal import Decimal

from openpyxl.cell.cell import Cell
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from jixiao_cli.report.terminal import printable

_LONGEST = 32_000
NUMBER = "#,##0.00####"


def put_text(sheet: Worksheet, row: int, column: int, text: str | None) -> Cell:
    """Write a text as a text, whatever it begins with."""
    cell = _cell(sheet, row, column)
    if text:
        cell.value = printable(text)[:_LONGEST]
        cell.data_type = "s"
    return cell


def put_headings(sheet: Worksheet, row: int, headings: Iterable[str]) -> None:
    """Write the headings of a table."""
    for column, heading in enumerate(headings, 1):
        put_text(sheet, row, column, heading).font = Font(bold=True)


def put_number(sheet: Worksheet, row: int, column: int, text: str | None, value: Decimal | None) -> bool:
    """Write a number, or the text it is printed as where it is none; whether it was one."""
    if value is None:
        put_text(sheet, row, column, text)
        return False
    cell = _cell(sheet, row, column)
    cell.value = value
    cell.number_format = NUMBER
    return True


def put_formula(sheet: Worksheet, row: int, column: int, formula: str) -> None:
    """Write a formula of ours, given without its =."""
    cell = _cell(sheet, row, column)
    cell.value = f"={formula}"
    cell.number_format = NUMBER


def _cell(sheet: Worksheet, row: int, column: int) -> Cell:
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell), "no cells are merged here"
    return cell
