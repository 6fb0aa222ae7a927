"""Drawn lines to the cells of a table. Lines that a page break or a bad scan left out leave cells open, not lost.

A page is cut into the smallest fields that its lines make; fields with no line between them are one cell.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

Box = tuple[float, float, float, float]
"""Left, top, right, bottom; y grows downwards."""

NEAR = 3.0  # points: lines nearer than this are one line
FEWEST_CELLS = 4


class Ruling(NamedTuple):
    """A drawn line: at this y from x to x when it is level, else at this x from y to y."""

    level: bool
    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Area:
    """A cell: its place in the grid, its box, and whether no line closes it at the top or bottom of the table."""

    row: int
    column: int
    height: int
    span: int
    box: Box
    open_top: bool = False
    open_bottom: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: the places of its lines, its cells in reading order, and which of them each field belongs to."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    areas: tuple[Area, ...]
    owners: tuple[tuple[int, ...], ...]

    @property
    def box(self) -> Box:
        """What the table covers."""
        return self.xs[0], self.ys[0], self.xs[-1], self.ys[-1]

    def area_at(self, x: float, y: float) -> int | None:
        """The number of the cell that a point lies in."""
        column, row = bisect_right(self.xs, x) - 1, bisect_right(self.ys, y) - 1
        if 0 <= row < len(self.owners) and 0 <= column < len(self.owners[0]):
            return self.owners[row][column]
        return None


def grids_of(rulings: Sequence[Ruling]) -> list[Grid]:
    """The tables that the lines draw, the smallest first, so that one inside another is found before it."""
    found = [grid for group in _touching(_whole(rulings)) if (grid := _grid(group)) is not None]
    return sorted(found, key=lambda grid: (grid.xs[-1] - grid.xs[0]) * (grid.ys[-1] - grid.ys[0]))


def _whole(rulings: Sequence[Ruling]) -> list[Ruling]:
    """The lines, those made whole that are drawn in pieces end to end, as browsers print the borders of cells."""
    found: list[Ruling] = []
    for line in sorted(rulings, key=lambda line: (line.level, round(line.at), line.start)):
        last = found[-1] if found else line
        if found and last.level == line.level and abs(last.at - line.at) <= 1 and line.start <= last.end + NEAR:
            found[-1] = last._replace(end=max(last.end, line.end))
        else:
            found.append(line)
    return found


def _touching(rulings: Sequence[Ruling]) -> Iterator[list[Ruling]]:
    """Lines that cross or meet, directly or through others."""
    levels = [line for line in rulings if line.level]
    uprights = [line for line in rulings if not line.level]
    parent = list(range(len(levels) + len(uprights)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for one, upright in enumerate(uprights, start=len(levels)):
        for other, level in enumerate(levels):
            if (
                level.start - NEAR <= upright.at <= level.end + NEAR
                and upright.start - NEAR <= level.at <= upright.end + NEAR
            ):
                parent[root(one)] = root(other)
    groups: dict[int, list[Ruling]] = {}
    for at, line in enumerate([*levels, *uprights]):
        groups.setdefault(root(at), []).append(line)
    yield from groups.values()


def clustered(places: Sequence[float], near: float = NEAR) -> list[float]:
    """Places, those near one another taken as one."""
    groups: list[list[float]] = []
    for place in sorted(places):
        if groups and place - groups[-1][-1] <= near:
            groups[-1].append(place)
        else:
            groups.append([place])
    return [sum(group) / len(group) for group in groups]


def nearest(places: Sequence[float], place: float) -> int:
    """The number of the place that is nearest."""
    return min(range(len(places)), key=lambda at: abs(places[at] - place))


def _grid(rulings: Sequence[Ruling]) -> Grid | None:
    xs = clustered([line.at for line in rulings if not line.level])
    ys = clustered([line.at for line in rulings if line.level])
    if len(xs) < 2 or len(ys) < 2 or (len(xs) - 1) * (len(ys) - 1) < FEWEST_CELLS:
        return None
    below = [[False] * (len(xs) - 1) for _ in ys]  # a line along the top of row r, field c; the last: along the bottom
    beside = [[False] * len(xs) for _ in ys[1:]]  # a line along the left of row r, field c; the last: along the right
    for line in rulings:
        if line.level:
            row = nearest(ys, line.at)
            for column in range(len(xs) - 1):
                if line.start <= (xs[column] + xs[column + 1]) / 2 <= line.end:
                    below[row][column] = True
        else:
            column = nearest(xs, line.at)
            for row in range(len(ys) - 1):
                if line.start <= (ys[row] + ys[row + 1]) / 2 <= line.end:
                    beside[row][column] = True
    areas, owners = _areas(xs, ys, below, beside)
    if len(areas) < FEWEST_CELLS:
        return None
    return Grid(tuple(xs), tuple(ys), tuple(areas), tuple(map(tuple, owners)))


def _areas(
    xs: Sequence[float], ys: Sequence[float], below: list[list[bool]], beside: list[list[bool]]
) -> tuple[list[Area], list[list[int]]]:
    owners = [[-1] * (len(xs) - 1) for _ in ys[1:]]
    areas: list[Area] = []
    for row in range(len(owners)):
        for column in range(len(owners[0])):
            if owners[row][column] >= 0:
                continue
            fields = _flood(row, column, owners, below, beside, len(areas))
            rows, columns = [field[0] for field in fields], [field[1] for field in fields]
            top, left, bottom, right = min(rows), min(columns), max(rows) + 1, max(columns) + 1
            edge = range(left, right)
            areas.append(
                Area(
                    row=top,
                    column=left,
                    height=bottom - top,
                    span=right - left,
                    box=(xs[left], ys[top], xs[right], ys[bottom]),
                    open_top=top == 0 and not any(below[0][at] for at in edge),
                    open_bottom=bottom == len(owners) and not any(below[-1][at] for at in edge),
                )
            )
    return areas, owners


def _flood(
    row: int, column: int, owners: list[list[int]], below: list[list[bool]], beside: list[list[bool]], number: int
) -> list[tuple[int, int]]:
    """The fields that no line parts from this one; they get the number of the cell."""
    owners[row][column] = number
    fields = [(row, column)]
    for r, c in fields:
        for other_r, other_c, parted in (
            (r - 1, c, below[r][c]),
            (r + 1, c, below[r + 1][c]),
            (r, c - 1, beside[r][c]),
            (r, c + 1, beside[r][c + 1]),
        ):
            if parted or not (0 <= other_r < len(owners) and 0 <= other_c < len(owners[0])):
                continue
            if owners[other_r][other_c] < 0:
                owners[other_r][other_c] = number
                fields.append((other_r, other_c))
    return fields
