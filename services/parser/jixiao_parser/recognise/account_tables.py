"""The tables of final accounts (决算表) with their numbers, as they stand in the lines of a document."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources

from jixiao.forms.model import AccountsRow, AccountsTable, Doubt
from jixiao_parser.recognise.grid import Item, Line

ENDING = "决算"
MOST = 700_000  # characters of all tables together, with some for each cell and row: about 2 MiB as an event
_PER_CELL, _PER_ROW = 20, 150


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
    return tuple(_tables(lines))


def are_too_large(tables: Iterable[AccountsTable]) -> bool:
    """Whether the tables are more than an event can carry."""
    return sum(_size(row) for table in tables for row in table.rows) > MOST


def _size(row: AccountsRow) -> int:
    return _PER_ROW + sum(_PER_CELL + len(cell) for cell in row.cells)


def _tables(lines: Iterable[Line]) -> Iterator[AccountsTable]:
    table: _Open | None = None
    unit = "元"
    for line in lines:
        if (title := _title(line)) is not None:
            if table is None or table.title != title:  # else it goes on after a page break
                yield from _closed(table)
                table = _Open(title, unit)
        elif table is None:
            continue
        elif _stands_between(line.items):
            unit = table.unit = _unit(line.items) or table.unit
        elif len(line.items) > 1:
            table.rows.append(_row(line))
        elif not words()["page"].fullmatch(line.items[0].text or ""):
            yield from _closed(table)
            table = None
    yield from _closed(table)


def _closed(table: _Open | None) -> Iterator[AccountsTable]:
    if table is not None and table.rows:
        yield AccountsTable(title=table.title, amount_unit=table.unit, rows=tuple(table.rows))


def _title(line: Line) -> str | None:
    """The title of the table that a line begins."""
    first = line.items[0].text or ""
    if ENDING not in first or not _stands_between(line.items[1:]):
        return None
    found = words()["title"].fullmatch(first)
    return found["title"] if found else None


def _stands_between(items: Sequence[Item]) -> bool:
    between = words()["between"]
    return all(between.fullmatch(item.text or "") for item in items)


def _unit(items: Sequence[Item]) -> str | None:
    found = (words()["unit"].search(item.text or "") for item in items)
    return next((each["unit"] for each in found if each), None)


def _row(line: Line) -> AccountsRow:
    width = line.items[-1].column + 1
    cells = [""] * width
    places: list[str | None] = [None] * width
    doubts: list[Doubt | None] = [None] * width
    for item in line.items:
        cells[item.column] = item.text or ""
        places[item.column] = item.cell.place
        doubts[item.column] = item.cell.doubt
    return AccountsRow(
        cells=tuple(cells),
        evidence=line.place(),
        places=tuple(places) if any(places) else (),
        doubts=tuple(doubts) if any(doubts) else (),
    )
