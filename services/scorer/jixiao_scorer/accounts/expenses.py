"""三公经费: the table of budget and spending of each kind, and what the text says of it."""

from collections.abc import Iterator, Sequence

from jixiao.forms.model import Claim
from jixiao_scorer.accounts.figures import Check, Figure, known
from jixiao_scorer.accounts.grid import Grid
from jixiao_scorer.accounts.words import WORDS

COLUMNS = {"budget": "预算数", "executed": "决算数"}
NAMES = {
    "whole": "“三公”经费合计",
    "abroad": "因公出国（境）费",
    "cars": "公务用车购置及运行维护费",
    "buying": "公务用车购置费",
    "running": "公务用车运行维护费",
    "hosting": "公务接待费",
}
SPOKEN = "public_expense"
_SUMS = (("whole", ("abroad", "cars", "hosting")), ("cars", ("buying", "running")))


class Expenses:
    """The table; ``figures`` by (budget or executed, kind)."""

    def __init__(self, grid: Grid) -> None:
        self.title = grid.table.title
        self._grid = grid
        self.figures = self._in_a_row() or self._in_columns()

    def _in_a_row(self) -> dict[tuple[str, str], Figure | None]:
        """The official layout: twelve numbers in one row, six of the budget and six spent."""
        width = len(NAMES)
        for place, row in enumerate(self._grid.table.rows):
            columns = [at for at, cell in enumerate(row.cells) if cell]
            found = [self._grid.figure(place, at, "") for at in columns]
            if len(columns) != 2 * width or None in found or _counts(row.cells, columns):
                continue
            if not self._is_headed_so(place, columns):
                return {}
            return {
                (column, kind): self._grid.figure(place, columns[half * width + at], NAMES[kind])
                for half, column in enumerate(COLUMNS)
                for at, kind in enumerate(NAMES)
            }
        return {}

    def _is_headed_so(self, row: int, columns: Sequence[int]) -> bool:
        """Whether no heading above the row says that its column is of another kind, or not of the budget or spent."""
        kinds = [(column, kind) for column in COLUMNS for kind in NAMES]
        for at, (column, kind) in zip(columns, kinds, strict=True):
            above = [text for line in range(row) if (text := self._grid.text(line, at))]
            told = {name for text in above for name, words in WORDS.columns.items() if words.search(text)}
            if told - {column, kind}:
                return False
        return True

    def _in_columns(self) -> dict[tuple[str, str], Figure | None]:
        """A row for each kind, under headings of budget and spending, each of them there once."""
        headed: dict[str, set[int]] = {column: set() for column in COLUMNS}
        found: dict[tuple[str, str], Figure | None] = {}
        for place, row in enumerate(self._grid.table.rows):
            for at, cell in enumerate(row.cells):
                for column, word in COLUMNS.items():
                    headed[column] |= {at} if cell.endswith(word) else set()
            kind = kind_of(next((cell for cell in row.cells if cell), ""))
            for column, places in headed.items():
                if kind is not None and len(places) == 1:
                    found.setdefault((column, kind), self._grid.figure(place, min(places), NAMES[kind]))
        return found

    def checks(self) -> Iterator[Check]:
        """The whole and its parts, for budget and spending."""
        for column, told in COLUMNS.items():
            for whole, parts in _SUMS:
                figure = self.figures.get((column, whole))
                added = known([self.figures.get((column, part)) for part in parts])
                if figure is not None and added is not None:
                    subject = f"{column}/{whole}"
                    yield Check(self.title, subject, f"{NAMES[whole]}{told}", "各项之和", figure, added, shown=True)


def _counts(cells: Sequence[str], columns: Sequence[int]) -> bool:
    """Whether the row numbers the columns."""
    return [cells[at] for at in columns] == [str(at + 1) for at in range(len(columns))]


def kind_of(name: str) -> str | None:
    """Which of the expenses a text names."""
    return next((kind for kind, words in WORDS.expenses.items() if words.search(name)), None)


def spoken(claims: Sequence[Claim]) -> Iterator[tuple[str, Claim]]:
    """What the text says of each."""
    for claim in claims:
        kind = kind_of(claim.subject) if claim.kind == SPOKEN else None
        if kind is not None:
            yield kind, claim
