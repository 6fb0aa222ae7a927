"""The rows that carry points, each with what its cells say: target against actual, reason, score against weight."""

from decimal import ROUND_HALF_UP, Decimal

from jixiao.forms import Indicator, Value
from jixiao_scorer.compare import Cell, Direction, Kind, Why, compare, compare_cells, may_be_floor
from jixiao_scorer.reasons import Reason, reason

_CENT = Decimal("0.01")
_ZERO, _ONE = Decimal(0), Decimal(1)


class Answer:
    """A row with points; ``weight`` is positive, ``score`` None where it cannot be read.

    ``found`` sets target against actual; ``over`` is the largest ratio of actual to a positive target; ``deducted``:
    the unit took points off; ``reason_lost``: the deviation column was mixed up hereabouts. A value, never assigned to.
    """

    __slots__ = (
        "_reason", "actual", "deducted", "found", "indicator", "level2", "name", "over", "place", "reason_lost",
        "score", "target", "weight",
    )  # fmt: skip

    def __init__(
        self,
        place: int,
        indicator: Indicator,
        weight: Decimal,
        score: Decimal | None,
        year: int | None = None,
        reason_lost: bool = False,
    ) -> None:
        self.place, self.indicator, self.weight, self.score = place, indicator, weight, score
        self.reason_lost = reason_lost
        self.name = indicator.name.text or ""
        # Where 成本 is a level of its own, every row under it is a cost.
        self.level2 = "成本" if indicator.level1.text == "成本" else indicator.level2.text or ""
        target, actual = indicator.target.text, indicator.actual.text
        self.target = Cell(target)
        if target == actual:
            self.actual = self.target
            self.found = compare(target, actual)
        else:
            self.actual = Cell(actual)
            self.found = compare_cells(self.target, self.actual, self.name, self.level2, year)
        self.over = self.found.over
        self.deducted = score is not None and _ZERO <= score < weight
        self._reason: Reason | None = None

    @property
    def reason(self) -> Reason:
        """What the deviation cell says."""
        if self._reason is None:
            found = reason(self.indicator.deviation.text)
            self._reason = Reason.UNKNOWN if self.reason_lost and found.is_missing else found
        return self._reason

    @property
    def full(self) -> bool:
        """Whether the score is the weight."""
        return self.score is not None and self.score >= self.weight

    @property
    def most(self) -> Decimal | None:
        """The most points that an accepted formula gives: actual by target; for a ceiling target by actual, or 1 less
        the excess. Several measures count by their mean; None where a share cannot be told.
        """
        shares = []
        for part in self.found.parts:
            if part.ratio is None:
                return None
            if part.met:
                shares.append(_ONE)
            elif part.direction is Direction.FLOOR:
                shares.append(part.ratio)
            else:
                shares.append(max(1 / part.ratio, 2 - part.ratio))
        return self.weight * sum(shares) / len(shares) if shares else None

    @property
    def share_gives_full(self) -> bool:
        """Whether the share that was reached is the full weight once rounded to two digits."""
        most = self.most
        return most is not None and most.quantize(_CENT, ROUND_HALF_UP) >= self.weight

    @property
    def cells(self) -> tuple[Value, ...]:
        """The cells that a judgement on target and actual rests on."""
        return (self.indicator.target, self.indicator.actual)

    @property
    def has_wrong_sign(self) -> bool:
        """Whether this is a cost in money or as a share, given as a floor, and not of the kind that should be large."""
        if self.level2 != "成本" or may_be_floor(self.name):
            return False
        return any(aim.op in ("≥", ">") and aim.unit.kind in (Kind.MONEY, Kind.SHARE) for aim in self.target.measures)

    @property
    def is_quantitative(self) -> bool:
        """Whether the target is a number."""
        text = self.indicator.target.text or ""
        return self.found.why in (Why.MEASURED, Why.SAME) and any("0" <= char <= "9" for char in text)


def contents(indicator: Indicator) -> str:
    """Name, target and actual of a row in one text."""
    return f"{indicator.name.text} {indicator.target.text} {indicator.actual.text}"


def spills(text: str) -> bool:
    """Whether words of the deviation column stand in another cell, so that the reading mixed up the row."""
    return "偏差原因" in text or "改进措施" in text
