"""The rows of an indicator table whose lines are lost: the pieces between two labels, dealt out to the columns.

The cheapest way to deal them out is taken: figures where figures stand, a score not above its weight, target and
actual of a kind. Where the text has run together, pieces are also cut: 1020万元20万元10 is 10, 20万元, 20万元, 10.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from jixiao_parser.recognise import labels
from jixiao_parser.recognise.stream.costs import LESS, NEVER, Costs, beside, is_points, points
from jixiao_parser.recognise.stream.signs import BLANK, CELL, GLUED
from jixiao_parser.recognise.texts import is_dash, is_number

MOST = 400  # pieces of one level; beyond that it is no table
IDLE = 12  # empty cells in a row, at most
FARTHEST = 24  # pieces of one cell, at most
FAR = {"weight": 6, "score": 6, "target": 12, "actual": 12, "relation": 2, "measure": 3}
RUBBLE, RUBBLE_SIGN, RUBBLE_EMPTY = 3.0, 0.02, 0.1  # a piece that is no part of any row, and each of its signs
JOIN = {GLUED: 0.0, BLANK: 0.8, CELL: 1.2}
DEAREST = 5.0  # no cell is joined of pieces at more than this
CUT, CUT_NUMBER = 0.3, 0.5
UNNAMED = 1.5  # a row 不适用 of no points may have no name
_KINDS = re.compile(r"指标\d{1,2}[:：]|\d+(?:[-—~至]\d+)+|[\d.,，]+%?|[≥≤＞＜><=]+|[^\d.,，≥≤＞＜><=]+")
_DIGITS = re.compile(r"(?<!指标)(?<!指标\d)(?<![\d—~至-])\d+(?![\d—~至-])")
_TWINS = re.compile(r"(?=([^\d]{2,})(\1))")
_DATES = re.compile(r"20[0-4]\d年(?:(?:1[0-2]|0?\d)月(?:[0-3]?\d日)?)?(?:[前底内]|之前|以前)?")
_SENTENCE_ENDS = re.compile(r"(?<=[。；;])")
_SAID = "|".join(sorted(labels.VALUES | labels.PLACEHOLDERS, key=len, reverse=True))
_VALUES = re.compile(rf"(?:{_SAID})+(?=\d|[≥≤＞＜><=]|$)")
_VALUE = re.compile(_SAID)
_EMPTY_ROW = re.compile(r"[…\.。]{2,}")

Atom = tuple[str, int]
Rows = list[dict[str, str]]


def dealt(atoms: Sequence[Atom], slots: Sequence[str], ways: int = 1) -> list[Rows]:
    """The ways to deal out these pieces, the likeliest first, no two of which give the same weight in all.

    ``slots`` are the columns in their order. Rows that say nothing are left out.
    """
    atoms = [atom for atom in atoms if not _EMPTY_ROW.fullmatch(atom[0])]
    atoms = [atom for at, atom in enumerate(atoms) if any(text for text, _ in atoms[max(0, at - IDLE) : at + 1])]
    atoms = atoms[:MOST]
    found: list[Rows] = [[]]
    for begin, end in _numbered(atoms):
        deal = _Deal(atoms[begin:end], slots, ways)
        found = [[*before, *rows] for rows in deal.ways() for before in found][:ways]
    return [[row for row in rows if ("name" in row or "weight" in row) and not _says_nothing(row)] for rows in found]


def cut_up(text: str) -> list[Atom]:
    """The parts of a piece that ran together: cut between figures and words, inside figures, between twins, round dates
    and words that say how a target was reached."""
    if is_points(text):
        return [(text, GLUED)]
    places = {0, *(found.start() for found in _KINDS.finditer(text))}
    places |= {at for found in _DIGITS.finditer(text) for at in range(found.start(), found.end())}
    places |= {found.start(2) for found in _TWINS.finditer(text)}
    places |= {found.start() for found in _SENTENCE_ENDS.finditer(text)}
    for found in (*_VALUES.finditer(text), *_DATES.finditer(text)):
        places -= set(range(found.start() + 1, found.end()))
        places |= {found.start(), found.end()}
        places |= {each.start() for each in _VALUE.finditer(text, found.start(), found.end())}
    return [(text[one:other], GLUED) for one, other in pairwise([*sorted(places), len(text)]) if one < other]


def _numbered(atoms: Sequence[Atom]) -> list[tuple[int, int]]:
    """Templates number the names of a level (指标1：…): each number begins a row."""
    begins = [at for at, (text, gap) in enumerate(atoms) if labels.is_numbered(text) and (gap or text[-1] in ":：")]
    return [each for each in pairwise([0, *(at for at in begins if at), len(atoms)]) if each[0] < each[1]]


def _says_nothing(row: Mapping[str, str]) -> bool:
    return all(is_dash(text) or labels.without_number(text) in labels.PLACEHOLDERS for text in row.values())


class _Step(NamedTuple):
    """The next cell: ``cost`` of it and all behind it, the ``weight`` these have, its column and text, the pieces it
    takes, the column after it, and which of the ways to go on from there is meant.
    """

    cost: float
    weight: float = 0.0
    name: str = ""
    text: str = ""
    taken: int = 0
    after: int = 0
    way: int = 0


class _Deal:
    """The ways to deal out pieces, found from the end; costs are found once."""

    def __init__(self, atoms: Sequence[Atom], slots: Sequence[str], ways: int) -> None:
        self._atoms = atoms
        self._slots = slots
        self._ways = ways
        glued = any(gap == GLUED for _, gap in atoms[1:])
        self._costs = Costs(glued, "weight" in slots, "relation" in slots)
        self._join_costs = {gap: cost * (1 + glued) for gap, cost in JOIN.items()}
        self._cut_number = CUT_NUMBER * (1 + ("relation" in slots))
        self._steps = cache(self._likeliest)
        self._joined = cache(self._join)
        self._cell = cache(self._costs.cell)
        self._beside = cache(beside)

    def ways(self) -> Iterator[Rows]:
        """The rows of each way, with what each column holds."""
        for begin in range(len(self._atoms) - 1, 0, -1):
            self._steps(begin, 0, "", "")  # from the end, so that no way to there is longer than a row
        for way in range(len(self._steps(0, 0, "", ""))):
            yield self._rows(way)

    def _rows(self, way: int) -> Rows:
        rows: Rows = []
        at, slot, target, weight = 0, 0, "", ""
        while at < len(self._atoms) or slot:
            step = self._steps(at, slot, target, weight)[way]
            if slot == 0 and step.name:
                rows.append({})
            if step.text:
                rows[-1][step.name] = step.text
            target, weight = _kept(step.name, step.text, step.after, target, weight)
            at, slot, way = at + step.taken, step.after, step.way
        return rows

    def _likeliest(self, at: int, slot: int, target: str, weight: str) -> list[_Step]:
        if at == len(self._atoms) and slot == 0:
            return [_Step(0.0)]
        found: dict[float, _Step] = {}
        for cost, name, text, taken, after in self._cells(at, slot, target, weight):
            own = points(text) if name == "weight" and is_points(text) else 0.0
            behind = self._steps(at + taken, after, *_kept(name, text, after, target, weight))
            for way, step in enumerate(behind):
                total = cost + step.cost, own + step.weight if self._ways > 1 else 0.0
                if total[1] not in found or total[0] < found[total[1]].cost:
                    found[total[1]] = _Step(*total, name, text, taken, after, way)
        steps = sorted(found.values()) if self._ways > 1 else list(found.values())
        return steps[: self._ways]

    def _cells(self, at: int, slot: int, target: str, weight: str) -> Iterator[tuple[float, str, str, int, int]]:
        """What may come next: cost, column, text, pieces taken, and the column after."""
        name, after = self._slots[slot], (slot + 1) % len(self._slots)
        if at < len(self._atoms) and not (slot and self._atoms[at][0]):
            yield self._left_over(at), "", "", 1, slot
        if slot:
            yield self._costs.absent(name), name, "", 0, after
        elif self._is_pointless(at):
            yield UNNAMED, "weight", self._atoms[at][0], 1, 2
        for count in range(1, min(FAR.get(name, FARTHEST), len(self._atoms) - at) + 1):
            joined = self._joined(at, count)
            if joined is None or joined[1] > DEAREST:
                break
            cost = joined[1] + self._cell(name, joined[0])
            if cost < NEVER:
                yield cost + self._beside(name, joined[0], target, weight), name, joined[0], count, after

    def _is_pointless(self, at: int) -> bool:
        """Whether a row may begin here with its weight of nought."""
        text = self._atoms[at][0] if at < len(self._atoms) and self._slots[1:2] == ["weight"] else ""
        return is_points(text) and points(text) == 0

    def _left_over(self, at: int) -> float:
        """What it costs that the next piece is no part of a row: between rows any may be, in a row an empty cell."""
        text = self._atoms[at][0]
        return RUBBLE + RUBBLE_SIGN * len(text) if text else RUBBLE_EMPTY

    def _join(self, at: int, count: int) -> tuple[str, float] | None:
        """Some pieces as one cell, and what that costs; None when they cannot be."""
        atoms = self._atoms[at : at + count]
        if not all(text for text, _ in atoms):
            return ("", 0.0) if count == 1 else None
        if count > 1 and all(is_number(part) for part, _ in atoms) and any(gap for _, gap in atoms[1:]):
            return None
        text = "".join(text for text, _ in atoms)
        cost = sum(self._join_costs[gap] for _, gap in atoms[1:])
        for part, gap in self._atoms[at + count : at + count + 1]:
            if gap == GLUED:
                cost += self._cut_number if text[-1].isdigit() and part[0].isdigit() else CUT
        return text, cost


def _kept(name: str, text: str, after: int, target: str, weight: str) -> tuple[str, str]:
    """The target and the weight that later cells of the row are compared with; none once the row ends."""
    if not after:
        return "", ""
    if name in ("target", "actual"):
        target = text if name == "target" else ""
    if name == "score":
        weight = LESS if is_points(text) and is_points(weight) and points(text) < points(weight) else ""
    if name == "weight":
        weight = text
    return target, weight
