"""The rows of indicators among cells that follow one another: which are labels, and where each row ends."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from jixiao_parser.recognise import labels
from jixiao_parser.recognise.texts import is_hashes, is_measure, is_number, number

LONGEST_OWN = 10  # signs of a level's label in words of its own; what is longer is a reason or a name
LABEL = "指标"
_TABLES = {"level1": labels.LEVEL1, "level2": labels.LEVEL2}

Labels = list[tuple[int, str]]
"""The labels that a row begins with, each with its place among the levels."""


class Row(NamedTuple):
    """A row: its labels, where the cells behind them begin, and where they end."""

    labels: Labels
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class StackedRows:
    """How rows lie among the cells of a text: behind the labels of ``levels`` come the cells of the ``columns``.

    ``dense``: the text leaves out empty cells, so that a row without a reason ends with its score;
    ``numbered``: the number of a row stands before its labels.
    """

    texts: Sequence[str]
    levels: Sequence[str]
    columns: Sequence[str]
    dense: bool
    numbered: bool

    def row_at(self, at: int) -> Row | None:
        """The row that begins here; None where none does.

        Labels of their own wording are known by the row behind them, and by the next row that begins where it ends.
        """
        at = self.start(at)
        ways = [Row(found, at + len(found), end) for found in self._labels(at) for end in self._ends(at + len(found))]
        return next((way for way in ways if self._goes_on(way.end)), ways[0] if ways else None)

    def _labels(self, at: int) -> Iterator[Labels]:
        known = self._known(at)
        others = (self._own(at, count) for count in range(len(self.levels) + 1) if count != len(known))
        yield from (found for found in (known, *others) if found is not None and self._is_row(at + len(found)))

    def _known(self, at: int) -> Labels:
        found: Labels = []
        for place, level in enumerate(self.levels):
            text = self.text(at + len(found))
            if labels.level_key(text) in _TABLES[level]:
                found.append((place, text))
        return found

    def _own(self, at: int, count: int) -> Labels | None:
        texts = [self.text(at + more) for more in range(count)]
        if all(_may_be_label(text) for text in texts):
            return list(enumerate(texts, start=len(self.levels) - count))
        return None

    def _ends(self, begin: int) -> list[int]:
        """Where a row may end, the likelier place first."""
        end = begin + len(self.columns)
        if not self.dense or self.columns[-1] != "deviation":
            return [end]
        reason, weight, score = self.text(end - 1), self._figure(begin, "weight"), self._figure(begin, "score")
        if is_number(reason) or self.is_over(end - 1) or _is_level(reason) or labels.key(reason) in labels.SUBTOTALS:
            return [end - 1]
        given = number(score) != number(weight) or reason.startswith(labels.REASONS)
        return [end, end - 1] if given else [end - 1, end]

    def _is_row(self, begin: int) -> bool:
        name, weight, score = self.text(begin), self._figure(begin, "weight"), self._figure(begin, "score")
        if self.dense and (not self._has_score(score) or any(_is_level(self.text(begin + more)) for more in (1, 2))):
            return False
        if self.dense and _is_level(name) and name.endswith(LABEL):
            return False
        if (name and is_measure(name)) or not is_number(weight) or "%" in weight + score:
            return False
        if any(labels.key(self.text(begin + more)) in labels.TOTALS for more in range(len(self.columns) - 1)):
            return False
        return not is_number(score) or (number(score) or 0) <= (number(weight) or 0)

    def _has_score(self, score: str) -> bool:
        return "score" not in self.columns or is_number(score) or is_hashes(score) or score in labels.PLACEHOLDERS

    def _figure(self, begin: int, name: str) -> str:
        return self.text(begin + self.columns.index(name)) if name in self.columns else ""

    def _goes_on(self, at: int) -> bool:
        """Whether what stands here follows a row: the end of the table, or another row."""
        return self.is_over(self.start(at)) or next(self._labels(self.start(at)), None) is not None

    def is_over(self, at: int) -> bool:
        """Whether the table has ended: by its total, what stands below it, or the end of the text."""
        text = self.text(at)
        word = labels.key(text)
        below = word in labels.TOTALS or word in labels.CLOSINGS or word in labels.INDICATOR_COLUMNS
        return at >= len(self.texts) or below or labels.is_title(text)

    def start(self, at: int) -> int:
        """Where the labels of a row begin, behind its number, and behind a subtotal."""
        if labels.key(self.text(at)) in labels.SUBTOTALS:
            at += 1
            while at < len(self.texts) and (not self.texts[at] or is_number(self.texts[at])):
                at += 1
        return at + 1 if self.numbered and is_number(self.text(at)) else at

    def text(self, at: int) -> str:
        """The cell at this place; "" behind the last one."""
        return self.texts[at] if at < len(self.texts) else ""


def _is_level(text: str) -> bool:
    return any(labels.level_key(text) in table for table in _TABLES.values())


def _may_be_label(text: str) -> bool:
    return bool(text) and len(text) <= LONGEST_OWN and not is_measure(text) and text not in labels.PLACEHOLDERS
