"""The tables of final accounts (决算表) with their numbers, as they stand in the lines of a document."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from itertools import takewhile

from jixiao.forms.model import AccountsRow, AccountsTable, Doubt
from jixiao_parser.recognise.grid import Item, Line

ENDING = "决算"
MOST = 700_000  # characters of all tables together, with some for each cell and row: about 2 MiB as an event
_PER_CELL, _PER_ROW = 20, 150
_ALONE = 12  # rows with a name alone that may follow one another
FEW = 2  # items of a running title, and such lines of a page
_AMOUNT = re.compile(r"\d\.\d\d")
_RADICAL = re.compile("[\u2ecb\u2f00-\u2fd5]")
_RADICALS = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)} | {0x2ECB: "车"}


@lru_cache(maxsize=1)
def words() -> dict[str, re.Pattern[str]]:
    """The patterns of ``accounts.toml``."""
    texts = tomllib.loads(resources.files(__package__).joinpath("accounts.toml").read_text("utf-8"))
    return {name: re.compile(text) for name, text in texts.items()}


@dataclass(slots=True)
class _Open:
    """A table that is being read; ``unit`` is that of the tables before it until its own is printed."""

    title: str
    unit: str
    rows: list[AccountsRow] = field(default_factory=list)


def tables_of(lines: Iterable[Line]) -> tuple[AccountsTable, ...]:
    """The tables of the accounts: from a title to the note below it or the next line of prose."""
    return tuple(_tables(list(lines)))


def are_too_large(tables: Iterable[AccountsTable]) -> bool:
    """Whether the tables are more than an event can carry."""
    return sum(_size(row) for table in tables for row in table.rows) > MOST


def _size(row: AccountsRow) -> int:
    return _PER_ROW + sum(_PER_CELL + len(cell) for cell in row.cells)


def printed(item: Item) -> str:
    """The text of an item; radicals that a PDF printed as such are the characters that they show."""
    text = item.text or ""
    return text.translate(_RADICALS) if _RADICAL.search(text) else text


def _tables(lines: Sequence[Line]) -> Iterator[AccountsTable]:
    table: _Open | None = None
    unit = "元"
    for at, line in enumerate(lines):
        texts = [printed(item) for item in line.items]
        if (title := title_of(texts)) is not None:
            unit = _unit(line.items) or unit
            if table is None or table.title != title:  # else it goes on after a page break
                yield from _closed(table)
                table = _Open(title, unit)
        elif table is None:
            continue
        elif stand_between(texts):
            unit = table.unit = _unit(line.items) or table.unit
        elif (_is_at_edge(lines, at) and _is_of_page(line)) or _is_page_number(texts):
            continue
        elif len(line.items) > 1 or _is_alone(lines, at, table):
            table.rows.append(_row(line))
        else:
            yield from _closed(table)
            table = None
    yield from _closed(table)


def _is_alone(lines: Sequence[Line], at: int, table: _Open) -> bool:
    """Whether a line with one text is a row whose other cells are empty, not what ends the table.

    Either its format knows of the other cells, or a row of amounts as wide as one above goes on behind it.
    """
    near = lines[at : at + _ALONE]
    alone = [line for line in takewhile(lambda line: len(line.items) == 1, near) if not _is_prose(line)]
    after = lines[at + len(alone)].items if at + len(alone) < len(lines) else ()
    goes_on = any(_AMOUNT.search(item.text or "") for item in after[1:])
    same_width = any(len(row.cells) == after[-1].column + 1 for row in table.rows) if after else False
    return not _is_prose(lines[at]) and (len(lines[at].row.cells) > 1 or (goes_on and same_width))


def _is_prose(line: Line) -> bool:
    text = printed(line.items[0])
    return words()["prose"].search(text) is not None or title_of([text]) is not None


def _is_page_number(texts: Sequence[str]) -> bool:
    return len(texts) == 1 and words()["page"].fullmatch(texts[0]) is not None


def _is_at_edge(lines: Sequence[Line], at: int) -> bool:
    """Whether a line is one of the first or last two of its page."""
    near = lines[max(at - FEW, 0) : at + FEW + 1]
    return any(each.sheet is not lines[at].sheet for each in near)


def _is_of_page(line: Line) -> bool:
    """Whether a line at the edge is a running title or a page number: short, with neither an amount nor a note.

    The line of a sum, or of a class by its code, is neither, whatever its numbers look like.
    """
    texts = [printed(item) for item in line.items]
    kept = texts[0].startswith("注") or any(words()["sum"].search(text) for text in texts)
    return len(texts) <= FEW and not kept and not any(map(_AMOUNT.search, texts))


def _closed(table: _Open | None) -> Iterator[AccountsTable]:
    if table is not None and table.rows:
        yield AccountsTable(title=table.title, amount_unit=table.unit, rows=tuple(table.rows))


def title_of(texts: Sequence[str]) -> str | None:
    """The title of the table that a line with these texts begins."""
    if ENDING not in texts[0] or not stand_between(texts[1:]):
        return None
    found = words()["title"].fullmatch(texts[0])
    return found["title"] if found else None


def stand_between(texts: Iterable[str]) -> bool:
    """Whether texts stand between a title and its table, or the parts of one on several pages."""
    between = words()["between"]
    return all(between.fullmatch(text) for text in texts)


def _unit(items: Sequence[Item]) -> str | None:
    found = (words()["unit"].search(printed(item)) for item in items)
    return next((each["unit"] for each in found if each), None)


def _row(line: Line) -> AccountsRow:
    width = line.items[-1].column + 1
    cells = [""] * width
    places: list[str | None] = [None] * width
    doubts: list[Doubt | None] = [None] * width
    for item in line.items:
        cells[item.column] = printed(item)
        places[item.column] = item.cell.place
        doubts[item.column] = item.cell.doubt
    return AccountsRow(
        cells=tuple(cells),
        evidence=line.place(),
        places=tuple(places) if any(places) else (),
        doubts=tuple(doubts) if any(doubts) else (),
    )
