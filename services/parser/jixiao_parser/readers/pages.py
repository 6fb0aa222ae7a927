"""Tables over several pages: cells that a page break cuts are put together, headers printed again are dropped."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from jixiao.forms.document import Cell, Row, Sheet
from jixiao_parser.readers.printed import Part, Printed, Table, Word, cells_of, lines_of, text_of
from jixiao_parser.readers.ruling import NEAR, clustered, nearest

SAME_WIDTH = 8.0  # points: tables whose sides are this near go on in one another
HEADER_CELLS = 5
_NUMERIC = re.compile(r"[\d.,%—–-]{1,14}")


def sheets_of(pages: Sequence[Printed]) -> list[Sheet]:
    """The pages as sheets of rows."""
    for chain in _chains(pages):
        _number_columns(chain)
        for at in range(1, len(chain)):
            _join(chain[:at], chain[at], pages)
    return [Sheet(tuple(_rows(page)), page=page.page.number) for page in pages]


def _chains(pages: Sequence[Printed]) -> Iterator[list[Table]]:
    """The tables, those together that may go on in one another: the last of a page and the first of the next."""
    chain: list[Table] = []
    for page in pages:
        for at, table in enumerate(page.tables):
            goes_on = at == 0 and chain and chain[-1].page == page.page.number - 1 and _alike(chain[-1], table)
            if chain and not goes_on:
                yield chain
                chain = []
            chain.append(table)
    if chain:
        yield chain


def _alike(one: Table, other: Table) -> bool:
    return all(abs(one.box[side] - other.box[side]) <= SAME_WIDTH for side in (0, 2))


def _number_columns(chain: Sequence[Table]) -> None:
    """One numbering of the columns for all tables of a chain, from the places of all their lines."""
    left, right = chain[0].box[0], chain[0].box[2]
    fitted = []
    for table in chain:
        scale = (right - left) / (table.box[2] - table.box[0])
        fitted.append([left + (x - table.box[0]) * scale for x in table.xs])
    places = clustered([x for xs in fitted for x in xs], NEAR)
    for table, xs in zip(chain, fitted, strict=True):
        columns = [nearest(places, x) for x in xs]
        for part in table.parts:
            part.left, part.right = columns[part.left], columns[part.right]


def _join(before: Sequence[Table], table: Table, pages: Sequence[Printed]) -> None:
    """Drop what is printed again at the top of a table, and give what was cut to the cells of the page before."""
    above = before[-1]
    loose = {page.page.number: page.loose for page in pages}
    header = _drop_header(before, table)
    first = table.row(header)
    for part in _cut(above, first):
        extra = _take(loose[above.page], part, below=above.box[3]) + _take(loose[table.page], part, above=table.box[1])
        rest = next((other for other in first if (other.left, other.right) == (part.left, part.right)), None)
        _complete(part, rest, [text_of(line) for line in lines_of(extra)])
    if not header and _broken(above.last_row(), first):
        for part in first:
            upper = _over(part, above.last_row())
            if part.text and upper is not None:
                upper.text = f"{upper.text}\n{part.text}".strip()
                upper.doubt = upper.doubt or part.doubt
                part.text, part.doubt = "", None


def _cut(above: Table, first: Sequence[Part]) -> list[Part]:
    """The cells of the last row that no line closes while others are closed, or that go on open below."""
    last = above.last_row()
    return [part for part in last if part.open_bottom] if any(not part.open_bottom for part in last) else []


def _drop_header(before: Sequence[Table], table: Table) -> int:
    """Drop the rows at the top that are a header printed again; gives their number.

    A cut cell's text may be printed over them: what the header does not say belongs to the cell below.
    """
    known = [_row_texts(other, row) for other in before for row in range(other.rows)]
    for row in range(table.rows):
        texts = _row_texts(table, row)
        header = next((header for header in known if _says_again(texts, header)), None)
        if header is None:
            return row
        below = {part.left: part for part in table.row(row + 1)}
        for column, text in texts.items():
            if column in below and (more := _without(text, header.get(column, ""))):
                below[column].text = f"{more}\n{below[column].text}".strip()
        table.parts = [part for part in table.parts if part.row + part.height > row + 1]
    return table.rows


def _row_texts(table: Table, row: int) -> dict[int, str]:
    return {
        part.left: "".join(part.text.split())
        for part in table.parts
        if part.row == row and part.height == 1 and part.text
    }


def _says_again(texts: dict[int, str], header: dict[int, str]) -> bool:
    if len(header) < HEADER_CELLS or any(sign.isdigit() for text in header.values() for sign in text):
        return False
    return all(not Counter(text) - Counter(texts.get(column, "")) for column, text in header.items())


def _without(text: str, known: str) -> str:
    """A text without the signs of another, which are printed between its own in their order."""
    rest = []
    waiting = list(known)
    for sign in text:
        if waiting and sign == waiting[0]:
            waiting.pop(0)
        else:
            rest.append(sign)
    return "".join(rest)


def _take(loose: list[Word], part: Part, above: float | None = None, below: float | None = None) -> list[Word]:
    """Take the loose words above or below a table that stand in the columns of a cell."""
    taken = [
        word
        for word in loose
        if part.box[0] < word.middle[0] < part.box[2]
        and (above is None or word.middle[1] < above)
        and (below is None or word.middle[1] > below)
    ]
    loose[:] = [word for word in loose if word not in taken]
    return taken


def _complete(part: Part, rest: Part | None, extra: list[str]) -> None:
    """The text of a cut cell: what stands on its page, or on the next, or was pushed off both."""
    if rest is not None and rest.text:
        part.text = "\n".join(_joined(_once(part.text.split("\n")), _once(rest.text.split("\n"))))
        part.doubt = part.doubt or rest.doubt
        rest.text, rest.doubt = "", None
    elif not part.text and extra:
        part.text = "\n".join(_once(extra))


def _joined(lines: list[str], more: list[str]) -> list[str]:
    """Lines of both pages; those that end the first and begin the second were printed on both."""
    same = next(
        count for count in range(min(len(lines), len(more)), -1, -1) if lines[len(lines) - count :] == more[:count]
    )
    return lines + more[same:]


def _once(lines: Sequence[str]) -> list[str]:
    """Lines without empty ones and without their repetition, as a cell that is printed on both pages gives them."""
    lines = [line for line in lines if line]
    half = len(lines) // 2
    return lines[:half] if half and lines[:half] == lines[half:] else lines


def _broken(last: Sequence[Part], first: Sequence[Part]) -> bool:
    """Whether the first row of a page is the rest of the last row before it: text goes on, no number stands in it."""
    goes_on = False
    for part in first:
        upper = _over(part, last)
        if not part.text:
            continue
        if _NUMERIC.fullmatch(part.text) or upper is None or (upper.text and not upper.full):
            return False
        goes_on = goes_on or bool(upper.text)
    numbers = [part for part in last if _NUMERIC.fullmatch(part.text)]
    return goes_on and bool(numbers)


def _over(part: Part, last: Sequence[Part]) -> Part | None:
    return next((upper for upper in last if upper.left <= part.left < upper.right), None)


def _rows(page: Printed) -> Iterator[Row]:
    """The rows of a page from top to bottom, tables and the lines between them."""
    found: list[tuple[float, tuple[Cell, ...]]] = []
    for table in page.tables:
        rows: dict[int, list[Part]] = {}
        for part in table.parts:
            if part.text or part.doubt:
                rows.setdefault(part.row, []).append(part)
        for row, parts in rows.items():
            top = min(part.box[1] for part in parts)
            found.append((top, tuple(_cell(part, row) for part in sorted(parts, key=lambda part: part.left))))
    seen = [word for word in page.loose if 0 <= word.middle[1] <= page.page.height]
    for line in lines_of(seen):
        cells = tuple(_loose_cell(words, at) for at, words in enumerate(cells_of(line)))
        if cells:
            found.append((line[0].top, cells))
    for number, (_, cells) in enumerate(sorted(found, key=lambda entry: entry[0]), start=1):
        yield Row(cells, number)


def _cell(part: Part, row: int) -> Cell:
    box = tuple(round(side, 1) for side in part.box)
    return Cell(
        part.text or None,  # ink that was not recognised: there is a value, but nobody knows it
        part.left,
        max(1, part.right - part.left),
        part.height,
        str(part.left + 1),
        part.doubt,
        (box[0], box[1], box[2], box[3]),
    )


def _loose_cell(words: Sequence[Word], column: int) -> Cell:
    doubt = next((word.doubt for word in words if word.doubt), None)
    box = (words[0].left, min(word.top for word in words), words[-1].right, max(word.bottom for word in words))
    left, top, right, bottom = (round(side, 1) for side in box)
    return Cell(text_of(words), column, 1, 1, str(column + 1), doubt, (left, top, right, bottom))
