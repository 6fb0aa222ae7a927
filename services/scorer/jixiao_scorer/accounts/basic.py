"""基本支出决算表: codes of economic classes with their amounts, staff beside office."""

from collections import defaultdict
from collections.abc import Iterator

from jixiao_scorer.accounts.figures import Check, Figure, known
from jixiao_scorer.accounts.grid import Grid
from jixiao_scorer.accounts.words import WORDS


class Basic:
    """The table; ``sums`` are the printed sums of staff and office."""

    def __init__(self, grid: Grid) -> None:
        self.title = grid.table.title
        self._grid = grid
        self.figures: dict[str, Figure | None] = {}
        self._names: dict[str, str] = {}
        self.sums: dict[str, Figure | None] = {}
        amounts = _columns(grid)
        for place, row in enumerate(grid.table.rows):
            for column, cell in enumerate(row.cells):
                amount = next((each for each in amounts if each > column), None)
                if amount is not None:
                    self._take(place, column, amount, cell)

    def _take(self, place: int, column: int, amount: int, cell: str) -> None:
        for name, words in (("人员经费合计", WORDS.staff_sum), ("公用经费合计", WORDS.office_sum)):
            if words.fullmatch(cell):
                self.sums[name] = self._grid.figure(place, amount, name)
        if not WORDS.code.fullmatch(cell) or len(cell) > len("30101"):
            return
        name = next((t for at in range(column + 1, amount) if (t := self._grid.text(place, at))), "")
        if name:
            clear = cell not in self.figures
            self.figures[cell] = self._grid.figure(place, amount, name) if clear else None
            self._names[cell] = name

    def checks(self) -> Iterator[Check]:
        """Each class and the classes below it; the sums of staff and office."""
        below: dict[str, list[str]] = defaultdict(list)
        for code in self.figures:
            below[code[:3]] += [code] if len(code) > len("301") else []
        for code, children in below.items():
            told = f"「{self._names.get(code, code)}」的金额"
            yield from self._check(code, told, "下级科目之和", self.figures.get(code), children)
        tops = [code for code in self.figures if len(code) == len("301")]
        staff = [code for code in tops if WORDS.staff.fullmatch(code)]
        for name, codes in (("人员经费合计", staff), ("公用经费合计", [code for code in tops if code not in staff])):
            yield from self._check(name, name, "各类科目之和", self.sums.get(name), codes, shown=True)

    def _check(
        self, subject: str, told: str, against: str, whole: Figure | None, codes: list[str], shown: bool = False
    ) -> Iterator[Check]:
        added = known([self.figures[code] for code in codes])
        if whole is not None and added is not None:
            # a line that the reading lost lacks in several sums at once
            yield Check(self.title, subject, told, against, whole, added, group=self.title, shown=shown, lossy=True)


def _columns(grid: Grid) -> list[int]:
    """The columns of amounts, where the headings set them beside codes."""
    for place, row in enumerate(grid.table.rows):
        codes = [column for column, cell in enumerate(row.cells) if WORDS.coded.search(cell)]
        amounts = [column for column, cell in enumerate(row.cells) if WORDS.amount.fullmatch(cell)]
        if (
            codes
            and len(codes) == len(amounts)
            and all(code < amount for code, amount in zip(codes, amounts, strict=True))
        ):
            return amounts
        if place > 5:
            break
    return []
