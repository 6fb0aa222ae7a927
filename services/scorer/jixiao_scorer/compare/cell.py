"""A cell ready to be compared: its normalised text, and its measures once somebody asks."""

from jixiao_scorer.compare.measures import Measure, measures
from jixiao_scorer.compare.text import normal


class Cell:
    """The text of a cell in normal form, and the measures in it, each worked out at most once."""

    __slots__ = ("_measures", "_printed", "_text")

    def __init__(self, printed: str | None) -> None:
        self._printed = printed
        self._text: str | None = None
        self._measures: tuple[Measure, ...] | None = None

    @property
    def text(self) -> str:
        """The text in normal form."""
        if self._text is None:
            self._text = normal(self._printed) if self._printed else ""
        return self._text

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The measures, in order."""
        if self._measures is None:
            self._measures = measures(self.text)
        return self._measures
