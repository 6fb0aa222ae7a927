"""Text with columns by blanks (``pdftotext -layout``): this step puts it back onto a grid.

Other texts stay as they are.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from statistics import median

from jixiao.forms.model import Doubt
from jixiao_parser.recognise import labels
from jixiao_parser.recognise.grid import Item, Line, made_line
from jixiao_parser.recognise.regrid.columns import WIDE, Word, above, split_lines, words_of
from jixiao_parser.recognise.regrid.flow_rows import WEIGHT
from jixiao_parser.recognise.regrid.layout_rows import indicator_rows
from jixiao_parser.recognise.texts import is_dash, is_hashes, is_number

Words = tuple[Word, ...]
_MONEY = labels.FUND_ROWS.keys() | labels.SUMS
FURTHER = "续"  # in the heading of a form's second page
HEADER = 4  # columns that tell the header of the indicators
_HEADING = re.compile(r"^[（(]?\s*20\d\d\s*年|单位[:：]")  # what stands between the title and the head
FRAME = 4  # the label of a table stands within so many signs of the left edge


def laid_out(lines: Sequence[Line]) -> list[Line]:
    """The lines, put back onto a grid if blanks make their columns."""
    if any(len(line.items) > 1 for line in lines):
        return list(lines)
    if not any(_is_header(words_of(line)) for line in lines if _has_columns(line.items[0].raw)):
        return list(lines)
    return list(_forms(split_lines(lines)))


def placed(lines: Sequence[Line]) -> list[Line]:
    """The lines of pages without ruled tables, put onto a grid by where words stand; none where that is unknown."""
    items = [item for line in lines for item in line.items] if lines and lines[0].items[0].cell.box else []
    known = [item.cell.box for item in items if item.cell.box and item.cell.span == item.cell.height == 1]
    if not known or len(known) < len(items):
        return []
    edge, sign = min(box[0] for box in known), median(box[3] - box[1] for box in known) / WIDE
    split = [tuple(_word_at(line, item, edge, sign) for item in line.items) for line in lines]
    if not any(_is_header(words) for words in split):
        return []
    doubts = {item.text: item.cell.doubt for line in lines for item in line.items if item.text and item.cell.doubt}
    return [_with_doubts(line, doubts) for line in _forms(split)] if doubts else list(_forms(split))


def _with_doubts(line: Line, doubts: Mapping[str, Doubt]) -> Line:
    """The line, its cells with the doubts of the words that they hold."""
    found = {item.column: doubt for item in line.items for text, doubt in doubts.items() if text in (item.text or "")}
    return made_line(line, [(item.column, item.text or "") for item in line.items], found)


def _word_at(line: Line, item: Item, edge: float, sign: float) -> Word:
    left, _, right, _ = item.cell.box or (edge, 0.0, edge, 0.0)
    return Word(item.text or "", round((left - edge) / sign), (right - edge) / sign, line)


def _has_columns(raw: str) -> bool:
    """Whether a line has blanks enough to part the columns of a header."""
    return raw.count(" ") + 2 * raw.count("\u3000") >= 2 * (HEADER - 1)


def _is_header(words: Words) -> bool:
    names = {labels.INDICATOR_COLUMNS.get(labels.key(word.text)) for word in words}
    return len(names & {"level2", "name", "target", "actual", "weight", "score"}) >= HEADER


def _is_title(words: Words) -> bool:
    return len(words) == 1 and labels.is_title(words[0].text)


def _forms(lines: Sequence[Words]) -> Iterator[Line]:
    starts = [at for at, words in enumerate(lines) if _is_title(words) and FURTHER not in words[0].text]
    if not starts:
        yield from _form(lines)
        return
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield lines[start][0].line
        yield from _form(lines[start + 1 : end])


def _form(lines: Sequence[Words]) -> Iterator[Line]:
    funds = _first(lines, lambda words: any(_amount_named(word) for word in words))
    goals = _first(lines, lambda words: any(labels.GOALS.get(labels.key(word.text)) == "expected" for word in words))
    header = _first(lines, _is_header)
    total = header + _first(lines[header:], lambda words: any(labels.key(word.text) in labels.TOTALS for word in words))
    yield from _head([words for words in lines[:funds] if not _is_section(words)])
    yield from _funds(lines[funds - 1 : min(goals, header)])
    whole = lines[header] if header < len(lines) else ()
    upper = [word for word in lines[header - 1] if not any(above(word, other) for other in whole)]
    below = lines[header + 1] if header + 1 < len(lines) else ()
    wrapped = any(_is_column(word) for word in _joined(upper, below))
    goes_on = not wrapped and any(_is_column(word) for word in _joined(whole, below) if word not in whole)
    yield from _goals(lines[goals : header - wrapped])
    if header < len(lines):
        begins = header + 1 + (wrapped or goes_on)
        rows = [words for words in lines[begins:total] if not _is_title(words) and not _is_header(words)]
        pages = [list(page) for _, page in groupby(rows, key=lambda words: words[0].line.sheet.page)]
        yield from indicator_rows(_joined(whole, below) if goes_on else [*_joined(upper, below), *whole], pages)
    if total < len(lines):
        figures = [word.text for word in lines[total] if is_number(word.text) or is_hashes(word.text)]
        yield made_line(lines[total][0].line, [(0, "总分"), *enumerate(figures[:2], start=WEIGHT)])


def _first(lines: Sequence[Words], holds: Callable[[Words], bool]) -> int:
    return next((at for at, words in enumerate(lines) if holds(words)), len(lines))


def _is_section(words: Words) -> bool:
    return len(words) == 1 and labels.key(words[0].text) in labels.SECTIONS


def _is_column(word: Word) -> bool:
    return labels.key(word.text) in labels.INDICATOR_COLUMNS


def _joined(upper: Sequence[Word], below: Words) -> list[Word]:
    """Header cells of two lines, round the header's own line; they stand where their first line does."""
    found = []
    for word in upper:
        under = next((other for other in below if other.start < word.end and word.start < other.end), None)
        found.append(word._replace(text=word.text + under.text) if under else word)
    return found


def _head(lines: Sequence[Words]) -> Iterator[Line]:
    """Rows round the lines that begin with a label; the lines between two of them belong half to each."""
    anchors = [at for at, words in enumerate(lines) if words[0].start < FRAME and _names_field(words[0])]
    while lines and anchors and anchors[0] > 0 and len(lines[0]) == 1 and _HEADING.search(lines[0][0].text):
        yield made_line(lines[0][0].line, [(0, lines[0][0].text)])
        lines, anchors = lines[1:], [at - 1 for at in anchors]
    for which, anchor in enumerate(anchors):
        top = 0 if which == 0 else (anchors[which - 1] + anchor + 1) // 2
        bottom = len(lines) if which + 1 == len(anchors) else (anchor + anchors[which + 1] + 1) // 2
        yield made_line(lines[anchor][0].line, enumerate(_cells(lines[top:bottom], lines[anchor])))


def _cells(lines: Sequence[Words], anchor: Words) -> Iterator[str]:
    """The cells of a row of several lines. What stands above and below the middle line is one cell; so is what stands
    in it too, unless the two are a label by themselves.
    """
    cells: list[list[Word]] = []
    for word in (word for words in lines if words is not anchor for word in words):
        cell = next((cell for cell in cells if any(above(other, word) for other in cell)), None)
        if cell is None:
            cells.append([word])
        else:
            cell.append(word)
    for word in anchor:
        cell = next((cell for cell in cells if len(cell) > 1 and above(cell[0], word) and not _is_label(cell)), None)
        if cell is None:
            cells.append([word])
        else:
            cell.insert(1, word)
    cells.sort(key=lambda cell: cell[0].start)
    return ("".join(word.text for word in cell).lstrip(":：") for cell in cells)  # a colon may hang below its label


def _is_label(cell: Sequence[Word]) -> bool:
    return labels.key("".join(word.text for word in cell)) in labels.FIELDS


def _funds(lines: Sequence[Words]) -> Iterator[Line]:
    columns = sorted(_columns(lines), key=lambda word: word.start)
    frame = "".join(word.text for words in lines for word in words if word.start < FRAME and not _names_field(word))
    if columns:
        yield made_line(columns[0].line, enumerate((_closed(word, lines) for word in columns), start=2))
    for words, below in zip(lines, [*lines[1:], ()], strict=False):
        at, label = next(
            ((at, label) for at, word in enumerate(words) if (label := _money_named(word, below))), (0, "")
        )
        if label:
            values = [word for word in words[at + 1 :] if _is_value(word.text)]
            yield made_line(words[at].line, [(0, frame), (1, label), *_in_columns(values, columns)])


def _columns(lines: Sequence[Words]) -> Iterator[Word]:
    """The headings of the amounts, those that no record holds among them: 1-9月执行数."""
    header = max(lines, key=lambda words: sum(map(_amount_named, words)), default=())
    first = min((word.start for word in header if _amount_named(word)), default=0)
    for words in lines:
        yield from (word for word in words if _amount_named(word) or (words is header and word.start >= first))


def _in_columns(values: Sequence[Word], columns: Sequence[Word]) -> Iterator[tuple[int, str]]:
    """The figures of a row by column: in their order where none is missing, else each in the nearest."""
    for at, word in enumerate(values):
        near = range(len(columns)) if len(values) != len(columns) else [at]
        yield 2 + min(near, key=lambda column: abs(columns[column].centre - word.centre), default=at), word.text


def _unclosed(text: str) -> str:
    """A label without parentheses that the end of its line cut: 全年预算数（."""
    return (
        text if text.count("（") + text.count("(") == text.count("）") + text.count(")") else re.split("[（(]", text)[0]
    )


def _closed(word: Word, lines: Sequence[Words]) -> str:
    """The heading of a column, with what its next line says of the unit: 全年预算数（万, 元）."""
    if _unclosed(word.text) == word.text:
        return word.text
    at = next(at for at, words in enumerate(lines) if word in words)
    under = next((other.text for other in (*lines[at + 1 : at + 2], ())[0] if above(word, other)), "")
    return word.text + under


def _amount_named(word: Word) -> bool:
    return labels.key(_unclosed(word.text)) in labels.FUND_COLUMNS


def _money_named(word: Word, below: Words) -> str:
    """The label of a row of money that this is, or begins: it may go on in the next line."""
    under = next((other.text for other in below if above(word, other)), "")
    return next((text for text in (word.text, word.text + under) if labels.key(text) in _MONEY), "")


def _names_field(word: Word) -> bool:
    head = word.text.replace("：", ":").partition(":")[0]  # its value may stand behind the colon
    return labels.field(head) is not None or labels.key(head) in labels.OTHERS


def _names_table(word: Word) -> bool:
    """Whether a word at the left edge is the label of a table, or two signs of it."""
    return len(word.text) <= 2 or labels.key(word.text) in labels.SECTIONS


def _is_value(text: str) -> bool:
    return is_number(text) or is_dash(text) or is_hashes(text)


def _goals(lines: Sequence[Words]) -> Iterator[Line]:
    """Two texts side by side: the right one begins where the lines under its heading do."""
    if not lines:
        return
    named = {labels.GOALS.get(labels.key(word.text)): word for word in lines[0]}
    yield made_line(lines[0][0].line, [(1, "预期目标"), (4, "实际完成情况")])
    texts = [word for words in lines[1:] for word in words if not (word.start < FRAME and _names_table(word))]
    if not texts or "actual" not in named:
        return
    middle = (named["expected"].centre + named["actual"].centre) / 2
    edge = min((word.start for word in texts if word.centre > middle + FRAME), default=middle) - 1
    left = "".join(word.text for word in texts if word.start < edge)
    right = "".join(word.text for word in texts if word.start >= edge)
    yield made_line(texts[0].line, [(1, left), (4, right)])
