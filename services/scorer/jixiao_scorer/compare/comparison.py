"""The answer of the comparison engine."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from jixiao_scorer.compare.direction import FLOOR
from jixiao_scorer.compare.parts import Part


class Why(StrEnum):
    """How an answer was found, or why there is none."""

    SAME = "same"  # word for word
    MEASURED = "measured"
    DATED = "dated"
    WORDS = "words"
    BLANK = "blank"
    NOT_APPLICABLE = "not_applicable"
    MISMATCH = "mismatch"  # of different kinds: persons answered with per cent
    SOFT = "soft"  # words or a date answered with per cent
    TEXT = "text"  # both are sentences


@dataclass(slots=True)
class Comparison:
    """``met`` is None where the cells cannot be compared; ``ratio`` is that of the part that decides."""

    why: Why
    met: bool | None = None
    ratio: Decimal | None = None
    parts: tuple[Part, ...] = ()

    @property
    def comparable(self) -> bool:
        """Whether there is an answer."""
        return self.met is not None

    @property
    def over(self) -> Decimal | None:
        """The largest ratio among the parts with a positive floor."""
        largest = None
        for each in self.parts:
            if each.direction is FLOOR and each.ratio is not None and (largest is None or each.ratio > largest):
                largest = each.ratio
        return largest


_ONE, _ZERO = Decimal(1), Decimal(0)
SAME, BLANK = Comparison(Why.SAME, True, _ONE), Comparison(Why.BLANK)
MET, MET_SOMEHOW = Comparison(Why.WORDS, True, _ONE), Comparison(Why.WORDS, True)
MISSED, NOT_DONE = Comparison(Why.WORDS, False), Comparison(Why.WORDS, False, _ZERO)
NOT_APPLICABLE, TEXT = Comparison(Why.NOT_APPLICABLE), Comparison(Why.TEXT)
MISMATCH, SOFT = Comparison(Why.MISMATCH), Comparison(Why.SOFT)
