"""Web pages: spans, several tables, what is dropped, encodings, hostile markup."""

import pytest

from jixiao_parser import read
from jixiao_parser.readers.html import read_html
from tests.unit.parser.cases import all_cases, record_of
from tests.unit.parser.documents import as_html

SOUND = next(case for case in all_cases() if case.name == "sound")
TABLE = as_html(SOUND.grid).decode().partition("<table>")[2].partition("</table>")[0]


def texts(markup: str) -> list[list[str | None]]:
    """The cells of each row of a page."""
    return [
        [cell.text for cell in row.cells] for sheet in read_html(markup.encode(), "id").sheets for row in sheet.rows
    ]


def records(data: bytes) -> list[dict[str, object]]:
    """The records of a page."""
    return [record_of(form) for form in read(data, "网页").forms]


def test_spans_over_rows_and_columns() -> None:
    """Each cell knows its column, whatever cells above reach down."""
    markup = (
        """<table><tr><th rowspan=3>甲<th colspan=2>乙<th>丙<tr><td rowspan=0>丁<td>戊<td>己<tr><td>庚<td>辛</table>"""
    )
    (sheet,) = read_html(markup.encode(), "id").sheets
    found = [[(cell.text, cell.column, cell.span, cell.height) for cell in row.cells] for row in sheet.rows]
    assert found == [
        [("甲", 0, 1, 3), ("乙", 1, 2, 1), ("丙", 3, 1, 1)],
        [("丁", 1, 1, 2), ("戊", 2, 1, 1), ("己", 3, 1, 1)],
        [("庚", 2, 1, 1), ("辛", 3, 1, 1)],
    ]


@pytest.mark.parametrize("attribute", ["", "x", "-3", "9" * 40, "&quot;"])
def test_spans_that_are_nonsense(attribute: str) -> None:
    """They neither stop nor slow the reading."""
    assert texts(f'<table><tr><td colspan="{attribute}" rowspan="{attribute}">甲<td>乙<tr><td>丙</table>')[0] == [
        "甲",
        "乙",
    ]


def test_several_forms_among_other_things() -> None:
    """Navigation, scripts, styles and hidden parts are no text of the page."""
    page = f"""<!DOCTYPE html><html><head><title>项目编码</title><style>td {{ color: red }}</style></head><body>
        <nav><table><tr><td>项目名称</td><td>导航</td></tr></table></nav><script>document.write("<td>总分</td>")</script>
        <div style="display: none">项目编码</div><p hidden>项目编码</p><!-- 项目编码 -->
        <table>{TABLE}</table><p>第二张</p><table><tbody>{TABLE}</tbody></table><footer>页脚</footer></body></html>"""
    assert records(page.encode()) == [*SOUND.records, *SOUND.records]
    words = [text for row in texts(page) for text in row]
    assert not {"导航", "页脚", "项目编码", '<td>总分</td>")'} & set(words[:1] + words[-1:])


def test_a_table_that_lays_out_a_page_gives_way() -> None:
    """The form stands in one of its cells."""
    page = f"<table><tr><td>首页</td><td><h1>自评表</h1><table>{TABLE}</table></td></tr></table>"
    assert records(page.encode()) == list(SOUND.records)


def test_forms_to_fill_in_show_their_values() -> None:
    """What is typed or chosen counts, what could be chosen does not."""
    typed = '<input value="河道所"><input type=hidden value=7><input type="checkbox" value="on">'
    chosen = "<select><option>甲<option selected>乙</select>"
    page = f"<table><tr><td>{typed}</td><td>{chosen}</td><td><textarea>一\n二</textarea></td></tr></table>"
    assert texts(page) == [["河道所", "乙", "一\n二"]]


def test_line_breaks_and_preformatted_text() -> None:
    """Blanks in markup are one blank; those of preformatted text stand."""
    assert texts("<p>一\n  二<br>三</p><pre>四\t五\n六</pre>七") == [["一 二"], ["三"], ["四", "五"], ["六"], ["七"]]


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", "utf-8"),
        ("utf-8", "gb2312"),
        ("utf-8-sig", "gbk"),
        ("gb18030", "gb2312"),
        ("gb18030", "utf-8"),
        ("utf-16", "utf-8"),
        ("big5hkscs", "big5"),
        ("utf-8", "rot13"),
    ],
)
def test_encodings(encoding: str, declared: str) -> None:
    """What the bytes are counts, also where the page declares something else."""
    page = (
        f'<html><head><meta charset="{declared}"></head><body><table><tr><td>項目名稱</td></tr></table></body></html>'
    )
    (sheet,) = read_html(page.encode(encoding), "id").sheets
    assert sheet.rows[0].cells[0].text == "項目名稱"


def test_a_page_with_an_xml_declaration() -> None:
    """As saved by office programs, with an encoding that no longer holds."""
    page = f'<?xml version="1.0" encoding="gb2312"?><html><body><table>{TABLE}</table></body></html>'
    assert records(page.encode()) == list(SOUND.records)


def test_markup_in_values_is_text() -> None:
    """Escaped markup and formulas are what the cell says."""
    script = "&lt;script&gt;alert(1)&lt;/script&gt;"
    page = f"<table><tr><td>{script}</td><td>=cmd|' /C calc'!A0</td><td>&x;&#0;</td></tr></table>"
    assert texts(page)[0][:2] == ["<script>alert(1)</script>", "=cmd|' /C calc'!A0"]


def test_entities_are_not_expanded() -> None:
    """A page cannot define its own."""
    page = '<!DOCTYPE html [<!ENTITY a "拉"><!ENTITY b "&a;&a;&a;">]><html><p>&b;</p></html>'
    assert "拉拉" not in str(texts(page))


def test_a_workbook_that_is_a_web_page() -> None:
    """Its ending does not matter."""
    (form,) = read(f"<html><table>{TABLE}</table>".encode(), "自评表.xls").forms
    assert form.name.evidence is not None
    assert form.name.evidence.reader == "html"
    assert (form.name.evidence.cell or "").startswith("表1第")
