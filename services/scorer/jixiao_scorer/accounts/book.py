"""All tables of final accounts together, and where two of them must agree."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from jixiao.forms.model import AccountsTable
from jixiao.identity import normalise_name
from jixiao_scorer.accounts.basic import Basic
from jixiao_scorer.accounts.coded import Coded
from jixiao_scorer.accounts.expenses import Expenses
from jixiao_scorer.accounts.figures import Check, Figure, equal
from jixiao_scorer.accounts.grid import Grid
from jixiao_scorer.accounts.sides import TwoSided
from jixiao_scorer.accounts.words import (
    BASIC,
    CAPITAL,
    CODED,
    FISCAL,
    FUND,
    GENERAL,
    INCOME,
    PUBLIC,
    SPENDING,
    SUMMARY,
    WORDS,
    Pattern,
)


@dataclass(slots=True)
class Book:
    """The tables of one department; of each kind at most one."""

    coded: dict[str, Coded] = field(default_factory=dict)
    sides: dict[str, TwoSided] = field(default_factory=dict)
    basic: Basic | None = None
    expenses: Expenses | None = None

    def checks(self) -> Iterator[Check]:
        """All that must hold within each table and between them."""
        for table in (*self.sides.values(), *self.coded.values(), self.basic, self.expenses):
            if table is not None:
                yield from table.checks()
        yield from self._totals()
        yield from self._classes(SUMMARY, None, SPENDING)
        yield from self._classes(FISCAL, WORDS.sides.general, GENERAL)

    def _totals(self) -> Iterator[Check]:
        """The totals that stand in two tables."""
        whole, fiscal = self.sides.get(SUMMARY), self.sides.get(FISCAL)
        budgets = ((GENERAL, WORDS.sides.general), (FUND, WORDS.sides.fund), (CAPITAL, WORDS.sides.capital))
        pairs: list[tuple[_Told | None, _Told | None]] = []
        if whole is not None:
            pairs.append((_sum(whole, 0), self._whole(INCOME)))
            pairs.append((_sum(whole, 1), self._whole(SPENDING)))
        if fiscal is not None:
            pairs.append((_sum(fiscal, 0), self._part(INCOME, "财政拨款")))
            for name, words in budgets:
                pairs.append((_sum(fiscal, 1, words), self._whole(name)))
        for one, other in pairs:
            if one is not None and other is not None:
                yield from equal(one[0].split("》")[0].strip("《"), one, other)
        yield from self._basic()

    def _basic(self) -> Iterator[Check]:
        """基本支出 of the general budget is what staff and office come to."""
        told = self._part(GENERAL, "基本支出")
        if told is None or self.basic is None or len(self.basic.sums) != len(("staff", "office")):
            return
        parts = [each for each in self.basic.sums.values() if each is not None]
        if told[1] is not None and len(parts) == len(self.basic.sums):
            against = f"《{self.basic.title}》人员经费与公用经费之和"
            title = self.coded[GENERAL].title
            yield Check(title, f"{told[0]}={against}", told[0], against, told[1], tuple(parts), shown=True)

    def _whole(self, name: str) -> "_Told | None":
        table = self.coded.get(name)
        if table is None or table.total is None:
            return None
        return f"《{table.title}》合计的{table.columns[table.total]}", table.of_whole(table.total)

    def _part(self, name: str, words: str) -> "_Told | None":
        table = self.coded.get(name)
        column = table.part(words) if table is not None else None
        return None if table is None or column is None else (f"《{table.title}》合计的{words}", table.of_whole(column))

    def _classes(self, summary: str, words: Pattern | None, coded: str) -> Iterator[Check]:
        """Each functional class stands in the summary and, by its code, in the table of spending."""
        one, other = self.sides.get(summary), self.coded.get(coded)
        side = one.spending if one is not None else None
        if one is None or side is None or other is None or other.total is None:
            return
        rows = {normalise_name(row.name): row for code, row in other.rows.items() if len(code) == len("201")}
        for line in side.items:
            name = WORDS.sides.item.sub("", line.name, count=1)
            if (row := rows.get(normalise_name(name))) is not None:
                label = f"（{side.columns[column]}）" if words is not None and (column := side.column(words)) else ""
                told = f"《{one.title}》{name}{label}", side.figure(line, words)
                yield from equal(one.title, told, (f"《{other.title}》{name}", row.figures[other.total]))


_Told = tuple[str, Figure | None]


def _sum(table: TwoSided, at: int, words: Pattern | None = None) -> _Told | None:
    if len(table.sides) <= at:
        return None
    side = table.sides[at]
    name = side.sum.name if side.sum is not None else ""
    column = side.column(words)
    label = f"（{side.columns[column]}）" if words is not None and column is not None else ""
    return f"《{table.title}》{name}{label}", side.figure(side.sum, words)


def books(tables: Sequence[AccountsTable]) -> list[Book]:
    """The tables of each department: a table of a kind that is there already begins another's.

    Where two of a kind follow one another, the tables of several departments are mixed, and each stands for itself.
    """
    kinds = [
        (kind, Grid(at, each)) for at, each in enumerate(tables) if (kind := WORDS.kind_of(each.title)) is not None
    ]
    mixed = any(one == other for (one, _), (other, _) in pairwise(kinds))
    found: list[Book] = []
    seen: set[str] = set()
    for kind, grid in kinds:
        if not found or kind in seen or mixed:
            found.append(Book())
            seen = set()
        seen.add(kind)
        _put(found[-1], kind, grid)
    return found


def _put(book: Book, kind: str, grid: Grid) -> None:
    if kind in CODED:
        book.coded[kind] = Coded(grid, kind)
    elif kind == BASIC:
        book.basic = Basic(grid)
    elif kind == PUBLIC:
        book.expenses = Expenses(grid)
    else:
        book.sides[kind] = TwoSided(grid)


def all_checks(found: Iterable[Book]) -> list[Check]:
    """The checks of all departments; those of the second table with a title bear its number in their names."""
    tables: dict[str, list[str]] = defaultdict(list)
    checks = []
    for check in (check for book in found for check in book.checks()):
        alike, own = tables[check.table], check.whole.table
        if own not in alike:
            alike.append(own)
        nth = alike.index(own)
        checks.append(replace(check, subject=f"{check.subject}/{nth + 1}") if nth else check)
    return checks
