"""Workbooks: merged cells, several forms, numbers with formats, formulas, hidden rows."""

import io
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from jixiao.forms.model import DoubtKind
from jixiao_parser import read
from jixiao_parser.readers.numbers import shown
from jixiao_parser.readers.xlsx import read_xlsx

SHOWN = json.loads((Path(__file__).parent.parent / "cases" / "forms" / "shown.json").read_text(encoding="utf-8"))
ROWS: tuple[tuple[object, ...], ...] = (
    ("项目支出绩效自评表",),
    ("项目编码：", "440305230101500000201", None, "项目名称：", "河道保洁", None, "绩效自评年度：", 2023),
    ("实施单位：", "临江区河道所", None, "一级预算单位：", "临江区水务局"),
    (None, None, None, "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"),
    ("项目资金（元）", "年度资金总额", None, 90000, 100000, 84500.5, 10, 0.845, 8.45),
    (None, "其中：当年财政拨款", None, 90000, 100000, 84500.5, "—", "—", "—"),
    (None, "上年结转资金", None, 0, 0, 0, "—", "—", "—"),
    (None, "其他资金", None, 0, 0, 0, "—", "—", "—"),
    ("年度总体目标", "预期目标", None, None, None, "实际完成情况"),
    (None, "保洁\n河道", None, None, None, "已保洁"),
    ("年度绩效指标", "一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析"),
    (None, "产出指标\n（50分）", "数量指标", "保洁里程", "≥40公里", "41公里", 30, 30, None),
    (None, None, None, "清运次数", 365, 365, 10, 10, None),
    (None, None, "质量指标", "合格率", 0.95, 0.97, 10, 10, None),
    (None, "效益指标（30分）", "生态效益指标", "水质", "达标", "达标", 30, 30, None),
    (None, "满意度指标（10分）", "服务对象满意度指标", "居民满意度", 0.9, 0.92, 10, 10, None),
    ("总分", None, None, None, None, None, 100, 98.45, "—"),
)
MERGED = ("A1:I1", "B2:C2", "B5:C5", "B9:E9", "F9:I9", "B10:E10", "A11:A16", "B12:B14", "C12:C13", "A17:F17")
MONEY = "0.00"
PERCENT = "0.00%"


def fill(sheet: Worksheet, top: int = 0, left: int = 0) -> None:
    """One form, ``top`` rows and ``left`` columns from the corner."""
    for number, row in enumerate(ROWS, start=top + 1):
        for column, value in enumerate(row, start=left + 1):
            cell = sheet.cell(number, column, value)  # type: ignore[arg-type]
            if isinstance(value, int | float):
                cell.number_format = _format(number - top, column - left)


def _format(row: int, column: int) -> str:
    if 5 <= row <= 8 and column <= 6:
        return MONEY
    return PERCENT if (row, column) == (5, 8) or (row in (14, 16) and column in (5, 6)) else "General"


def saved(build: Callable[[Workbook], None]) -> bytes:
    """The bytes of a workbook."""
    book = Workbook()
    build(book)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def first(book: Workbook) -> Worksheet:
    """The sheet that a new workbook has."""
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    return sheet


def merged(book: Workbook) -> None:
    """One form with the merged cells of the official template."""
    fill(first(book))
    for area in MERGED:
        first(book).merge_cells(area)


def test_a_form_with_merged_cells_and_formats() -> None:
    """Numbers stand as Excel shows them; levels reach down their merged cells."""
    (form,) = read(saved(merged), "a.xlsx").forms
    assert (form.code.text, form.year.text, form.unit.text) == ("440305230101500000201", "2023", "临江区河道所")
    assert form.funds.total.executed.text == "84500.50"
    assert form.funds.total.rate.text == "84.50%"
    assert form.goal_expected.text == "保洁河道"
    assert [row.level2.text for row in form.indicators] == ["数量", "数量", "质量", "生态效益", "服务对象满意度"]
    assert [row.target.text for row in form.indicators] == ["≥40公里", "365", "95.00%", "达标", "90.00%"]
    assert (form.total_weight.text, form.total_score.text) == ("100", "98.45")
    assert not form.doubts


def test_evidence_names_sheet_and_cell() -> None:
    """Every value can be found again."""
    (form,) = read(saved(merged), "a.xlsx").forms
    evidence = form.indicators[1].actual.evidence
    assert evidence is not None
    assert (evidence.sheet, evidence.cell, evidence.line, evidence.raw, evidence.reader) == (
        "Sheet",
        "F13",
        13,
        "365",
        "xlsx",
    )


def test_a_document_knows_its_merged_cells() -> None:
    """The reader tells what a merged cell covers."""
    (sheet,) = read_xlsx(saved(merged), "id").sheets
    label = next(cell for row in sheet.rows for cell in row.cells if cell.place == "B12")
    assert (label.height, label.span) == (3, 1)


def test_forms_on_sheets_and_below_one_another() -> None:
    """Ordinals run on; blank rows, hidden helper rows and a blank column do not matter."""

    def build(book: Workbook) -> None:
        sheet = first(book)
        fill(sheet, top=3, left=1)
        sheet["B2"] = "导入模板无需填写"
        sheet.row_dimensions[2].hidden = True
        fill(sheet, top=24)
        book.create_sheet("空表")
        fill(book.create_sheet("第三张"))

    forms = read(saved(build), "a.xlsx").forms
    assert [form.ordinal for form in forms] == [1, 2, 3]
    assert all(form.record() | {"ordinal": 1} == forms[0].record() for form in forms)
    assert forms[2].name.evidence is not None and forms[2].name.evidence.sheet == "第三张"


def test_a_formula_without_a_stored_value_is_a_doubt() -> None:
    """Never the formula's text, never 0."""

    def build(book: Workbook) -> None:
        fill(first(book))
        first(book)["I5"] = "=ROUND(G5*H5,2)"
        first(book)["H17"] = "=SUM(H12:H16)+I5"
        first(book)["H12"] = "=G12"

    (form,) = read(saved(build), "a.xlsx").forms
    for value in (form.funds.total.score, form.total_score, form.indicators[0].score):
        assert value.text is None
        assert value.doubt is not None and value.doubt.kind is DoubtKind.UNCACHED
    assert form.total_weight.text == "100"


@pytest.mark.parametrize("case", SHOWN, ids=[f"{case['text']} {case['format']}" for case in SHOWN])
def test_values_as_excel_shows_them(case: dict[str, str]) -> None:
    """Half-up rounding on the decimal that was typed, separators and signs of the format."""
    value = datetime.fromisoformat(case["date"]) if "date" in case else case["value"]
    assert shown(value, case["format"]) == case["text"]


def test_a_stray_cell_in_the_last_row_does_no_harm() -> None:
    """Empty rows cost next to nothing."""

    def build(book: Workbook) -> None:
        fill(first(book))
        first(book).cell(1_048_576, 16_384, "x")

    assert len(read(saved(build), "a.xlsx").forms) == 1
