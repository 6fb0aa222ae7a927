"""Numbers of the tables of final accounts with their places, and what must hold between them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from jixiao.forms.printed import Printed

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Figure:
    """A printed number of the accounts and its path in the record."""

    number: Printed
    path: str

    @property
    def table(self) -> str:
        """The path of its table."""
        return self.path.partition(".rows")[0]

    @property
    def is_blank(self) -> bool:
        """Whether nothing is printed there."""
        return not self.number.text

    @property
    def yuan(self) -> Decimal:
        """Its value in yuan."""
        return self.number.in_yuan().value


@dataclass(frozen=True, slots=True)
class Check:
    """``whole`` must be the sum of ``parts`` less that of ``less``.

    ``subject`` names it between versions; ``told`` and ``against`` are both sides in words; ``group`` is what the
    children of one row have in common; ``shown``: among the figures that a page lists; ``lossy``: the parts are rows
    of which the reading may have lost one, and no other sum would tell.
    """

    table: str
    subject: str
    told: str
    against: str
    whole: Figure
    parts: tuple[Figure, ...]
    less: tuple[Figure, ...] = ()
    group: str | None = None
    shown: bool = False
    lossy: bool = False

    @property
    def name(self) -> str:
        """What names it between versions."""
        return f"{self.table}/{self.subject}"

    @property
    def where(self) -> str:
        """The whole in words, with its table."""
        return self.told if self.told.startswith("《") else f"《{self.table}》{self.told}"

    @property
    def computed(self) -> Printed:
        """The sum."""
        made = Printed.sum([each.number for each in self.parts])
        for each in self.less:
            made = made - each.number
        return made

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All that stands in it."""
        return (self.whole, *self.parts, *self.less)

    @property
    def gap(self) -> Decimal:
        """By how many yuan the whole is above the sum."""
        parts = sum((each.yuan for each in self.parts), _ZERO)
        return self.whole.yuan - parts + sum((each.yuan for each in self.less), _ZERO)

    @property
    def tolerance(self) -> Decimal:
        """How many yuan the printed digits allow them to be apart."""
        return sum((each.number.in_yuan().tolerance for each in self.figures), _ZERO)

    @property
    def may_lack_a_row(self) -> bool:
        """Whether one row more would close it."""
        return self.lossy and self.gap > self.tolerance

    @property
    def is_of_other_unit(self) -> bool:
        """Whether both sides print the same digits under different units, one of which was misread or misprinted."""
        whole, computed = self.whole.number, self.computed
        return whole.unit != computed.unit and whole.value != 0 and whole.value == computed.value

    @property
    def holds(self) -> bool:
        """Whether both can be the same number as printed."""
        return abs(self.gap) <= self.tolerance


def equal(table: str, told: tuple[str, Figure | None], other: tuple[str, Figure | None]) -> Iterable[Check]:
    """That two figures are the same, where both can be read."""
    (label, whole), (against, part) = told, other
    if whole is not None and part is not None:
        yield Check(table, f"{label}={against}", label, against, whole, (part,), shown=True)


def known(figures: Sequence[Figure | None]) -> tuple[Figure, ...] | None:
    """The figures, where all can be read and there are any."""
    found = tuple(each for each in figures if each is not None)
    return found if found and len(found) == len(figures) else None
