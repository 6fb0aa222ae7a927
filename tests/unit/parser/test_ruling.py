"""Drawn lines to cells."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from jixiao_parser.readers.ruling import Ruling, grids_of

XS, YS = (30.0, 110.0, 200.0, 260.0), (40.0, 58.0, 76.0, 94.0)
LINES = (
    *(Ruling(True, y, XS[0], XS[-1]) for y in YS),
    *(Ruling(False, x, YS[0], YS[-1]) for x in (XS[0], XS[-1])),
    Ruling(False, XS[1], YS[2], YS[3]),
    Ruling(False, XS[2], YS[1], YS[2]),
)


@given(st.lists(st.floats(0.1, 0.9), min_size=len(LINES), max_size=len(LINES)), st.floats(0.0, 0.75))
def test_a_line_drawn_in_pieces_is_one_line(places: list[float], gap: float) -> None:
    """Browsers print the border of each cell by itself; over a merged cell a piece then touches no upright line."""
    pieces = []
    for line, place in zip(LINES, places, strict=True):
        cuts = sorted({line.start, *(at for at in (*XS, *YS) if line.start < at < line.end), line.end})
        cut = line.start + place * (line.end - line.start)
        ends = sorted({*cuts, cut})
        pieces += [line._replace(start=one + gap, end=other) for one, other in pairwise(ends) if other - one > gap]
    assert [grid.owners for grid in grids_of(pieces)] == [grid.owners for grid in grids_of(LINES)]
