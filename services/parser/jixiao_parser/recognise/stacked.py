"""Text with one cell a line, in reading order; an empty line is an empty cell, a merged cell stands once.

This step puts such a text back onto a grid by counting: a header tells how many cells a row has. Other texts stay as
they are.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from jixiao_parser.recognise import labels
from jixiao_parser.recognise.grid import Line, made_line
from jixiao_parser.recognise.texts import is_number

FUNDS_FIRST = 2


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of a text in order: where each stands and what it says ("" for an empty line)."""

    lines: Sequence[Line]
    texts: Sequence[str]

    def run(self, at: int, table: Mapping[str, str]) -> list[str]:
        """The meanings of the labels that follow one another from here on."""
        found = []
        while at < len(self.texts) and (meaning := table.get(labels.key(self.texts[at]))):
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
    stacked = any(_is_header(cells, at) for at in range(len(cells.texts)))
    return list(_rows(cells)) if stacked else list(lines)


def _cells(lines: Sequence[Line]) -> _Cells:
    places: list[Line] = []
    texts: list[str] = []
    for line in lines:
        if places:
            empty = max(0, line.row.line - places[-1].row.line - 1)
            places += [places[-1]] * empty
            texts += [""] * empty
        places.append(line)
        texts.append(line.items[0].raw.strip())
    return _Cells(places, texts)


def _is_header(cells: _Cells, at: int) -> bool:
    found = cells.run(at, labels.INDICATOR_COLUMNS)
    return {"level2", "name", "weight"} <= set(found)


def _rows(cells: _Cells) -> Iterator[Line]:
    at = 0
    while at < len(cells.texts):
        if _is_header(cells, at):
            header = cells.run(at, labels.INDICATOR_COLUMNS)
            yield cells.row(at, _named(cells, at, len(header), 0))
            at = yield from _indicators(cells, at + len(header), header)
        elif len(header := cells.run(at, labels.FUND_COLUMNS)) >= 3:
            yield cells.row(at, _named(cells, at, len(header), FUNDS_FIRST))
            at = yield from _funds(cells, at + len(header), len(header))
        elif labels.GOALS.get(labels.key(cells.texts[at])) == "expected":
            yield cells.row(at, [(0, cells.texts[at]), (1, cells.texts[at + 1] if at + 1 < len(cells.texts) else "")])
            yield cells.row(at, enumerate(cells.texts[at + 2 : at + 4]))
            at += 4
        elif labels.FIELDS.get(labels.key(cells.texts[at])):
            yield cells.row(at, enumerate(cells.texts[at : at + 2]))
            at += 2
        else:
            if cells.texts[at]:
                yield cells.row(at, [(0, cells.texts[at])])
            at += 1


def _named(cells: _Cells, at: int, count: int, first: int) -> Iterable[tuple[int, str]]:
    return enumerate(cells.texts[at : at + count], start=first)


def _funds(cells: _Cells, at: int, width: int) -> Generator[Line, None, int]:
    """Each row is its label and as many cells as the header has; the table's own label may stand before."""
    while at < len(cells.texts):
        table = cells.texts[at] if labels.key(cells.texts[at]) in labels.SECTIONS else ""
        label = at + bool(table)
        if label >= len(cells.texts) or labels.key(cells.texts[label]) not in labels.FUND_ROWS:
            break
        named = _named(cells, label + 1, width, FUNDS_FIRST)
        yield cells.row(label, [(0, table), (1, cells.texts[label]), *named])
        at = label + 1 + width
    return at


def _indicators(cells: _Cells, at: int, header: Sequence[str]) -> Generator[Line, None, int]:
    """Each row is the labels that begin in it, then one cell for every other column."""
    body = [(column, name) for column, name in enumerate(header) if name not in ("frame", "level1", "level2")]
    weight = next(place for place, (_, name) in enumerate(body) if name == "weight")
    while at < len(cells.texts):
        start = at
        found: list[tuple[int, str]] = []
        for level, words in (("level1", labels.LEVEL1), ("level2", labels.LEVEL2)):
            if level in header and labels.level_key(cells.texts[at]) in words:
                found.append((header.index(level), cells.texts[at]))
                at += 1
        texts = cells.texts[at : at + len(body)]
        if len(texts) <= weight or not is_number(texts[weight]):
            break
        yield cells.row(start, [*found, *((column, text) for (column, _), text in zip(body, texts, strict=False))])
        at += len(body)
    while at < len(cells.texts) and labels.key(cells.texts[at]) not in labels.TOTALS:
        yield cells.row(at, [(0, cells.texts[at])])
        at += 1
    yield from [cells.row(at, enumerate(cells.texts[at : at + 4]))] if at < len(cells.texts) else []
    return at + 4
