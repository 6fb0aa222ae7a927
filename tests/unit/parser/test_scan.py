"""Scans and pictures. What a page shows is told by a fake here; ``make accept`` reads real scans with the extra ocr."""

import io
from collections.abc import Callable, Mapping

import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader

from jixiao.forms.model import DoubtKind, Form, Value
from jixiao.runtime.errors import Unreadable
from jixiao_parser import read
from jixiao_parser.limits import SCANNED_PAGES
from jixiao_parser.readers.ruling import Ruling
from jixiao_parser.readers.scan import See, read_picture, read_scan
from jixiao_parser.readers.sight import Seen, Sight
from jixiao_parser.recognise import recognise
from tests.unit.parser.pdfs import ROWS, Sheet, laid_out, pdf, table, titled

SLIP = Mapping[str, tuple[str, float]]
SCAN = Image.new("L", (300, 400), 220)


def seen(slips: SLIP | None = None) -> See:
    """Eyes that see the form on every page; ``slips``: what is read instead of some texts, and how surely."""
    slips = slips or {}
    xs, ys, cells = laid_out(ROWS, 1.0)
    lines, rulings = [], []
    for row, column, deep, span, text in cells:
        left, top, right, bottom = xs[column], ys[row], xs[column + span], ys[row + deep]
        rulings += [Ruling(True, y, left, right) for y in (top, bottom)]
        rulings += [Ruling(False, x, top, bottom) for x in (left, right)]
        if text:
            says, sure = slips.get(text, (text, 0.99))
            lines.append(Seen(says, sure, (left + 4, (top + bottom) / 2 - 4, right - 4, (top + bottom) / 2 + 4)))
    return lambda image, dpi: Sight(595, 842, lines, rulings)


def scan(sheet: Sheet) -> None:
    """A page that is a picture."""
    sheet.canvas.drawImage(ImageReader(SCAN), 0, 0, 595, 842)


def form(slips: SLIP | None = None) -> Form:
    """What is read of one scanned page."""
    return recognise(read_scan(pdf(scan), "id", seen(slips)))[0]


def without_lines(see: See) -> See:
    """Eyes that see no drawn lines, but a heading and, below it, words as wide as they are printed."""
    sight = see(None, 200)
    words = [
        Seen(text, sure, (max(left, (left + right - 8 * len(text)) / 2), top + 20, right, bottom + 20))
        for text, sure, (left, top, right, bottom) in sight.lines
    ]
    return lambda image, dpi: Sight(595, 842, [Seen("项目支出绩效自评表", 0.99, (250, 2, 330, 10)), *words], [])


def in_doubt(value: Value) -> bool:
    """Whether the recognition is not sure of a value."""
    return value.doubt is not None and value.doubt.kind is DoubtKind.OCR


def test_a_scan_reads_as_the_text_does() -> None:
    """Also full-width signs; the evidence is a box on the page."""
    text = read(pdf(titled(table(ROWS))), "表.pdf").forms[0]
    found = form({"项目编码：": ("项目编码:", 0.8), "95%": ("95％", 0.99)})
    assert found.record() == text.record()
    evidence = found.funds.total.budget.evidence
    assert evidence is not None
    assert (evidence.page, evidence.reader) == (1, "ocr")
    assert evidence.box is not None


def test_sums_confirm_figures_and_nothing_else_does() -> None:
    """Weights, scores, money and the rate are sure when they add up; code, year, targets and actual values are not."""
    found = form()
    for row in found.indicators:
        assert not any(in_doubt(value) for value in (row.weight, row.score, row.level1, row.level2))
    total = found.funds.total
    assert not any(in_doubt(v) for v in (total.budget, total.executed, total.rate, total.weight, total.score))
    assert not any(in_doubt(v) for v in (found.total_weight, found.total_score))
    assert in_doubt(found.code)
    assert in_doubt(found.year)
    assert in_doubt(found.indicators[0].target)
    assert not in_doubt(found.indicators[0].name)


@pytest.mark.parametrize(
    ("slip", "doubted", "sure"),
    [
        ({"9.5": ("95", 0.99)}, lambda f: [row.score for row in f.indicators], lambda f: [f.indicators[0].weight]),
        ({"97.95": ("97.96", 1.0)}, lambda f: [f.total_score, f.funds.total.score], lambda f: [f.total_weight]),
        ({"84500.50": ("84500.50", 0.99), "84.50": ("84.60", 0.99)}, lambda f: [f.funds.total.rate], lambda f: []),
    ],
)
def test_figures_that_do_not_add_up_are_all_in_doubt(
    slip: SLIP, doubted: Callable[[Form], list[Value]], sure: Callable[[Form], list[Value]]
) -> None:
    """One wrong digit leaves the doubt on every figure of its sum, and on no other."""
    found = form(slip)
    assert all(in_doubt(value) for value in doubted(found))
    assert not any(in_doubt(value) for value in sure(found))


def test_a_scan_without_drawn_lines() -> None:
    """Words are put into columns by where they stand; every figure keeps its doubt until a sum confirms it."""
    (found,) = recognise(read_scan(pdf(scan), "id", without_lines(seen({"97.95": ("97.96", 0.99)}))))
    assert [row.name.text for row in found.indicators] == [row.name.text for row in form().indicators]
    assert in_doubt(found.total_score) and in_doubt(found.indicators[0].target) and in_doubt(found.code)
    assert not in_doubt(found.indicators[0].weight)


def test_uncertain_and_illegible_texts_are_in_doubt() -> None:
    """Low confidence leaves a doubt; ink that says nothing leaves one on an empty value."""
    found = form({"居民满意度": ("居民满意度", 0.6), "达标": ("", 0.0)})
    assert in_doubt(found.indicators[4].name)
    assert found.indicators[3].actual.text is None
    assert in_doubt(found.indicators[3].actual)


def test_scanned_pages_among_pages_with_text() -> None:
    """Only the pages that are pictures are looked at."""
    forms = recognise(read_scan(pdf(titled(table(ROWS)), scan), "id", seen()))
    assert len(forms) == 2
    assert forms[0].record() == {**forms[1].record(), "ordinal": 1}


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture(kind: str) -> None:
    """A picture is one page; its size is taken to be A4's."""
    content = io.BytesIO()
    SCAN.save(content, kind)
    asked = []

    def see(image: Image.Image, dpi: float) -> Sight:
        asked.append((image.size, round(dpi)))
        return seen()(image, dpi)

    assert len(recognise(read_picture(content.getvalue(), "id", see))) == 1
    assert asked == [((300, 400), 36)]


def test_refusals() -> None:
    """No table, too many pages, too many dots, a broken picture: a reason that says what to do."""
    blank = seen_nothing()
    big = io.BytesIO()
    Image.new("1", (9000, 9000)).save(big, "PNG")
    for call, why in (
        (lambda: read_scan(pdf(scan), "id", blank), "表格线"),
        (lambda: read_scan(pdf(*[scan] * (SCANNED_PAGES + 1)), "id", blank), f"{SCANNED_PAGES + 1}页扫描件"),
        (lambda: read_picture(big.getvalue(), "id", blank), "百万像素"),
        (lambda: read_picture(b"\x89PNG\r\n\x1a\n", "id", blank), "已损坏"),
    ):
        with pytest.raises(Unreadable, match=why) as refusal:
            call()
        assert "请" in refusal.value.reason


def seen_nothing() -> See:
    """Eyes that see an empty page."""
    return lambda image, dpi: Sight(595, 842, [], [])


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """A scan is refused and says how to go on; a picture beside a form is noted."""
    monkeypatch.setattr("jixiao_parser.reading.can_see", lambda: False)
    content = io.BytesIO()
    SCAN.save(content, "PNG")
    for data in (pdf(scan), content.getvalue()):
        with pytest.raises(Unreadable, match="make setup-ocr"):
            read(data, "扫描.pdf")
    reading = read(pdf(titled(table(ROWS)), scan), "表.pdf")
    assert len(reading.forms) == 1
    assert "第2页是图片" in reading.notes[0]
