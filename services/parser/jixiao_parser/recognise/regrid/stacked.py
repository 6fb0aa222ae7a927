"""Text with one cell a line, in reading order; an empty line is an empty cell, a merged cell stands once.

This step puts such a text back onto a grid by counting: a header tells how many cells a row has. Other texts stay as
they are.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from jixiao_parser.recognise import labels
from jixiao_parser.recognise.grid import Line, made_line
from jixiao_parser.recognise.regrid.stacked_rows import StackedRows

OTHER = "other"
_ENDS = labels.TOTALS | labels.INDICATOR_COLUMNS.keys()
FUNDS_FIRST = 2


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of a text in order: where each stands and what it says ("" for an empty line)."""

    lines: Sequence[Line]
    texts: Sequence[str]

    def run(self, at: int, named: Callable[[str], str | None]) -> list[str]:
        """The meanings of the labels that follow one another from here on, none twice but those of no record."""
        found: list[str] = []
        while at < len(self.texts):
            meaning = named(self.texts[at])
            if not meaning or (meaning in found and meaning != OTHER):
                behind = named(self.texts[at + 1]) if found and at + 1 < len(self.texts) else None
                if behind is None or behind in found:
                    break
                meaning = OTHER  # a column of no record stands between two that are known
            found.append(meaning)
            at += 1
        return found

    def row(self, at: int, cells: Iterable[tuple[int, str]]) -> Line:
        """A row that begins at this cell."""
        return made_line(self.lines[at], cells)


def unstacked(lines: Sequence[Line]) -> list[Line]:
    """The lines, put back onto a grid if they hold one cell each."""
    if any(len(line.items) > 1 for line in lines):
        return list(lines)
    cells = _cells(lines)
    return list(_rows(cells)) if _is_stacked(cells) else list(lines)


def spread(lines: Sequence[Line]) -> list[Line]:
    """The same for a text whose cells are parted by blanks, none of which is empty or has a blank inside."""
    if any(len(line.items) > 1 for line in lines):
        return []
    words = [(line, word) for line in lines for word in line.items[0].raw.split()]
    cells = _Cells([line for line, _ in words], [word for _, word in words])
    return list(_rows(cells)) if _is_stacked(cells) else []


def _is_stacked(cells: _Cells) -> bool:
    found = {at for at in range(len(cells.texts)) if _is_header(cells, at)}
    headers = [at for at in found if at - 1 not in found]  # not the cells of one behind its first
    return bool(headers) and not any(_loses_rows(cells, at) for at in headers)


def _cells(lines: Sequence[Line]) -> _Cells:
    places: list[Line] = []
    texts: list[str] = []
    gaps = [other.row.line - line.row.line for line, other in pairwise(lines)]
    step = max(1, min(gaps, default=1))  # in some texts an empty line follows each cell
    for line in lines:
        if places:
            empty = max(0, (line.row.line - places[-1].row.line) // step - 1)
            places += [places[-1]] * empty
            texts += [""] * empty
        places.append(line)
        texts.append(line.items[0].raw.strip())
    return _Cells(places, texts)


def _is_header(cells: _Cells, at: int) -> bool:
    if labels.INDICATOR_COLUMNS.get(labels.key(cells.texts[at])) not in ("frame", "level1", "level2"):
        return False
    found = cells.run(at, labels.indicator_column)
    return {"level2", "name", "weight"} <= set(found)


def _rows(cells: _Cells) -> Iterator[Line]:
    at = 0
    while at < len(cells.texts):
        if _is_header(cells, at):
            header = cells.run(at, labels.indicator_column)
            yield cells.row(at, _named(cells, at, len(header), 0))
            at = yield from _indicators(cells, at)
        elif (
            labels.key(cells.texts[at]) in labels.FUND_COLUMNS and len(header := cells.run(at, labels.fund_column)) >= 3
        ):
            yield cells.row(at, _named(cells, at, len(header), FUNDS_FIRST))
            at = yield from _funds(cells, at + len(header), len(header))
        elif (goals := [labels.goal(text)[0] for text in cells.texts[at : at + 2]])[0] in ("expected", "actual"):
            if goals[1:] == ["expected"]:
                at += 1  # the label of the table
            elif goals[1:] != [None]:
                yield cells.row(at, enumerate(cells.texts[at : at + 2]))
                yield cells.row(at, enumerate(cells.texts[at + 2 : at + 4]))
                at += 4
            else:
                yield cells.row(at, enumerate(cells.texts[at : at + 2]))
                at += 2
        elif labels.field(cells.texts[at]):
            count = 1 if _is_named(cells, at + 1) else 2
            yield cells.row(at, enumerate(cells.texts[at : at + count]))
            at += count
        else:
            if cells.texts[at] and labels.key(cells.texts[at]) not in labels.NUMBERING:
                yield cells.row(at, [(0, cells.texts[at])])
            at += 1


def _named(cells: _Cells, at: int, count: int, first: int) -> Iterable[tuple[int, str]]:
    return enumerate(cells.texts[at : at + count], start=first)


def _is_named(cells: _Cells, at: int) -> bool:
    """Whether a label stands here, so that the one before it has no value."""
    text = cells.texts[at] if at < len(cells.texts) else ""
    return (
        labels.field(text) is not None or labels.key(text) in labels.FUND_COLUMNS or labels.key(text) in labels.OTHERS
    )


def _funds(cells: _Cells, at: int, width: int) -> Generator[Line, None, int]:
    """Each row is its label and as many cells as the header has; the table's own label may stand before."""
    while at < len(cells.texts):
        table = cells.texts[at] if labels.key(cells.texts[at]) in labels.SECTIONS else ""
        label = at + bool(table)
        if label >= len(cells.texts) or not _is_money(cells.texts[label]):
            break
        count = next((more for more in range(width) if _is_label(cells, label + 1 + more)), width)
        named = _named(cells, label + 1, count, FUNDS_FIRST)
        yield cells.row(label, [(0, table), (1, cells.texts[label]), *named])
        at = label + 1 + count
    return at


def _is_money(text: str) -> bool:
    """Whether a row of money begins with this: one of the four, or another kind of money (省级财政资金)."""
    word = labels.key(text)
    return word in labels.FUND_ROWS or word in labels.TOTALS or word.endswith(labels.MONEY)


def _is_label(cells: _Cells, at: int) -> bool:
    """Whether a row of money or another part begins here."""
    word = labels.key(cells.texts[at]) if at < len(cells.texts) else ""
    return _is_money(word) or word in labels.GOALS or word in labels.SECTIONS


def _table(cells: _Cells, at: int) -> tuple[list[int], list[int], StackedRows, int]:
    """Of the header here: the columns of the levels and the others, how its rows lie, and where they begin."""
    header = cells.run(at, labels.indicator_column)
    numbered = labels.key(cells.texts[at - 1]) in labels.NUMBERING
    begin = at + len(header)
    levels = [column for column, name in enumerate(header) if name in ("level1", "level2")]
    body = [column for column, name in enumerate(header) if name not in ("frame", "level1", "level2")]
    named = [header[column] for column in levels], [header[column] for column in body]
    ends = (end for end in range(begin, len(cells.texts)) if labels.key(cells.texts[end]) in _ENDS)
    dense = all(cells.texts[begin : next(ends, begin)])
    return levels, body, StackedRows(cells.texts, *named, dense, numbered), begin


def _loses_rows(cells: _Cells, at: int) -> bool:
    """Whether rows of a text without empty cells cannot be told: one of them lacks more than its reason."""
    *_, rows, begin = _table(cells, at)
    while rows.dense and (row := rows.row_at(begin)) is not None:
        begin = row.end
    return rows.dense and not rows.is_over(rows.start(begin))


def _indicators(cells: _Cells, header: int) -> Generator[Line, None, int]:
    """Each row is the labels that begin in it, then one cell for every other column; its number may stand before."""
    levels, body, rows, at = _table(cells, header)
    while (row := rows.row_at(at)) is not None:
        begun = [(levels[place], text) for place, text in row.labels]
        yield cells.row(at, [*begun, *zip(body, cells.texts[row.begin : row.end], strict=False)])
        at = row.end
    at = rows.start(at)
    while at < len(cells.texts) and labels.key(cells.texts[at]) not in labels.TOTALS:
        if _is_header(cells, at):
            return at
        yield cells.row(at, [(0, cells.texts[at])])
        at += 1
    yield from [cells.row(at, enumerate(cells.texts[at : at + 4]))] if at < len(cells.texts) else []
    return at + 4
