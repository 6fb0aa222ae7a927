"""The smallest change that would close a finding, where the figures determine it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from jixiao.findings import Repair
from jixiao.forms.printed import Printed
from jixiao_scorer.words import as_printed


@dataclass(frozen=True, slots=True)
class Change:
    """A printed number and what it would have to be; ``borne_out`` when the form prints the new one beside it."""

    path: str
    old: Printed
    new: Decimal
    borne_out: bool = False

    @property
    def text(self) -> str:
        """The new number, written as the old one is."""
        return as_printed(self.new, self.old)

    @property
    def size(self) -> int:
        """How many characters change; another length counts as all of them."""
        if len(self.text) != len(self.old.text):
            return max(len(self.text), len(self.old.text))
        return sum(a != b for a, b in zip(self.text, self.old.text, strict=True))

    @property
    def repair(self) -> Repair:
        """The change as a finding carries it."""
        return Repair(path=self.path, value=self.text)


def smallest(changes: Iterable[Change]) -> Change | None:
    """The one change that touches the fewest characters, one borne out before others; None when several are alike."""
    ranked = sorted(((each.size, not each.borne_out), each.path, each) for each in changes if each.new >= 0)
    if not ranked or (len(ranked) > 1 and ranked[0][0] == ranked[1][0]):
        return None
    return ranked[0][2]
