"""The one number whose change closes every broken sum that it stands in, where there is just one."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from jixiao.findings import Repair
from jixiao_scorer.accounts.figures import Check, Figure
from jixiao_scorer.repair import Change


@dataclass(frozen=True, slots=True)
class Mended:
    """A change, and the broken checks that it closes."""

    figure: Figure
    new: Decimal
    closed: tuple[Check, ...]

    @property
    def repair(self) -> Repair:
        """The change as a finding carries it."""
        return self._change.repair

    @property
    def rank(self) -> tuple[int, int]:
        """The more sums it closes and the fewer characters it touches, the better."""
        return -len(self.closed), self.size

    @property
    def size(self) -> int:
        """How many characters it touches."""
        return self._change.size

    @property
    def _change(self) -> Change:
        return Change(self.figure.path, self.figure.number, self.new)


class _Sum(NamedTuple):
    """A check in which a figure stands; ``weight``: by how much its gap grows with the figure, 1 or -1."""

    check: Check
    gap: Decimal
    tolerance: Decimal
    weight: int

    @property
    def holds(self) -> bool:
        """Whether the check does."""
        return abs(self.gap) <= self.tolerance


class Mender:
    """Looks for such changes among all checks of the accounts."""

    def __init__(self, checks: Iterable[Check]) -> None:
        self._having: dict[str, list[_Sum]] = defaultdict(list)
        for check in checks:
            gap, tolerance = check.gap, check.tolerance  # each adds up all figures
            parts = {figure.path for figure in check.parts}
            for figure in check.figures:
                weight = -1 if figure.path in parts else 1
                self._having[figure.path].append(_Sum(check, gap, tolerance, weight))

    def mend(self, broken: Check) -> Mended | None:
        """The change that closes a broken check and breaks no other; None when several would do.

        One that closes nothing else must be a misprint of one character: a lost line looks like the others.
        """
        found = [each for figure in broken.figures if (each := self._try(figure, broken)) is not None]
        most = max((len(each.closed) for each in found), default=0)
        best = [each for each in found if len(each.closed) == most]
        if len(best) != 1 or (most == 1 and best[0].size > 1):
            return None
        return self._finest(best[0])

    def _try(self, figure: Figure, broken: Check) -> Mended | None:
        """The change of a figure that closes the check to the last digit, where all its others then hold."""
        having = self._having[figure.path]
        own = next(each for each in having if each.check is broken)
        by = -own.gap * own.weight
        new = figure.number.value + figure.number.of_yuan(by)
        if new < 0 or any(abs(each.gap + each.weight * by) > each.tolerance for each in having):
            return None
        return Mended(figure, new, tuple(each.check for each in having if not each.holds))

    def _finest(self, found: Mended) -> Mended:
        """Of the changes that each of the closed checks asks for, the smallest in writing."""
        tried: Sequence[Mended | None] = [self._try(found.figure, check) for check in found.closed]
        return min((each for each in tried if each is not None), key=lambda each: each.rank, default=found)
