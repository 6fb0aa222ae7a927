"""Tables with a row for each functional class (类款项): columns that make a total, rows that make their parents."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jixiao_scorer.accounts.figures import Check, Figure, known
from jixiao_scorer.accounts.grid import Grid
from jixiao_scorer.accounts.words import WORDS, Pattern

WHOLE = "合计"


@dataclass(frozen=True, slots=True)
class Row:
    """A row with its numbers by column; ``code`` is empty for the row of the whole."""

    code: str
    name: str
    figures: dict[int, Figure | None]

    @property
    def title(self) -> str:
        """The row in words."""
        return f"「{self.name}」" if self.code else self.name


class Coded:
    """One such table; ``columns`` are the headings of those with numbers."""

    def __init__(self, grid: Grid, name: str) -> None:
        self.title = grid.table.title
        self._grid = grid
        self._kind = WORDS.kinds[name]
        self.columns = _columns(grid)
        found = list(self._rows())
        self.whole = next((row for row in found if not row.code), None)
        twice = Counter(row.code for row in found)
        self._unclear = {code for code, times in twice.items() if times > 1}
        self.rows = {row.code: row for row in found if row.code}

    def _rows(self) -> Iterator[Row]:
        seen: set[tuple[str, ...]] = set()
        first = min(self.columns, default=0)
        for place, row in enumerate(self._grid.table.rows):
            head = row.cells[:first]
            code, name = _code(head)
            if row.cells in seen or not (code or any(WORDS.whole.fullmatch(cell) for cell in head)):
                continue
            seen.add(row.cells)
            yield Row(code, name, self._figures(place, name))

    def _figures(self, place: int, name: str) -> dict[int, Figure | None]:
        if all(self._grid.is_empty(place, column) for column in self.columns):
            return dict.fromkeys(self.columns)
        return self._grid.figures(place, self.columns, name)

    def column(self, pattern: Pattern | None) -> int | None:
        """The one column whose heading has these words."""
        found = [column for column, label in self.columns.items() if pattern and pattern.search(label)]
        return found[0] if len(found) == 1 else None

    @property
    def total(self) -> int | None:
        """The column of the total."""
        parts, total = self._parts, self._kind.total
        kept = (column for column in self.columns if column not in parts and not self._is_beside(column))
        found = [column for column in kept if total and total.search(self.columns[column])]
        return found[0] if len(found) == 1 else None

    def part(self, words: str) -> int | None:
        """The one part of the total whose heading has these words."""
        found = [column for column in self._parts if words in self.columns[column]]
        return found[0] if len(found) == 1 else None

    @property
    def _is_clear(self) -> bool:
        """Whether no two columns are the same part of the total: last year's, say, and this year's."""
        told = [[column for column in self._parts if part.search(self.columns[column])] for part in self._kind.parts]
        return all(len(columns) < 2 for columns in told)

    @property
    def _parts(self) -> list[int]:
        return [
            column
            for column, label in self.columns.items()
            if not self._is_beside(column) and any(part.search(label) for part in self._kind.parts)
        ]

    def _is_beside(self, column: int) -> bool:
        return self._kind.beside is not None and self._kind.beside.search(self.columns[column]) is not None

    def of_whole(self, column: int | None) -> Figure | None:
        """The number of the whole in a column."""
        return self.whole.figures[column] if self.whole is not None and column is not None else None

    def checks(self) -> Iterator[Check]:
        """Across each row, then down each column."""
        rows = [*([self.whole] if self.whole is not None else []), *self.rows.values()]
        for row in rows:
            if row.code not in self._unclear:
                yield from self._across(row)
        for parent, children in self._families():
            for column in self.columns:
                yield from self._down(parent, children, column)

    def _across(self, row: Row) -> Iterator[Check]:
        parts, total = self._parts, self.total
        told = {*parts, total}
        known_all = self._is_clear and all(c in told or self._is_beside(c) for c in self.columns)
        if total is not None and len(parts) > 1 and known_all:
            yield from self._check(
                row, total, "各分项之和", [row.figures[column] for column in parts], shown=not row.code
            )
        opening, income, closing = (self.column(each) for each in (WORDS.opening, WORDS.income, WORDS.closing))
        if total is None or opening is None or income is None or closing is None:
            return
        spent = row.figures[total]
        if spent is not None:
            before = [row.figures[opening], row.figures[income]]
            yield from self._check(row, closing, "年初结转加本年收入减本年支出", before, (spent,))

    def _down(self, parent: Row, children: Sequence[Row], column: int) -> Iterator[Check]:
        against = "下级科目之和" if parent.code else "各科目之和"
        group = f"{self.title}/{parent.code or WHOLE}"
        parts = [child.figures[column] for child in children]
        yield from self._check(parent, column, against, parts, group=group, shown=not parent.code)

    def _check(
        self,
        row: Row,
        column: int,
        against: str,
        parts: Sequence[Figure | None],
        less: tuple[Figure, ...] = (),
        group: str | None = None,
        shown: bool = False,
    ) -> Iterator[Check]:
        whole, added = row.figures[column], known(parts)
        if whole is None or added is None:
            return
        label = self.columns[column]
        subject = f"{row.code or WHOLE}/{label}/{against}"
        lossy = group is not None and len(self.columns) == 1  # a row of several columns lacks in several sums
        yield Check(self.title, subject, f"{row.title}的{label}", against, whole, added, less, group, shown, lossy)

    def _families(self) -> Iterator[tuple[Row, list[Row]]]:
        """Each row with the rows right below it; codes printed twice make a family unclear."""
        below: dict[str, list[Row]] = defaultdict(list)
        for code, row in self.rows.items():
            above = (code[:length] for length in range(len(code) - 2, 2, -2))
            below[next((each for each in above if each in self.rows), "")].append(row)
        for code, children in below.items():
            parent = self.rows.get(code) if code else self.whole
            doubled = any(each.code in self._unclear for each in children) or code in self._unclear
            if parent is not None and not doubled:
                yield parent, children


def _columns(grid: Grid) -> dict[int, str]:
    """The columns with numbers and their headings: those that the headings number, else where the whole has numbers."""
    rows = grid.table.rows
    start = next((at for at, row in enumerate(rows) if _is_data(row.cells)), len(rows))
    numbered = next((at for at in range(start) if any(map(WORDS.numbered.fullmatch, rows[at].cells))), None)
    if numbered is not None:
        columns = [column for column, cell in enumerate(rows[numbered].cells) if WORDS.column.fullmatch(cell)]
    else:
        columns = _numeric(grid, start) if start < len(rows) else []
    headings = [at for at in range(start) if at != numbered]
    named = {c: "".join(dict.fromkeys(grid.text(at, c) for at in headings if grid.text(at, c))) for c in columns}
    return {column: label for column, label in named.items() if not WORDS.compared.search(label)}


def _is_data(cells: Sequence[str]) -> bool:
    """Whether a row is of a class or of the whole, with numbers; a heading may say 合计 too."""
    named = any(WORDS.whole.fullmatch(cell) or WORDS.coded_name.fullmatch(cell) for cell in cells[:5])
    return named and any(WORDS.number.fullmatch(cell) for cell in cells[1:])


def _code(head: Sequence[str]) -> tuple[str, str]:
    """The code and the name of a row: in one cell or several, the code perhaps by its parts; "" for the whole."""
    at = next((at for at, cell in enumerate(head) if WORDS.coded_name.fullmatch(cell)), None)
    found = WORDS.coded_name.fullmatch(head[at]) if at is not None else None
    if at is None or found is None:
        return "", WHOLE
    further = [cell for cell in head[at + 1 : at + 3] if WORDS.below.fullmatch(cell)] if len(found["code"]) == 3 else []
    code = "".join((found["code"], *further))
    names = (cell for cell in head if cell and cell not in (found[0], *further))
    return code, found["name"] or next(names, code)


def _numeric(grid: Grid, row: int) -> list[int]:
    """From the first number of the row of the whole to its end."""
    cells = grid.table.rows[row].cells
    named = next((at for at, cell in enumerate(cells) if WORDS.whole.fullmatch(cell)), None)
    if named is None:
        return []
    first = next((at for at in range(named + 1, len(cells)) if cells[at]), len(cells))
    return list(range(first, len(cells)))
