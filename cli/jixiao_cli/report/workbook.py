"""Findings as a workbook: the list, and each form's figures with live formulas, so that the reader can re-add."""

from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from jixiao.findings import Addend, Finding
from jixiao.forms import Form
from jixiao_cli.report.blocks import Block, write_block
from jixiao_cli.report.cells import put_formula, put_number, put_text
from jixiao_cli.report.order import Found
from jixiao_cli.report.places import heading_of, path_of, place_of
from jixiao_cli.report.sums import Way, addends, number, way

FINDINGS, FIGURES = "疑点", "重算"
_HEADINGS = (
    "等级", "规则", "文件", "第几张", "项目编码", "项目名称", "实施单位", "位置", "疑点", "填报", "复核（公式）",
    "复核", "相差", "容许", "涉及金额（元）", "建议", "依据",
)  # fmt: skip
_WIDTHS = (6, 18, 24, 7, 24, 28, 28, 22, 70, 14, 18, 14, 12, 8, 16, 40, 30)


def save(path: Path, found: Iterable[Found]) -> None:
    """Write the workbook. Raises OSError where the file cannot be written."""
    book = Workbook()
    listed: Any = book.active
    listed.title = FINDINGS
    figures: Any = book.create_sheet(FIGURES)
    _head(listed)
    blocks: dict[int, Block] = {}
    start = 1
    for row, each in zip(count(2), found, strict=False):
        if id(each.form) not in blocks:
            block = write_block(figures, start, each.source, each.form)
            blocks[id(each.form)], start = block, block.end + 3
        _row(listed, row, each, blocks[id(each.form)])
    listed.auto_filter.ref = listed.dimensions
    book.save(path)


def _head(sheet: Worksheet) -> None:
    for column, (heading, width) in enumerate(zip(_HEADINGS, _WIDTHS, strict=True), 1):
        cell = put_text(sheet, 1, column, heading)
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = width
    sheet.freeze_panes = "A2"


def _row(sheet: Worksheet, row: int, found: Found, block: Block) -> None:
    finding, form = found.finding, found.form
    place = place_of(form, finding)
    texts = (finding.shown.light, finding.rule.value, found.source, str(form.ordinal), form.code.text,
             form.name.text, form.unit.text, place.where if place is not None else "")  # fmt: skip
    for column, text in enumerate(texts, 1):
        put_text(sheet, row, column, text)
    sentence = put_text(sheet, row, 9, finding.sentence)
    sentence.alignment = Alignment(wrap_text=True, vertical="top")
    _link(sentence, f"'{FIGURES}'!A{block.start}")
    put_number(sheet, row, 10, finding.stated, number(finding.stated))
    formula = _formula(form, finding, block)
    if formula is not None:
        put_formula(sheet, row, 11, formula)
    put_number(sheet, row, 12, finding.computed, number(finding.computed))
    for column, amount in zip((13, 14, 15), (finding.difference, finding.tolerance, finding.amount), strict=True):
        put_number(sheet, row, column, None, amount)
    put_text(sheet, row, 16, _repair(form, finding))
    put_text(sheet, row, 17, finding.basis)


def _link(cell: Cell, target: str) -> None:
    cell.hyperlink = f"#{target}"
    cell.font = Font(color="1F4E79", underline="single")


def _repair(form: Form, finding: Finding) -> str:
    if finding.repair is None:
        return ""
    return f"{heading_of(form, finding.repair.path)}改为{finding.repair.value}"


def _formula(form: Form, finding: Finding, block: Block) -> str | None:
    """The finding's computation over the cells of the other sheet; None where there is none to repeat."""
    if (again := block.sums.get(finding.subject.key)) is not None:
        return f"'{FIGURES}'!{again}"
    known = way(finding)
    terms = [_term(form, each, block, f"{value:f}") for each, value in addends(finding)]
    if known is Way.SUM:
        return "+".join(terms)
    if known is Way.RATE:
        return f"ROUND({terms[0]}/{terms[1]}*100,2)"
    if known is Way.SCORE:
        return f"MIN({terms[2]},ROUND(ROUND({terms[0]}/{terms[1]}*100,2)*{terms[2]}/100,2))"
    return None


def _term(form: Form, addend: Addend, block: Block, literal: str) -> str:
    """The cell that shows the addend; the number itself where it stands in no cell."""
    path = path_of(form, addend.evidence) if addend.evidence is not None else None
    cell = block.numbers.get(path) if path is not None else None
    return f"'{FIGURES}'!{cell}" if cell is not None else literal
