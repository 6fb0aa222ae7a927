"""The drawn lines of a page's picture: it is straightened by them, and they make the cells (OpenCV)."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from jixiao_parser.readers.ruling import Ruling

LONGEST_TILT, FINEST_TILT = 5.0, 0.025  # degrees
STRONGEST = 40  # lines by which a page is straightened
SHORTEST_LEVEL, SHORTEST_UPRIGHT = 80, 34  # dots; the strokes of a sign are shorter
CORNER = 9  # dots: lines meet that come this near
SPECK = 6  # dots: what is smaller both ways is dust


class Line(NamedTuple):
    """A drawn line in dots, and its dots within their box."""

    ruling: Ruling
    left: int
    top: int
    shape: Any


def straightened(picture: Any) -> Any:
    """The picture turned so that its long lines are level."""
    import cv2
    import numpy

    level, most = math.pi / 2, math.radians(LONGEST_TILT)
    votes = picture.shape[1] // 4
    lines = cv2.HoughLines(
        _dark(picture), 1, math.radians(FINEST_TILT), votes, min_theta=level - most, max_theta=level + most
    )
    if lines is None:
        return picture
    tilt = math.degrees(float(numpy.median(lines[:STRONGEST, 0, 1])) - level)
    if abs(tilt) < FINEST_TILT:
        return picture
    height, width = picture.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), tilt, 1.0)
    return cv2.warpAffine(picture, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=255)


def _dark(picture: Any) -> Any:
    import cv2

    return cv2.adaptiveThreshold(picture, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 15)


def drawn(picture: Any) -> tuple[Any, list[Line]]:
    """Dark dots without dust and drawn lines, and the lines."""
    import cv2
    import numpy

    dark = _dark(picture)
    thick = cv2.dilate(dark, _block(3, 3))
    lines = [*_long(thick, level=True), *_long(thick, level=False)]
    kept = _framed(lines)
    mask = numpy.zeros_like(dark)
    for line in kept:
        view = mask[line.top : line.top + line.shape.shape[0], line.left : line.left + line.shape.shape[1]]
        view[line.shape] = 255
    ink = cv2.bitwise_and(dark, cv2.bitwise_not(cv2.dilate(mask, _block(3, 3))))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    signs = numpy.maximum(stats[:, 2], stats[:, 3]) >= SPECK
    signs[0] = False
    return signs[labels], kept


def _block(width: int, height: int) -> Any:
    import cv2

    return cv2.getStructuringElement(cv2.MORPH_RECT, (width, height))


def _long(thick: Any, level: bool) -> Iterator[Line]:
    """Long runs of dark dots in one direction."""
    import cv2

    block = _block(SHORTEST_LEVEL, 1) if level else _block(1, SHORTEST_UPRIGHT)
    _, labels, stats, middles = cv2.connectedComponentsWithStats(cv2.morphologyEx(thick, cv2.MORPH_OPEN, block))
    for number, ((left, top, width, height, _), middle) in enumerate(zip(stats, middles, strict=True)):
        if number and (width > 3 * height if level else height > 3 * width):
            shape = labels[top : top + height, left : left + width] == number
            start, length = (left, width) if level else (top, height)
            at = float(middle[1] if level else middle[0])
            yield Line(Ruling(level, at, float(start), float(start + length)), int(left), int(top), shape)


def _framed(lines: Sequence[Line]) -> list[Line]:
    """The lines of tables: a level one ends at upright ones, an upright one ends at a level one. Strokes do not."""
    uprights = [line.ruling for line in lines if not line.ruling.level]
    levels = [line for line in lines if line.ruling.level and all(_meets(line.ruling, uprights))]
    across = [line.ruling for line in levels]
    return levels + [line for line in lines if not line.ruling.level and any(_meets(line.ruling, across))]


def _meets(line: Ruling, others: Sequence[Ruling]) -> tuple[bool, bool]:
    """Whether a line begins and ends at others."""
    crossing = [other.at for other in others if other.start - CORNER <= line.at <= other.end + CORNER]
    begins = any(abs(at - line.start) <= CORNER for at in crossing)
    return begins, any(abs(at - line.end) <= CORNER for at in crossing)
