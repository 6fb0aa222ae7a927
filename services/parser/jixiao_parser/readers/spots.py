"""Where the lines of text stand on a page's picture: in the cells of its tables, and in the bands between them."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from jixiao_parser.readers.drawn import SPECK
from jixiao_parser.readers.printed import COLUMN_GAP
from jixiao_parser.readers.ruling import Ruling, grids_of

USUAL_HEIGHT = 24  # dots, of a line of text, when the page does not tell
DUST = 0.42  # of the usual height: what is smaller both ways and stands apart is dust
APART = 0.9  # the same: dust is this far from the next sign
REACH = 0.6  # the same: a colon whose dots are as small as dust may end a line
ONE_LINE = 1.3  # times the usual height: what is no higher is one line, though its strokes are apart
Field = tuple[int, int, int, int]
"""Left, top, right, bottom in dots."""


class Spot(NamedTuple):
    """A line of text in dots: its box, how far right its last sign may reach, and whether it is in a table."""

    box: Field
    reach: int
    in_table: bool

    @property
    def is_dash(self) -> bool:
        """Whether it is a dash, which recognisers take for the numeral one."""
        left, top, right, bottom = self.box
        return right - left > 3 * (bottom - top) and bottom - top < USUAL_HEIGHT / 3


def spots_of(ink: Any, rulings: Sequence[Ruling], scale: float) -> Iterator[Spot]:
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
                spots.append(Spot(box, min(box[2] + round(usual * REACH), right), inside))
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
