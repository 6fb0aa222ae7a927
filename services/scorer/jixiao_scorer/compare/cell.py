"""A cell ready to be compared: its text in normal form, and its measures once somebody asks."""

from jixiao_scorer.compare.measures import Measure, measures
from jixiao_scorer.compare.text import normal


class Cell:
    """The ``text`` of a cell in normal form, and the measures in it, worked out at most once."""

    __slots__ = ("_measures", "text")

    def __init__(self, printed: str | None) -> None:
        self.text = normal(printed) if printed else ""
        self._measures: tuple[Measure, ...] | None = None

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The measures, in order."""
        if self._measures is None:
            self._measures = measures(self.text)
        return self._measures
