"""Workbooks: merged cells, several forms, numbers with formats, formulas, hidden rows."""

import io
import json
import warnings
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from jixiao.forms.model import DoubtKind
from jixiao_parser import read
from jixiao_parser.readers.numbers import shown
from jixiao_parser.readers.xlsx import read_xlsx
from tests.unit.parser.documents import zipped

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


VALUES = st.one_of(
    st.text(alphabet="年度项目abc_x012 ≥%<&\n", min_size=1, max_size=8).filter(
        lambda text: text.strip() and "_x" not in text
    ),
    st.integers(-(10**12), 10**12),
    st.decimals(-(10**6), 10**6, places=4, allow_nan=False).map(float),
    st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)).map(lambda moment: moment.replace(microsecond=0)),
    st.booleans(),
)
FORMATS = st.sampled_from(["General", "0.00", "0.00%", "#,##0.00", "@", "yyyy-mm-dd", 'yyyy"年"m"月"d"日"', '0"台"'])


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40), VALUES, FORMATS), max_size=12))
def test_cells_as_openpyxl_has_them(cells: list[tuple[int, int, object, str]]) -> None:
    """Another library's reading of the same workbook: the same cells, the same values under the same formats."""

    def build(book: Workbook) -> None:
        for row, column, value, number_format in cells:
            cell = first(book).cell(row, column, value)  # type: ignore[arg-type]
            cell.data_type = "s" if isinstance(value, str) else cell.data_type
            cell.number_format = number_format

    data = saved(build)
    (sheet,) = read_xlsx(data, "id").sheets
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # dates beyond the calendar
        other = first(load_workbook(io.BytesIO(data), data_only=True))
    assert {cell.place: cell.text for row in sheet.rows for cell in row.cells} == {
        cell.coordinate: shown(cell.value, cell.number_format)
        for row in other
        for cell in row
        if cell.value is not None
    }


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"


def raw_workbook(rows: str, settings: str = "", strings: str = "", main: str = _MAIN) -> bytes:
    """One sheet as other programs than openpyxl write it. Style 1 is number format 31, style 2 is 0.0%."""
    links = "".join(
        f'<Relationship Id="r{number}" Type="{_LINK}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(
            (("worksheet", "/xl/worksheets/a.xml"), ("sharedStrings", "s.xml"), ("styles", "../xl/styles.xml"))
        )
    )
    parts = {
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_LINKS}">{links}</Relationships>',
        "xl/workbook.xml": (
            f'<workbook xmlns="{main}" xmlns:r="{_LINK}">{settings}'
            '<sheets><sheet name="甲" sheetId="1" r:id="r0"/></sheets></workbook>'
        ),
        "xl/worksheets/a.xml": f'<x:worksheet xmlns:x="{main}"><x:sheetData>{rows}</x:sheetData></x:worksheet>',
        "xl/s.xml": f'<sst xmlns="{main}">{strings}</sst>',
        "xl/styles.xml": (
            f'<styleSheet xmlns="{main}"><numFmts><numFmt numFmtId="170" formatCode="0.0%"/></numFmts>'
            '<cellXfs><xf/><xf numFmtId="31"/><xf numFmtId="170"/></cellXfs></styleSheet>'
        ),
    }
    return zipped({name: content.encode() for name, content in parts.items()})


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('<x:c r="A1"><x:v>0.99690000000000001</x:v></x:c>', "0.9969"),
        ('<x:c r="A1" s="1"><x:v>45260</x:v></x:c>', "2023年11月30日"),
        ('<x:c r="A1" s="2"><x:v>0.05</x:v></x:c>', "5.0%"),
        ('<x:c r="A1" s="9"><x:v>1E30</x:v></x:c>', "1" + "0" * 30),
        ('<x:c r="A1" s="2"><x:v>1E30</x:v></x:c>', "1" + "0" * 32 + ".0%"),
        ('<x:c r="A1" s="1"><x:v>1E300</x:v></x:c>', "#VALUE!"),
        ('<x:c r="A1"><x:v>NaN</x:v></x:c>', "nan"),
        ("<x:c><x:v>7</x:v></x:c>", "7"),
        ('<x:c r="A1" t="b"><x:v>1</x:v></x:c>', "TRUE"),
        ('<x:c r="A1" t="e"><x:v>#DIV/0!</x:v></x:c>', "#DIV/0!"),
        ('<x:c r="A1" t="d" s="1"><x:v>2023-11-30</x:v></x:c>', "2023年11月30日"),
        ('<x:c r="A1" t="s"><x:v>0</x:v></x:c>', "绩效目标"),
        ('<x:c r="A1" t="inlineStr"><x:is><x:r><x:t>河</x:t></x:r><x:r><x:t>道</x:t></x:r></x:is></x:c>', "河道"),
        ('<x:c r="A1" t="str"><x:f>B1</x:f><x:v>一_x000D_二</x:v></x:c>', "一\r二"),
    ],
)
def test_cells_of_other_programs(cell: str, text: str) -> None:
    """Formats that Chinese Excel keeps by number, texts in runs, how they are pronounced, prefixes, no references."""
    strings = '<si><r><t>绩效</t></r><rPh sb="0" eb="1"><t>jixiao</t></rPh><r><t xml:space="preserve">目标</t></r></si>'
    (sheet,) = read_xlsx(raw_workbook(f"<x:row>{cell}</x:row>", strings=strings), "id").sheets
    assert [(cell.place, cell.text) for row in sheet.rows for cell in row.cells] == [("A1", text)]


def test_a_formula_that_gives_an_empty_text_is_no_doubt() -> None:
    """Its result was stored: it is nothing."""
    rows = '<x:row r="1"><x:c r="A1" t="str"><x:f>B1</x:f><x:v></x:v></x:c><x:c r="B1"><x:f>C1</x:f></x:c></x:row>'
    (sheet,) = read_xlsx(raw_workbook(rows), "id").sheets
    assert [(cell.place, cell.text) for row in sheet.rows for cell in row.cells] == [("B1", None)]


def test_dates_may_count_from_1904() -> None:
    """As old programs of the Macintosh had it; the strict variety of the format has other namespaces."""
    rows = '<x:row r="1"><x:c r="A1" s="1"><x:v>43798</x:v></x:c></x:row>'
    data = raw_workbook(rows, '<workbookPr date1904="1"/>', main="http://purl.oclc.org/ooxml/spreadsheetml/main")
    (sheet,) = read_xlsx(data, "id").sheets
    assert [cell.text for row in sheet.rows for cell in row.cells] == ["2023年11月30日"]
