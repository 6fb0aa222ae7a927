"""PDF files for the tests, drawn by reportlab: a form as a ruled table, cut into pages as asked."""

import io
from collections.abc import Callable, Sequence

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

FONT = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(FONT))
SIZE = 8
LINE = 11
WIDTHS = (40, 60, 65, 105, 70, 70, 35, 35, 60)
LEFT, TOP = 28.0, 60.0

Cell = tuple[str, int, int]
"""Text, columns, rows that a cell covers."""

ROWS: tuple[tuple[Cell, ...], ...] = (
    (
        ("项目编码：", 1, 1),
        ("440305230101500000201", 2, 1),
        ("项目名称：", 1, 1),
        ("河道保洁", 2, 1),
        ("绩效自评年度：", 2, 1),
        ("2023", 1, 1),
    ),
    (("实施单位：", 1, 1), ("临江区河道所", 2, 1), ("一级预算单位：", 1, 1), ("临江区水务局", 5, 1)),
    (
        ("", 1, 1),
        ("", 2, 1),
        ("年初预算数", 1, 1),
        ("全年预算数", 1, 1),
        ("全年执行数", 1, 1),
        ("分值", 1, 1),
        ("执行率", 1, 1),
        ("得分", 1, 1),
    ),
    (
        ("项目资金（元）", 1, 4),
        ("年度资金总额", 2, 1),
        ("90000.00", 1, 1),
        ("100000.00", 1, 1),
        ("84500.50", 1, 1),
        ("10", 1, 1),
        ("84.50", 1, 1),
        ("8.45", 1, 1),
    ),
    *(
        ((name, 2, 1), (initial, 1, 1), (budget, 1, 1), (spent, 1, 1), ("—", 1, 1), ("—", 1, 1), ("—", 1, 1))
        for name, initial, budget, spent in (
            ("其中：当年财政拨款", "90000.00", "100000.00", "84500.50"),
            ("上年结转资金", "0.00", "0.00", "0.00"),
            ("其他资金", "0.00", "0.00", "0.00"),
        )
    ),
    (("年度总体目标", 1, 2), ("预期目标", 4, 1), ("实际完成情况", 4, 1)),
    (("保洁河道四十公里", 4, 1), ("已保洁河道四十一公里", 4, 1)),
    (
        ("年度绩效指标", 1, 6),
        ("一级指标", 1, 1),
        ("二级指标", 1, 1),
        ("三级指标", 1, 1),
        ("年度指标值", 1, 1),
        ("实际完成值", 1, 1),
        ("分值", 1, 1),
        ("得分", 1, 1),
        ("偏差原因分析", 1, 1),
    ),
    (
        ("产出指标（50分）", 1, 3),
        ("数量指标", 1, 2),
        ("保洁里程", 1, 1),
        ("≥40公里", 1, 1),
        ("41公里", 1, 1),
        ("30", 1, 1),
        ("30", 1, 1),
        ("", 1, 1),
    ),
    (("清运次数", 1, 1), ("365次", 1, 1), ("366次", 1, 1), ("10", 1, 1), ("10", 1, 1), ("", 1, 1)),
    (
        ("质量指标", 1, 1),
        ("合格率", 1, 1),
        ("95%", 1, 1),
        ("97%", 1, 1),
        ("10", 1, 1),
        ("9.5", 1, 1),
        ("汛期垃圾较多", 1, 1),
    ),
    (
        ("效益指标（30分）", 1, 1),
        ("生态效益指标", 1, 1),
        ("水质达到考核断面的要求", 1, 1),
        ("达标", 1, 1),
        ("达标", 1, 1),
        ("30", 1, 1),
        ("30", 1, 1),
        ("", 1, 1),
    ),
    (
        ("满意度指标（10分）", 1, 1),
        ("服务对象满意度指标", 1, 1),
        ("居民满意度", 1, 1),
        ("90%", 1, 1),
        ("92%", 1, 1),
        ("10", 1, 1),
        ("10", 1, 1),
        ("", 1, 1),
    ),
    (("总分", 6, 1), ("100", 1, 1), ("97.95", 1, 1), ("—", 1, 1)),
)
HEADER = 9
"""The number of the header of the indicators in ROWS; they follow it."""


class Sheet:
    """A table on a canvas: boxes with text, centred, as word processors draw them. y grows downwards."""

    def __init__(self, canvas: Canvas, height: float) -> None:
        self.canvas = canvas
        self.height = height
        canvas.setFont(FONT, SIZE)
        canvas.setLineWidth(0.5)

    def line(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """A drawn line."""
        self.canvas.line(x0, self.height - y0, x1, self.height - y1)

    def text(self, x: float, y: float, text: str) -> None:
        """A line of text whose middle is at x; y is its upper edge."""
        self.canvas.drawCentredString(x, self.height - y - SIZE, text)

    def box(self, x0: float, y0: float, x1: float, y1: float, text: str, open_at: str = "") -> None:
        """A cell; ``open_at`` names the sides ("top", "bottom") whose lines are left out."""
        self.line(x0, y0, x0, y1)
        self.line(x1, y0, x1, y1)
        if "top" not in open_at:
            self.line(x0, y0, x1, y0)
        if "bottom" not in open_at:
            self.line(x0, y1, x1, y1)
        self.label((x0, x1), (y0 + y1) / 2, text)

    def label(self, sides: tuple[float, float], middle: float, text: str) -> None:
        """A text between two sides, wrapped."""
        lines = wrapped(text, sides[1] - sides[0] - 8)
        for at, piece in enumerate(lines):
            self.text(sum(sides) / 2, middle + (at - len(lines) / 2) * LINE + 1, piece)


def wrapped(text: str, width: float) -> list[str]:
    """The lines of a text in a cell."""
    lines = [""]
    for sign in text:
        if pdfmetrics.stringWidth(lines[-1] + sign, FONT, SIZE) > width:
            lines.append("")
        lines[-1] += sign
    return lines if text else []


def pdf(*draw: Callable[[Sheet], None], wide: bool = False, password: str | None = None) -> bytes:
    """A file with a page for each function."""
    content = io.BytesIO()
    size = landscape(A4) if wide else A4
    encrypt = None
    if password:
        from reportlab.lib.pdfencrypt import StandardEncryption

        encrypt = StandardEncryption(password, strength=128)
    canvas = Canvas(content, pagesize=size, encrypt=encrypt)
    for page in draw:
        page(Sheet(canvas, size[1]))
        canvas.showPage()
    canvas.save()
    return content.getvalue()


def edges(scale: float = 1.0) -> list[float]:
    """The places of the upright lines."""
    places = [LEFT]
    for width in WIDTHS:
        places.append(places[-1] + width * scale)
    return places


def table(rows: Sequence[Sequence[Cell]], top: float = TOP, scale: float = 1.0) -> Callable[[Sheet], None]:
    """Rows as a ruled table; a cell that covers several rows leaves its place in those below."""
    return parted(rows, [], top, scale)[0]


def parted(
    rows: Sequence[Sequence[Cell]],
    cuts: Sequence[int],
    top: float = TOP,
    scale: float = 1.0,
    again: int | None = None,
    floating: bool = False,
) -> list[Callable[[Sheet], None]]:
    """A table over several pages, cut before these rows; row ``again`` is printed on every page.

    A merged cell is cut into closed cells, the text in the first, as word processors do. With ``floating`` it stays
    open at the cut and its text stands in its middle, drawn on the later page, perhaps above its upper edge, as
    spreadsheets do.
    """
    xs, ys, cells = laid_out(rows, scale)
    bounds = [0, *cuts, len(rows)]

    def page(number: int) -> Callable[[Sheet], None]:
        first, last = bounds[number], bounds[number + 1]
        extra = ys[again + 1] - ys[again] if again is not None and number else 0.0
        shift = top + extra - ys[first]

        def draw(sheet: Sheet) -> None:
            for row, column, deep, span, text in cells:
                x0, x1 = xs[column], xs[column + span]
                if row == again and extra:
                    sheet.box(x0, top, x1, top + extra, text if deep == 1 else "")
                begins, ends = max(row, first), min(row + deep, last)
                if begins >= ends:
                    continue
                broken = floating and (begins > row or ends < row + deep)
                sides = ("top" if begins > row else "") + ("bottom" if ends < row + deep else "")
                shown = "" if broken or begins > row else text
                sheet.box(x0, ys[begins] + shift, x1, ys[ends] + shift, shown, sides if broken else "")
                if broken and ends == row + deep:
                    sheet.label((x0, x1), (ys[row] + ys[row + deep]) / 2 + shift, text)

        return draw

    return [page(number) for number in range(len(bounds) - 1)]


def laid_out(
    rows: Sequence[Sequence[Cell]], scale: float
) -> tuple[list[float], list[float], list[tuple[int, int, int, int, str]]]:
    """The places of the lines, and the cells as (row, column, rows, columns, text)."""
    xs, ys = edges(scale), [0.0]
    cells = []
    busy = [0] * len(WIDTHS)
    for number, row in enumerate(rows):
        column = 0
        height = LINE + 6.0
        for text, span, deep in row:
            while busy[column] > number:
                column += 1
            if deep == 1:
                lines = len(wrapped(text, xs[column + span] - xs[column] - 8))
                height = max(height, lines * LINE + 6.0)
            cells.append((number, column, deep, span, text))
            busy[column : column + span] = [number + deep] * span
            column += span
        ys.append(ys[-1] + height)
    return xs, ys, cells


def titled(draw: Callable[[Sheet], None], title: str = "项目支出绩效自评表") -> Callable[[Sheet], None]:
    """A page with a heading."""

    def both(sheet: Sheet) -> None:
        sheet.text(290, 40, title)
        draw(sheet)

    return both


def together(*draws: Callable[[Sheet], None]) -> Callable[[Sheet], None]:
    """Several things on one page."""

    def draw(sheet: Sheet) -> None:
        for each in draws:
            each(sheet)

    return draw


def with_cell(row: Sequence[Cell], at: int, text: str) -> tuple[Cell, ...]:
    """A row with another text in one cell."""
    return tuple((text if which == at else cell[0], cell[1], cell[2]) for which, cell in enumerate(row))
