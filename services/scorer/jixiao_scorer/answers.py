"""The rows that carry points, each with what its cells say: target against actual, reason, score against weight."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from jixiao.forms import Indicator, Value
from jixiao_scorer.compare import Cell, Comparison, Kind, Why, compare, compare_cells, is_positive_cost
from jixiao_scorer.compare.words import CLASSIFIED
from jixiao_scorer.lazy import lazy
from jixiao_scorer.reasons import Reason, reason

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Answer:
    """A row with points; ``weight`` is positive, ``score`` None where it cannot be read."""

    place: int
    indicator: Indicator
    weight: Decimal
    score: Decimal | None
    year: int | None = None
    reason_lost: bool = False  # the deviation column was mixed up hereabouts

    @lazy
    def target(self) -> Cell:
        """The target, parsed once."""
        return Cell(self.indicator.target.text)

    @lazy
    def actual(self) -> Cell:
        """The actual, parsed once."""
        return Cell(self.indicator.actual.text)

    @lazy
    def found(self) -> Comparison:
        """Target against actual."""
        row = self.indicator
        if row.target.text == row.actual.text:
            return compare(row.target.text, row.actual.text)
        return compare_cells(self.target, self.actual, self.name, self.level2, self.year)

    @lazy
    def over(self) -> Decimal | None:
        """The largest ratio of actual to a positive target."""
        return self.found.over

    @lazy
    def reason(self) -> Reason:
        """What the deviation cell says."""
        found = reason(self.indicator.deviation.text)
        return Reason.UNKNOWN if self.reason_lost and found.is_missing else found

    @lazy
    def name(self) -> str:
        """The indicator's name, empty where there is none."""
        return self.indicator.name.text or ""

    @lazy
    def level2(self) -> str:
        """The second level, empty where there is none."""
        return self.indicator.level2.text or ""

    @property
    def missed(self) -> bool:
        """Whether the target can be compared and was not reached."""
        return self.found.met is False

    @property
    def full(self) -> bool:
        """Whether the score is the weight."""
        return self.score is not None and self.score >= self.weight

    @property
    def deducted(self) -> bool:
        """Whether the unit took points off."""
        return self.score is not None and 0 <= self.score < self.weight

    @property
    def share_gives_full(self) -> bool:
        """Whether the share that was reached is the full weight once rounded to two digits."""
        ratio = self.found.ratio
        return ratio is not None and (self.weight * ratio).quantize(_CENT, ROUND_HALF_UP) >= self.weight

    def reached(self, percent: Decimal) -> bool:
        """Whether a positive target was reached to so many per cent or more."""
        return self.over is not None and self.over * 100 >= percent

    @property
    def cells(self) -> tuple[Value, ...]:
        """The cells that a judgement on target and actual rests on."""
        return (self.indicator.target, self.indicator.actual)

    @property
    def has_wrong_sign(self) -> bool:
        """Whether this is a cost in money or as a share, given as a floor, and not of the kind that should be large."""
        if self.level2 != "成本" or is_positive_cost(self.name):
            return False
        return any(aim.op in ("≥", ">") and aim.unit.kind in (Kind.MONEY, Kind.SHARE) for aim in self.target.measures)

    @property
    def is_quantitative(self) -> bool:
        """Whether the target is a number."""
        text = self.indicator.target.text or ""
        return self.found.why in (Why.MEASURED, Why.SAME) and any("0" <= char <= "9" for char in text)


def is_classified(indicator: Indicator) -> bool:
    """Whether a row only says that its contents are classified."""
    return CLASSIFIED in _text(indicator)


def spills(indicator: Indicator) -> bool:
    """Whether words of the deviation column stand in another cell, so that the reading mixed up the row."""
    text = _text(indicator)
    return "偏差原因" in text or "改进措施" in text


def _text(indicator: Indicator) -> str:
    return f"{indicator.name.text} {indicator.target.text} {indicator.actual.text}"
