"""PDF files with text: ruled tables, several forms, tables cut by the page's end."""

import inspect

import pytest
from pdfplumber.page import Page
from reportlab.lib.utils import ImageReader

from jixiao.forms.model import Form
from jixiao.runtime.errors import Unreadable
from jixiao_parser import read
from jixiao_parser.limits import PAGES
from jixiao_parser.readers.printed import Word, cells_of
from tests.unit.parser.pdfs import (
    HEADER,
    ROWS,
    TOP,
    Cell,
    Sheet,
    edges,
    parted,
    pdf,
    table,
    titled,
    together,
    with_cell,
)


def forms(data: bytes) -> tuple[Form, ...]:
    """What is read."""
    return read(data, "表.pdf").forms


WHOLE = forms(pdf(titled(table(ROWS))))[0]


def same(form: Form) -> bool:
    """Whether a form says what the form on one page says."""
    return {**form.record(), "ordinal": 1} == WHOLE.record()


def test_a_form_on_one_page() -> None:
    """Head, money, goals, merged labels and wrapped cells are read, without a doubt."""
    record = WHOLE.record()
    assert record["code"] == "440305230101500000201"
    assert record["year"] == "2023"
    assert record["budget_unit"] == "临江区水务局"
    assert record["funds"]["total"]["executed"] == "84500.50"
    assert record["funds"]["total"]["rate"] == "84.50"
    assert record["goal_actual"] == "已保洁河道四十一公里"
    assert [each["level2"] for each in record["indicators"]] == ["数量", "数量", "质量", "生态效益", "服务对象满意度"]
    assert record["indicators"][2]["deviation"] == "汛期垃圾较多"
    assert record["indicators"][3]["name"] == "水质达到考核断面的要求"
    assert record["total_score"] == "97.95"
    assert all(each.weight.doubt is None for each in WHOLE.indicators)


def test_evidence_is_a_box_on_a_page() -> None:
    """The evidence of a value is where it stands on its page, in points."""
    evidence = forms(pdf(lambda sheet: None, titled(table(ROWS))))[0].funds.total.executed.evidence
    assert evidence is not None
    assert (evidence.page, evidence.raw, evidence.reader) == (2, "84500.50", "pdf")
    assert evidence.box is not None
    left, top, right, bottom = evidence.box
    assert (left, right) == pytest.approx(edges()[5:7], abs=0.5)
    assert TOP < top < bottom < 200


def test_landscape_and_two_forms_on_a_page() -> None:
    """A landscape page is read; two forms below one another are two."""
    assert same(forms(pdf(table(ROWS, scale=1.4), wide=True))[0])
    one, other = forms(pdf(together(table(ROWS), table(ROWS, top=430))))
    assert same(one)
    assert same(other)


@pytest.mark.parametrize("cut", range(HEADER + 1, len(ROWS)))
@pytest.mark.parametrize("floating", [False, True])
@pytest.mark.parametrize("again", [None, HEADER])
def test_a_table_cut_between_rows(cut: int, floating: bool, again: int | None) -> None:
    """The second page goes on, whether the header is printed again or not, and wherever the cut labels stand."""
    first, second = parted(ROWS, [cut], floating=floating, again=again)
    found = forms(pdf(titled(first), second))
    assert len(found) == 1
    assert same(found[0])


def test_a_row_broken_over_pages() -> None:
    """A row whose texts go on over the page is one row."""
    cut = HEADER + 4
    halves = ("效益指标（30", "分）"), ("生态效益指标", ""), ("水质达到考核断面的要求并", "保持稳定")
    upper, lower = list(ROWS[cut]), [("", span, deep) for _, span, deep in ROWS[cut]]
    for at, (head, tail) in enumerate(halves):
        upper[at], lower[at] = (head, 1, 1), (tail, 1, 1)
    header = (("年度绩效指标", 1, 7), *ROWS[HEADER][1:])
    rows = (*ROWS[:HEADER], header, *ROWS[HEADER + 1 : cut], upper, lower, *ROWS[cut + 1 :])
    first, second = parted(rows, [cut + 1])
    found = forms(pdf(titled(first), second))
    assert len(found) == 1
    assert [each.name.text for each in found[0].indicators][3] == "水质达到考核断面的要求并保持稳定"
    assert len(found[0].indicators) == len(WHOLE.indicators)


def test_the_right_edge_is_lost() -> None:
    """Columns that were cut off are not there: None, not empty."""
    xs = edges()
    rows = tuple(tuple(cell for cell in row) for row in ROWS)

    def cut(sheet: Sheet) -> None:
        path = sheet.canvas.beginPath()
        path.rect(0, 0, xs[7] + 1, sheet.height)
        sheet.canvas.clipPath(path, stroke=0)
        table(tuple(_narrow(row) for row in rows))(sheet)

    form = forms(pdf(cut))[0]
    assert form.indicators[0].weight.text == "30"
    assert form.indicators[0].score.text is None
    assert form.indicators[0].deviation.text is None


def _narrow(row: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """A row without what stands right of the weights."""
    spans = sum(cell[1] for cell in row)
    kept: list[Cell] = []
    for text, span, deep in reversed(row):
        lost = min(span, max(0, 2 - (sum(cell[1] for cell in row) - spans)))
        spans -= lost
        if span > lost:
            kept.append((text, span - lost, deep))
    return tuple(reversed(kept))


def test_hashes_are_no_number() -> None:
    """A number too wide for its column stays ### with a doubt."""
    rows = (*ROWS[:-1], with_cell(ROWS[-1], 2, "###"))
    value = forms(pdf(table(rows)))[0].total_score
    assert value.text == "###"
    assert value.doubt is not None


def test_prose_and_empty_pages_give_no_form() -> None:
    """No form is invented."""
    lines = [f"第{number}条 各单位应当按照防汛预案做好值守和巡查，项目名称由水务局核定。" for number in range(1, 30)]
    prose = pdf(*[lambda sheet: [sheet.text(290, 60 + 20 * at, line) for at, line in enumerate(lines)] and None] * 2)
    assert forms(prose) == ()
    assert forms(pdf(*[lambda sheet: None] * 5)) == ()


def test_refusals() -> None:
    """Encrypted, cut off, far too long, only pictures: a reason that says what to do."""
    whole = pdf(titled(table(ROWS)))
    for data, why in (
        (pdf(table(ROWS), password="abc"), "已加密"),
        (whole[: len(whole) // 2], "已损坏"),
        (pdf(*[lambda sheet: None] * (PAGES + 1)), f"{PAGES + 1}页"),
        (pdf(_scan), "扫描件"),
    ):
        with pytest.raises(Unreadable, match=why) as refusal:
            read(data, "表.pdf")
        assert "请" in refusal.value.reason


def _scan(sheet: Sheet) -> None:
    from PIL import Image

    sheet.canvas.drawImage(ImageReader(Image.new("L", (300, 400), 220)), 0, 0, 595, 842)


@pytest.mark.parametrize("kept", ["", "level"])
@pytest.mark.parametrize("cut", [None, HEADER + 3])
def test_a_table_without_drawn_lines(monkeypatch: pytest.MonkeyPatch, kept: str, cut: int | None) -> None:
    """Where nothing is drawn, or only the lines between rows, words are put into columns by where they stand."""
    draw = Sheet.line

    def line(sheet: Sheet, x0: float, y0: float, x1: float, y1: float) -> None:
        if kept == "level" and y0 == y1:
            draw(sheet, x0, y0, x1, y1)

    monkeypatch.setattr(Sheet, "line", line)
    first, *others = [table(ROWS)] if cut is None else parted(ROWS, [cut])
    (found,) = forms(pdf(titled(first), *others))
    assert found.record() == WHOLE.record()


@pytest.mark.parametrize(("line", "cells"), [("附表一", 1), ("自评表", 1), ("55无", 3), ("一55", 3), ("55", 2)])
def test_a_spaced_heading_is_one_cell_and_figures_of_one_digit_are_not(line: str, cells: int) -> None:
    """Where no lines are drawn, weight, score and 无 may stand alone in the middle line of their row."""
    assert len(cells_of([Word(sign, 40.0 * at, 0, 40.0 * at + 10, 10) for at, sign in enumerate(line)])) == cells


@pytest.mark.parametrize("sign", ["\0", "\ud800"])
def test_signs_that_no_database_takes_are_left_out(monkeypatch: pytest.MonkeyPatch, sign: str) -> None:
    """As fonts with a broken table of signs give them: the form is kept and told like any other."""
    chars = inspect.getattr_static(Page, "chars").fget

    def broken(page: Page) -> list[dict[str, object]]:
        signs = [{**each, "text": each["text"] + sign} for each in chars(page)]
        return [*signs, *({**each, "text": sign} for each in signs[:1])]

    monkeypatch.setattr(Page, "chars", property(broken))
    (found,) = forms(pdf(titled(table(ROWS))))
    assert found.record() == WHOLE.record()
    assert "\\u0000" not in found.model_dump_json()
