"""Cells that go on in further lines: a line that is followed by more of its cell is full, the last one need not be.

So a run of lines that holds two cells one after the other is parted where the first one's last line may end.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from jixiao_parser.recognise import labels

USUAL = 9.0
GLUED = 1.0  # a line that is wider than its column by this much holds the end of one cell and the start of another
UNLIKELY = 2.5
MARGIN = 0.5  # a parting that is cheaper than all others by this much is sure
ALIKE = 3  # two texts on one goal begin alike: 本项目共申请…, 本项目共完成…
SENTENCE_ENDS = "。.；;"
_STRONG = labels.REASONS[:4]
_NEVER_FIRST = "，,。.；;、：:）)”’"
_CLOSING = "，。；、：）”’"
_FURTHER = re.compile(r"[(（]?(?:[2-9]|[二三四五六七八九])[.、．)）](?!\d)")  # a number that goes on in a list
_DOTS = re.compile(r"…+|\.{2,}")
_YEAR = re.compile(r"20\d\d年")


@dataclass(frozen=True, slots=True)
class Gap:
    """The lines between the figures of one row and those of the next; ``deducted``: that row lost points.

    ``begun`` is the reason's first line where it stands behind the figures.
    """

    lines: tuple[str, ...]
    deducted: bool
    begun: str = ""


@dataclass(frozen=True, slots=True)
class Widths:
    """The widths of two columns, in full-width signs."""

    reason: float
    name: float


def words_in(text: str) -> tuple[str, ...]:
    """The words of a line; what begins with a closing sign goes on the word before, whatever blank stands between."""
    words: list[str] = []
    for word in text.split():
        if words and word[0] in _CLOSING:
            words[-1] += word
        else:
            words.append(word)
    return tuple(words)


@lru_cache(maxsize=8192)
def width(text: str) -> float:
    """How wide a text is, in full-width signs."""
    return sum(1.0 if unicodedata.east_asian_width(sign) in "WFA" else 0.5 for sign in text)


def has_reason(gap: Gap) -> bool:
    """Whether a gap begins with the reason for a deviation, or goes on with one."""
    return bool(gap.begun) or (bool(gap.lines) and gap.lines[0].startswith(labels.REASONS))


def widths_of(gaps: Sequence[Gap]) -> Widths:
    """The widths of the columns of reasons and names, from the gaps that hold but one of them."""
    names = [width(line) for gap in gaps if not has_reason(gap) for line in gap.lines]
    reasons = [width(line) for gap in gaps if has_reason(gap) for line in ([gap.begun] if gap.begun else gap.lines[:2])]
    name = max(names, default=USUAL)
    return Widths(max(reasons, default=name), name)


@dataclass(frozen=True, slots=True)
class Parted:
    """Two cells that were told apart; ``sure``: no other parting was nearly as likely."""

    first: str
    second: str
    sure: bool


def reason_and_name(gap: Gap, widths: Widths, named: bool) -> Parted:
    """What of a gap is the reason of the row above and what the name of the row below.

    ``named``: the name goes on beside the row's figures, so that every line of it here is full.
    """
    ways = []
    for reason, name in _partings(gap.lines, widths):
        if not name and not named:
            continue
        whole = (gap.begun, *reason) if gap.begun else reason
        cost = _cost(whole, widths.reason, False) + _cost(name, widths.name, named)
        cost += UNLIKELY * (bool(whole) != gap.deducted) + UNLIKELY * (bool(whole) != has_reason(gap))
        cost += 1.5 * bool(whole and whole[-1][-1] not in SENTENCE_ENDS)
        cost += UNLIKELY * any(word in line for line in name for word in _STRONG)
        ways.append((cost, "".join(reason), "".join(name)))
    return _likeliest(ways, "".join(gap.lines))


def _likeliest(ways: list[tuple[float, str, str]], whole: str) -> Parted:
    if not ways:
        return Parted("", whole, not whole)
    ways.sort(key=lambda way: way[0])
    sure = len(ways) == 1 or ways[1][0] - ways[0][0] >= MARGIN
    return Parted(ways[0][1], ways[0][2], sure)


def _partings(lines: Sequence[str], widths: Widths) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    found = [(tuple(lines[:at]), tuple(lines[at:])) for at in range(len(lines) + 1)]
    for at, line in enumerate(lines):
        if width(line) > max(widths.reason, widths.name) + GLUED:
            found += [
                ((*lines[:at], line[:cut]), (line[cut:], *lines[at + 1 :]))
                for cut in range(1, len(line))
                if width(line[cut:]) <= widths.name + 0.5
            ]
    return found


def _cost(lines: Sequence[str], limit: float, goes_on: bool) -> float:
    """How badly lines fit a column: those that go on should be full (or end a paragraph), and none should be wider."""
    cost = sum(max(0.0, width(line) - limit - 0.5) for line in lines)
    for at, line in enumerate(lines if goes_on else lines[:-1]):
        if not (at + 1 < len(lines) and lines[at + 1].startswith(labels.REASONS)):
            short = limit - width(line)
            cost += max(0.0, short - 1.0) + 0.1 * max(0.0, short)
    return cost


def two_texts(lines: Sequence[tuple[int, tuple[str, ...]]]) -> Parted:
    """Two long texts one after the other, each as lines with their numbers.

    A blank line, a line that ends early, the end of a sentence, a year or the first text's own words at the start speak
    for the second text to begin; it may also begin behind a blank inside a line.
    """
    lines = [(number, words) for number, words in lines if not _DOTS.fullmatch("".join(words))]
    ways = []
    for at, (number, words) in enumerate(lines):
        above = [text for _, text in lines[:at]]
        below = [text for _, text in lines[at + 1 :]]
        for cut in range(len(words)):
            first = ["".join(text) for text in (*above, words[:cut]) if text]
            second = ["".join(text) for text in (words[cut:], *below)]
            if not first or second[0][0] in _NEVER_FIRST:
                continue
            cost = _cost(first, max(map(width, first)), False) + _cost(second, max(map(width, second)), False)
            cost += UNLIKELY * (cut > 0) - UNLIKELY * (cut == 0 and number - lines[at - 1][0] > 1)
            cost -= 4 * UNLIKELY * bool(_YEAR.match(second[0]))
            cost += 4 * UNLIKELY * bool(_FURTHER.match(second[0]))
            cost -= UNLIKELY * second[0].startswith(first[0][:ALIKE])
            cost += UNLIKELY * (first[-1][-1] not in SENTENCE_ENDS and second[-1][-1] in SENTENCE_ENDS)
            ways.append((cost, "".join(first), "".join(second)))
    found = _likeliest(ways, "".join("".join(words) for _, words in lines))
    return found if ways else Parted(found.second, "", found.sure)
