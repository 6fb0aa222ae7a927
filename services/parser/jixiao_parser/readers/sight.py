"""Pictures of pages: straightened, their drawn lines found (OpenCV), their text read line by line (rapidocr).

Both come with the optional extra ``ocr``. What a page shows is known by its lines: text is read cell by cell, so that
neighbouring cells never run together.
"""

import importlib.util
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from jixiao_parser.readers.drawn import SPECK, drawn, straightened
from jixiao_parser.readers.printed import COLUMN_GAP
from jixiao_parser.readers.ruling import Box, Ruling, grids_of

DPI = 200  # text is recognised best at this resolution
POINTS = 72
USUAL_HEIGHT = 24  # dots, of a line of text, when the page does not tell
DUST = 0.42  # of the usual height: what is smaller both ways and stands apart is dust
APART = 0.9  # the same: dust is this far from the next sign
REACH = 0.6  # the same: a colon whose dots are as small as dust may end a line
ONE_LINE = 1.3  # times the usual height: what is no higher is one line, though its strokes are apart
BATCH = 8
SAMPLES = 8  # lines by which it is told which way round a page is
UPRIGHT = 0.85  # their confidence, on the average, that leaves no question
SURE_OUTSIDE = 0.6  # what is read less surely outside of tables is dust
Field = tuple[int, int, int, int]
"""Left, top, right, bottom in dots."""


class Seen(NamedTuple):
    """A line of text: what it says, how sure that is (0 to 1), and its box in points. "": ink that says nothing."""

    text: str
    confidence: float
    box: Box


@dataclass(frozen=True, slots=True)
class Sight:
    """What is seen on a page, in points."""

    width: float
    height: float
    lines: Sequence[Seen]
    rulings: Sequence[Ruling]


class _Spot(NamedTuple):
    """A line of text in dots: its box, how far right its last sign may reach, and whether it is in a table."""

    box: Field
    reach: int
    in_table: bool

    @property
    def is_dash(self) -> bool:
        """Whether it is a dash, which recognisers take for the numeral one."""
        left, top, right, bottom = self.box
        return right - left > 3 * (bottom - top) and bottom - top < USUAL_HEIGHT / 3


def _length(spot: _Spot) -> int:
    return spot.box[2] - spot.box[0]


class _Looked(NamedTuple):
    """A page's picture with its lines of text and its drawn lines, not yet read."""

    picture: Any
    spots: list[_Spot]
    rulings: list[Ruling]


def _looked(picture: Any) -> _Looked:
    ink, found = drawn(picture)
    scale = POINTS / DPI
    rulings = [
        Ruling(level, at * scale, start * scale, end * scale)
        for level, at, start, end in (line.ruling for line in found)
    ]
    return _Looked(picture, list(_spots(ink, rulings, scale)), rulings)


def can_see() -> bool:
    """Whether the extra is installed."""
    return all(importlib.util.find_spec(name) for name in ("cv2", "rapidocr", "onnxruntime"))


class Eyes:
    """The recogniser, loaded when there is something to read, once for all pages of a file."""

    @cached_property
    def _engine(self) -> Any:
        from rapidocr import RapidOCR

        return RapidOCR(params={"Global.log_level": "critical", "Rec.rec_batch_num": BATCH})

    def see(self, image: Any, dpi: float) -> Sight:
        """What a page shows: a grey picture (of PIL) of so many dots an inch."""
        import cv2
        import numpy

        picture = straightened(numpy.asarray(image))
        if abs(dpi - DPI) > 1:
            size = round(picture.shape[1] * DPI / dpi), round(picture.shape[0] * DPI / dpi)
            picture = cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC if dpi < DPI else cv2.INTER_AREA)
        picture, spots, rulings = self._upright(picture)
        scale = POINTS / DPI
        lines = [Seen("—", 1.0, _scaled(spot.box, scale)) for spot in spots if spot.is_dash]
        signs = [spot for spot in spots if not spot.is_dash]
        for spot, (text, confidence) in zip(signs, self._read([_cut(picture, spot) for spot in signs]), strict=True):
            if spot.in_table or confidence >= SURE_OUTSIDE:
                lines.append(Seen(text, confidence, _scaled(spot.box, scale)))
        return Sight(picture.shape[1] * scale, picture.shape[0] * scale, lines, rulings)

    def _upright(self, picture: Any) -> _Looked:
        """The page as it is read, with its lines of text: scanners take pages in any way round.

        Some lines tell: text on its side or on its head is recognised with little confidence.
        """
        import numpy

        ways: list[tuple[float, int, _Looked]] = []
        for quarter in range(2):
            turned = _looked(numpy.ascontiguousarray(numpy.rot90(picture, quarter)))
            for half in (0, 2):
                confidence = self._confidence(turned, half)
                ways.append((confidence, quarter + half, turned))
                if confidence >= UPRIGHT:
                    break
            if ways[-1][0] >= UPRIGHT:
                break
        _, turns, seen = max(ways, key=lambda way: way[0])
        return seen if turns < 2 else _looked(numpy.ascontiguousarray(numpy.rot90(picture, turns)))

    def _confidence(self, seen: _Looked, half: int) -> float:
        """How surely some long lines of a page are recognised, as they stand or on their head."""
        import numpy

        longest = sorted((spot for spot in seen.spots if not spot.is_dash), key=_length, reverse=True)[:SAMPLES]
        cuts = [numpy.ascontiguousarray(numpy.rot90(_cut(seen.picture, spot), half)) for spot in longest]
        return sum(confidence for _, confidence in self._read(cuts)) / len(cuts) if cuts else 0.0

    def _read(self, pictures: list[Any]) -> list[tuple[str, float]]:
        if not pictures:
            return []
        found = self._engine.recognize_txt(pictures)
        return [(str(text), float(score)) for text, score in zip(found.txts, found.scores, strict=True)]


def _spots(ink: Any, rulings: Sequence[Ruling], scale: float) -> Iterator[_Spot]:
    """The lines of text: in each cell, and in the bands between the tables."""
    fields = [(field, inside) for field, inside in _fields(ink.shape[1], ink.shape[0], rulings, scale) if _size(field)]
    runs = [(*field, list(_runs(ink[field[0][1] : field[0][3], field[0][0] : field[0][2]]))) for field in fields]
    heights = sorted(last - first for *_, found in runs for first, last in found if last - first > USUAL_HEIGHT / 2)
    usual = heights[len(heights) // 2] if heights else USUAL_HEIGHT
    ruled = any(inside for _, inside in fields)
    for (left, top, right, _), inside, found in runs:
        spots = []
        for first, last in _whole_lines(found, usual):
            whole = _signs(ink[top + first : top + last, left:right], usual)
            for signs in [whole] if ruled and whole else _parted(whole, usual):
                box = left + signs[0][0], top + first, left + signs[-1][1], top + last
                spots.append(_Spot(box, min(box[2] + round(usual * REACH), right), inside))
        alone = len(spots) == 1 or not ruled  # as a dash is in its cell
        yield from (spot for spot in spots if alone or not spot.is_dash)


def _parted(signs: Sequence[tuple[int, int]], usual: int) -> list[list[tuple[int, int]]]:
    """The signs of a line on a page without tables, parted where gaps make columns."""
    parts: list[list[tuple[int, int]]] = []
    for sign in signs:
        if parts and sign[0] - parts[-1][-1][1] <= usual * COLUMN_GAP:
            parts[-1].append(sign)
        else:
            parts.append([sign])
    return parts


def _size(field: Field) -> bool:
    return field[2] - field[0] > SPECK and field[3] - field[1] > SPECK


def _fields(width: int, height: int, rulings: Sequence[Ruling], scale: float) -> Iterator[tuple[Field, bool]]:
    grids = sorted(grids_of(rulings), key=lambda grid: grid.ys[0])
    edge = 0
    for grid in grids:
        yield (0, edge, width, round(grid.ys[0] / scale) - 2), False
        edge = max(edge, round(grid.ys[-1] / scale) + 2)
        for area in grid.areas:
            left, top, right, bottom = (round(side / scale) for side in area.box)
            yield (left + 3, top + 3, right - 3, bottom - 3), True
    yield (0, edge, width, height), False


def _runs(ink: Any) -> Iterator[tuple[int, int]]:
    """The rows of dots with ink, from and to."""
    places = ink.any(axis=1).nonzero()[0]
    start = None
    for at, place in enumerate(places):
        start = place if start is None else start
        if at + 1 == len(places) or places[at + 1] > place + 1:
            yield int(start), int(place) + 1
            start = None


def _signs(ink: Any, usual: int) -> list[tuple[int, int]]:
    """The columns of dots with ink, from and to; dust that stands apart at either end is left out."""
    runs = list(_runs(ink.T))
    small = usual * DUST
    while runs and _is_dust(ink, runs[0], small) and (len(runs) == 1 or runs[1][0] - runs[0][1] > usual * APART):
        runs.pop(0)
    while runs and _is_dust(ink, runs[-1], small) and (len(runs) == 1 or runs[-1][0] - runs[-2][1] > usual * APART):
        runs.pop()
    return [] if all(_is_dust(ink, run, small) for run in runs) else runs


def _is_dust(ink: Any, run: tuple[int, int], small: float) -> bool:
    rows = ink[:, run[0] : run[1]].any(axis=1).nonzero()[0]
    return run[1] - run[0] < small and rows[-1] + 1 - rows[0] < small


def _whole_lines(runs: Sequence[tuple[int, int]], usual: int) -> Iterator[tuple[int, int]]:
    """Runs of rows put together where strokes of one line are apart, as in 三."""
    line: tuple[int, int] | None = None
    for first, last in runs:
        if line is not None and last - line[0] <= ONE_LINE * usual:
            line = line[0], last
            continue
        if line is not None:
            yield line
        line = first, last
    if line is not None:
        yield line


def _cut(picture: Any, spot: _Spot) -> Any:
    """A line of text with a white margin, in three colours as the recogniser wants it."""
    import cv2

    left, top, _, bottom = spot.box
    cut = picture[max(0, top - 2) : bottom + 2, max(0, left - 2) : spot.reach + 2]
    cut = cv2.copyMakeBorder(cut, 4, 4, 6, 6, cv2.BORDER_CONSTANT, value=255)
    return cv2.cvtColor(cut, cv2.COLOR_GRAY2BGR)


def _scaled(box: tuple[int, int, int, int], scale: float) -> Box:
    left, top, right, bottom = box
    return left * scale, top * scale, right * scale, bottom * scale
