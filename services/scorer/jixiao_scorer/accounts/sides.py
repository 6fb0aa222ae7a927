"""The summary tables (总表): income on the left, spending on the right, each with its sums and its total."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from jixiao_scorer.accounts.figures import Check, Figure, equal, known
from jixiao_scorer.accounts.grid import Grid
from jixiao_scorer.accounts.words import WORDS, Pattern

S = WORDS.sides
_LONGEST = 4  # digits of a line number


@dataclass(frozen=True, slots=True)
class Line:
    """A line of one side with its numbers by column."""

    name: str
    figures: dict[int, Figure | None]

    @property
    def says_nothing(self) -> bool:
        """Whether all of its numbers are 0."""
        return all(each is not None and not each.number.value for each in self.figures.values())


@dataclass(slots=True)
class Side:
    """One side: the items, what they come to, and what leads from there to the total."""

    columns: dict[int, str]
    items: list[Line] = field(default_factory=list)
    sum: Line | None = None
    balances: list[Line] = field(default_factory=list)
    sources: list[Line] = field(default_factory=list)
    total: Line | None = None
    unknown: bool = False
    places: set[int] = field(default_factory=set)

    @property
    def is_whole(self) -> bool:
        """Whether every line is there and known: the lines are numbered (行次), and the reading may lose some."""
        # counted, not listed: whatever number a cell holds
        gaps = max(self.places) - min(self.places) + 1 - len(self.places) if self.places else 0
        return not self.unknown and gaps == 0

    def add(self, line: Line) -> None:
        """The next line from above."""
        name = line.name
        if S.sum.match(name) and self.sum is None:
            self.sum = line
        elif self.sum is not None and S.total.match(name):
            self.total = line
        elif S.inner.match(name) or (not name and line.says_nothing):
            return
        elif self.sum is None and S.item.match(name):
            self.items.append(line)
        elif self.sum is not None and S.source.match(name):
            self.sources.append(line)
        elif self.sum is not None and S.balance.match(name):
            self.balances.append(line)
        else:
            self.unknown = self.unknown or not line.says_nothing

    def column(self, pattern: Pattern | None = None) -> int | None:
        """The column of the whole, or the one with these words."""
        if len(self.columns) == 1:
            return next(iter(self.columns)) if pattern is None else None
        wanted = pattern or S.whole
        return next((column for column, label in self.columns.items() if wanted.search(label)), None)

    def figure(self, line: Line | None, pattern: Pattern | None = None) -> Figure | None:
        """The number of a line in such a column."""
        column = self.column(pattern)
        return line.figures[column] if line is not None and column is not None else None


class TwoSided:
    """One summary table."""

    def __init__(self, grid: Grid) -> None:
        self.title = grid.table.title
        self._grid = grid
        self.sides = [Side(columns) for columns in _sides(grid)]
        for place in range(len(grid.table.rows)):
            self._take(place)
        if self.sides and min(self.sides[0].places, default=1) > 1:  # the first line lacks, on both sides
            for side in self.sides:
                side.unknown = True

    def _take(self, place: int) -> None:
        starts = [min(side.columns) for side in self.sides]
        for at, side in enumerate(self.sides):
            begin = max(self.sides[at - 1].columns) + 1 if at else 0
            name = next((t for c in range(begin, starts[at]) if (t := self._grid.text(place, c))), "")
            is_head = S.first.fullmatch(name) or WORDS.numbered.fullmatch(name) or name in ("收入", "支出")
            if not is_head:
                name = "" if name.isdigit() else name
                if name or not all(self._grid.is_empty(place, column) for column in side.columns):
                    side.add(Line(name, self._grid.figures(place, side.columns, name)))
                texts = (self._grid.text(place, column) for column in range(begin, starts[at]))
                side.places |= {int(text) for text in texts if text.isdecimal() and len(text) <= _LONGEST}

    @property
    def income(self) -> Side | None:
        """The left side."""
        return self.sides[0] if len(self.sides) == 2 else None

    @property
    def spending(self) -> Side | None:
        """The right side."""
        return self.sides[1] if len(self.sides) == 2 else None

    def checks(self) -> Iterator[Check]:
        """The sums and the total of each side, the columns of each line, and that both totals are the same."""
        for side in self.sides:
            for column in side.columns:
                yield from self._column(side, column)
            for line in (*side.items, side.sum, *side.balances, side.total):
                if line is not None:
                    yield from self._across(side, line)
        if self.income is not None and self.spending is not None:
            totals = [side.figure(side.total) for side in (self.income, self.spending)]
            yield from equal(self.title, ("收入总计", totals[0]), ("支出总计", totals[1]))

    def _column(self, side: Side, column: int) -> Iterator[Check]:
        label, numbered = side.columns[column] if len(side.columns) > 1 else "", bool(side.places)
        if side.sum is None or not side.is_whole:
            return
        if side.items:
            yield from self._sum(side.sum, column, label, side.items, "各项之和", numbered)
        if side.total is not None:
            yield from self._sum(
                side.total, column, label, [side.sum, *side.balances], "本年合计与结转结余之和", numbered
            )
        openings = [each for each in side.balances if "财政拨款" in each.name]
        if len(openings) == 1 and len(side.sources) == 3:
            yield from self._sum(openings[0], column, label, side.sources, "各类预算之和", numbered)

    def _sum(
        self, line: Line, column: int, label: str, parts: Sequence[Line], against: str, numbered: bool
    ) -> Iterator[Check]:
        whole, added = line.figures[column], known([part.figures[column] for part in parts])
        if whole is not None and added is not None:
            told = f"{line.name}（{label}）" if label else line.name
            subject = f"{column}/{line.name}/{label}/{against}"
            yield Check(self.title, subject, told, against, whole, added, shown=True, lossy=not numbered)

    def _across(self, side: Side, line: Line) -> Iterator[Check]:
        """The whole of a line that is told by kinds of budget."""
        columns = [side.column(each) for each in (S.general, S.fund, S.capital)]
        whole = side.figure(line)
        if whole is None or None in columns or len(side.columns) != len(columns) + 1:
            return
        parts = known([line.figures[column] for column in columns if column is not None])
        if parts is not None:
            yield Check(self.title, f"{line.name}/合计", f"{line.name}的合计", "三类预算之和", whole, parts)


def _sides(grid: Grid) -> list[dict[int, str]]:
    """The columns of numbers of each side with their headings; none where the table is not set so."""
    rows = grid.table.rows
    head = next((at for at, row in enumerate(rows) if sum(bool(S.first.fullmatch(c)) for c in row.cells) > 1), None)
    if head is None:
        return []
    cells = rows[head].cells
    starts = [column for column, cell in enumerate(cells) if S.first.fullmatch(cell)]
    found = []
    for start, end in zip(starts, [*starts[1:], len(cells)], strict=True):
        columns = (column for column in range(start + 1, end) if cells[column] and not S.place.fullmatch(cells[column]))
        found.append({column: cells[column] for column in columns})
    merged = any(S.place.search(label) for columns in found for label in columns.values())  # 行次金额 in one cell
    return found if all(found) and not merged else []
