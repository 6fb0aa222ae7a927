"""Pictures of pages: straightened, their drawn lines found (OpenCV), their text read line by line (rapidocr).

Both come with the optional extra ``ocr``. What a page shows is known by its lines: text is read cell by cell, so that
neighbouring cells never run together.
"""

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from jixiao_parser.readers.drawn import drawn, straightened
from jixiao_parser.readers.ruling import Box, Ruling
from jixiao_parser.readers.spots import Spot, spots_of

DPI = 200  # text is recognised best at this resolution
POINTS = 72
BATCH = 8
SAMPLES = 8  # lines by which it is told which way round a page is
UPRIGHT = 0.85  # their confidence, on the average, that leaves no question
SURE_OUTSIDE = 0.6  # what is read less surely outside of tables is dust


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


def _length(spot: Spot) -> int:
    return spot.box[2] - spot.box[0]


class _Looked(NamedTuple):
    """A page's picture with its lines of text and its drawn lines, not yet read."""

    picture: Any
    spots: list[Spot]
    rulings: list[Ruling]


def _looked(picture: Any) -> _Looked:
    ink, found = drawn(picture)
    scale = POINTS / DPI
    rulings = [
        Ruling(level, at * scale, start * scale, end * scale)
        for level, at, start, end in (line.ruling for line in found)
    ]
    return _Looked(picture, list(spots_of(ink, rulings, scale)), rulings)


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


def _cut(picture: Any, spot: Spot) -> Any:
    """A line of text with a white margin, in three colours as the recogniser wants it."""
    import cv2

    left, top, _, bottom = spot.box
    cut = picture[max(0, top - 2) : bottom + 2, max(0, left - 2) : spot.reach + 2]
    cut = cv2.copyMakeBorder(cut, 4, 4, 6, 6, cv2.BORDER_CONSTANT, value=255)
    return cv2.cvtColor(cut, cv2.COLOR_GRAY2BGR)


def _scaled(box: tuple[int, int, int, int], scale: float) -> Box:
    left, top, right, bottom = box
    return left * scale, top * scale, right * scale, bottom * scale
