"""Pictures of pages: straightened, their drawn lines found (OpenCV), their text read line by line (rapidocr).

Both come with the optional extra ``ocr``. What a page shows is known by its lines: text is read cell by cell, so that
neighbouring cells never run together.
"""

import importlib.util
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from jixiao_parser.readers.ruling import Box, Ruling, grids_of

DPI = 200  # text is recognised best at this resolution
POINTS = 72
LONGEST_TILT = 5.0  # degrees
SHORTEST_LEVEL, SHORTEST_UPRIGHT = 80, 34  # dots; the strokes of a sign are shorter
SPECK = 6  # dots: what is smaller both ways is dust
USUAL_HEIGHT = 24  # dots, of a line of text, when the page does not tell
DUST = 0.42  # of the usual height: what is smaller both ways and stands apart is dust
APART = 0.9  # the same: dust is this far from the next sign
ONE_LINE = 1.3  # times the usual height: what is no higher is one line, though its strokes are apart
BATCH = 8
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
        ink, drawn = _ink(picture)
        scale = POINTS / DPI
        rulings = list(_rulings(drawn, scale))
        boxes = list(_text_boxes(ink, rulings, scale))
        dashes = [box for box in boxes if _is_dash(box)]
        signs = [box for box in boxes if not _is_dash(box)]
        lines = [Seen("—", 1.0, _scaled(box, scale)) for box in dashes]
        for box, (text, confidence) in zip(signs, self._read([_cut(picture, box) for box in signs]), strict=True):
            lines.append(Seen(text, confidence, _scaled(box, scale)))
        return Sight(picture.shape[1] * scale, picture.shape[0] * scale, lines, rulings)

    def _read(self, pictures: list[Any]) -> list[tuple[str, float]]:
        if not pictures:
            return []
        found = self._engine.recognize_txt(pictures)
        return [(str(text), float(score)) for text, score in zip(found.txts, found.scores, strict=True)]


def straightened(picture: Any) -> Any:
    """The picture turned so that its long lines are level."""
    import cv2
    import numpy

    edges = cv2.threshold(picture, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)[1]
    lines = cv2.HoughLinesP(edges, 1, math.pi / 3600, 200, minLineLength=picture.shape[1] // 4, maxLineGap=8)
    if lines is None:
        return picture
    tilts = [math.degrees(math.atan2(y1 - y0, x1 - x0)) for x0, y0, x1, y1 in lines.reshape(-1, 4)]
    near = [tilt for tilt in tilts if abs(tilt) <= LONGEST_TILT]
    tilt = float(numpy.median(near)) if near else 0.0
    if abs(tilt) < 0.02:
        return picture
    height, width = picture.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), tilt, 1.0)
    return cv2.warpAffine(picture, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=255)


def _ink(picture: Any) -> tuple[Any, tuple[Any, Any]]:
    """Dark dots without dust and drawn lines, and the level and upright lines."""
    import cv2
    import numpy

    dark = cv2.adaptiveThreshold(picture, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 15)
    thick = cv2.dilate(dark, _block(3, 3))
    level = cv2.morphologyEx(thick, cv2.MORPH_OPEN, _block(SHORTEST_LEVEL, 1))
    upright = cv2.morphologyEx(thick, cv2.MORPH_OPEN, _block(1, SHORTEST_UPRIGHT))
    lines = cv2.dilate(cv2.bitwise_or(level, upright), _block(3, 3))
    ink = cv2.bitwise_and(dark, cv2.bitwise_not(lines))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    kept = numpy.maximum(stats[:, 2], stats[:, 3]) >= SPECK
    kept[0] = False
    return kept[labels], (level, upright)


def _block(width: int, height: int) -> Any:
    import cv2

    return cv2.getStructuringElement(cv2.MORPH_RECT, (width, height))


def _rulings(drawn: tuple[Any, Any], scale: float) -> Iterator[Ruling]:
    import cv2

    for is_level, mask in zip((True, False), drawn, strict=True):
        _, _, stats, middles = cv2.connectedComponentsWithStats(mask)
        for (left, top, width, height, _), (x, y) in zip(stats[1:], middles[1:], strict=True):
            if is_level and width > 3 * height:
                yield Ruling(True, float(y) * scale, float(left) * scale, float(left + width) * scale)
            elif not is_level and height > 3 * width:
                yield Ruling(False, float(x) * scale, float(top) * scale, float(top + height) * scale)


def _text_boxes(ink: Any, rulings: Sequence[Ruling], scale: float) -> Iterator[Field]:
    """The lines of text: in each cell, and in the bands between the tables."""
    fields = [field for field in _fields(ink.shape[1], ink.shape[0], rulings, scale) if _size(field)]
    runs = [(field, list(_runs(ink[field[1] : field[3], field[0] : field[2]]))) for field in fields]
    heights = sorted(last - first for _, found in runs for first, last in found if last - first > USUAL_HEIGHT / 2)
    usual = heights[len(heights) // 2] if heights else USUAL_HEIGHT
    for (left, top, right, _), found in runs:
        for first, last in _whole_lines(found, usual):
            signs = list(_signs(ink[top + first : top + last, left:right], usual))
            if signs:
                yield left + signs[0][0], top + first, left + signs[-1][1], top + last


def _size(field: Field) -> bool:
    return field[2] - field[0] > SPECK and field[3] - field[1] > SPECK


def _fields(width: int, height: int, rulings: Sequence[Ruling], scale: float) -> Iterator[Field]:
    grids = sorted(grids_of(rulings), key=lambda grid: grid.ys[0])
    edge = 0
    for grid in grids:
        yield 0, edge, width, round(grid.ys[0] / scale) - 2
        edge = max(edge, round(grid.ys[-1] / scale) + 2)
        for area in grid.areas:
            left, top, right, bottom = (round(side / scale) for side in area.box)
            yield left + 2, top + 2, right - 2, bottom - 2
    if grids:
        yield 0, edge, width, height


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
    return runs


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


def _is_dash(box: Field) -> bool:
    return (box[2] - box[0]) > 3 * (box[3] - box[1]) and box[3] - box[1] < USUAL_HEIGHT / 3


def _cut(picture: Any, box: Field) -> Any:
    """A line of text with a white margin, in three colours as the recogniser wants it."""
    import cv2

    left, top, right, bottom = box
    cut = picture[max(0, top - 2) : bottom + 2, max(0, left - 2) : right + 2]
    cut = cv2.copyMakeBorder(cut, 4, 4, 6, 6, cv2.BORDER_CONSTANT, value=255)
    return cv2.cvtColor(cut, cv2.COLOR_GRAY2BGR)


def _scaled(box: tuple[int, int, int, int], scale: float) -> Box:
    left, top, right, bottom = box
    return left * scale, top * scale, right * scale, bottom * scale
