"""The printed labels of the second levels, each with the row from which it is taken to count."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Mark:
    """A printed level-2 label: its word, the row it stands on, and where it is taken to begin.

    ``fixed``: it stands right, whatever the sums say.
    """

    word: str
    row: int
    begins: int
    fixed: bool


def words_by_row(marks: Sequence[Mark], count: int) -> list[str | None]:
    """The second level of each of so many rows."""
    words: list[str | None] = [None] * count
    for mark in marks:
        words[mark.begins :] = [mark.word] * (count - mark.begins)
    return words


def sums_by_word(marks: Sequence[Mark], weights: Sequence[Decimal]) -> dict[str, Decimal]:
    """The sum of the weights of each second level that has rows."""
    sums: dict[str, Decimal] = {}
    for word, weight in zip(words_by_row(marks, len(weights)), weights, strict=True):
        if word is not None:
            sums[word] = sums.get(word, Decimal(0)) + weight
    return sums
