"""The goals in a stream: what was expected and what became of it, two texts that follow one another."""

import re
from collections.abc import Iterator, Sequence

from jixiao_parser.recognise import labels
from jixiao_parser.recognise.grid import Line, made_line
from jixiao_parser.recognise.regrid.flow_rows import GUESS
from jixiao_parser.recognise.regrid.wraps import two_texts
from jixiao_parser.recognise.stream.signs import CELL, Stream

_FRAMES = [word for word, name in [*labels.INDICATOR_COLUMNS.items(), *labels.GOALS.items()] if name == "frame"]
_STOPS = dict.fromkeys([*labels.SECTIONS, *labels.OTHERS, *_FRAMES], "")
_YEAR = re.compile(r"20\d\d年")


def goal_lines(stream: Stream, begin: int, end: int, dense: bool) -> Iterator[Line]:
    """The two texts behind the header of the goals, up to the next part at most."""
    end = next((found.begin for found in stream.labels(_STOPS, begin, end, dense)), end)
    pieces = list(stream.pieces(begin, end))
    texts = [text for text, _ in pieces if text]
    if not texts:
        return
    cells = _cells(pieces)
    texts = cells if len(cells) == 2 else texts
    line = stream.line_at(begin)
    if len(texts) == 2:
        yield made_line(line, [(1, texts[0]), (4, texts[1])])
    elif len(texts) == 1:
        first, second = _halves(texts[0]) if dense else _alone(pieces)
        yield made_line(line, [(1, first), (4, second)], {1: GUESS, 4: GUESS} if first and second else {})
    else:
        found = two_texts([(at, (text,)) for at, text in enumerate(texts)])
        yield made_line(line, [(1, found.first), (4, found.second)], {} if found.sure else {1: GUESS, 4: GUESS})


def goals_beside(stream: Stream, begin: int, end: int, dense: bool) -> Iterator[Line]:
    """The goals where each stands behind its own label; nothing where a label or a text is missing."""
    found = [each for each in stream.labels(labels.GOALS_BESIDE, begin, end, dense) if each.meaning != "frame"]
    expected = next((each for each in found if each.meaning == "expected"), None)
    actual = next((each for each in found if expected and each.begin > expected.end and each.meaning == "actual"), None)
    if expected is None or actual is None:
        return
    stops = stream.labels(_STOPS | dict.fromkeys(labels.NUMBERING, ""), actual.end, end, dense)
    last = next((each.begin for each in stops), end)
    cells = [(1, expected.end, actual.begin), (4, actual.end, last)]
    yield made_line(stream.line_at(expected.begin), [(1, "预期目标"), (4, "实际完成情况")])
    yield made_line(stream.line_at(expected.begin), [(at, stream.printed[one:other]) for at, one, other in cells])


def _cells(pieces: Sequence[tuple[str, int]]) -> list[str]:
    """The texts of cells, where these are parted by more than blanks."""
    cells: list[str] = []
    for text, gap in pieces:
        if cells and text and gap < CELL:
            cells[-1] += text
        elif text:
            cells.append(text)
    return cells


def _alone(pieces: Sequence[tuple[str, int]]) -> tuple[str, str]:
    """One text where two should be: the empty cell beside it tells which is missing."""
    text = next(text for text, _ in pieces if text)
    return ("", text) if pieces[0] != (text, pieces[0][1]) and not pieces[0][0] else (text, "")


def _halves(text: str) -> tuple[str, str]:
    """Two texts that ran together: parted where the end is said twice, else at a year or sentence near the middle."""
    for length in range(len(text) // 2, 5, -1):
        if text[-length:] == text[-2 * length : -length]:
            return text[:-length], text[-length:]
    ends = [found.end() for found in re.finditer(r"[。；;]", text) if found.end() < len(text)]
    ends = [found.start() for found in _YEAR.finditer(text, 1) if 0.2 < found.start() / len(text) < 0.8] or ends
    cut = min(ends, key=lambda at: abs(at - len(text) / 2), default=len(text))
    return text[:cut], text[cut:]
