"""Fitting the cells of a row to the columns of its header, although the row may be displaced.

The header gives slots (what, and in which column). Mostly a whole row is displaced by some columns, and one shift puts
every cell into a slot that it fits. Where a row is torn in the middle, the cheapest fit in reading order is taken.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from jixiao_parser.recognise.grid import Item

SHIFTS = (0, -1, 1, -2, 2, -3, 3, -4, 4)
IMPOSSIBLE = 1_000.0
TEAR = 1.0  # the row moves by some columns between two cells
TEAR_EACH = 0.1  # and for every column of it
NEAR = 0.09  # a row in its place that costs less than any way to tear or move it
SURPLUS = 8.0  # a cell that belongs nowhere
SURPLUS_TWIN = 2.0  # the same, when its neighbour says the same


@dataclass(frozen=True, slots=True)
class Slot:
    """A column of the header."""

    name: str
    column: int


@dataclass(frozen=True, slots=True)
class Fit:
    """How a row fits: the item of each slot; ``shift`` is None when the row is torn; ``surplus``: cells left over."""

    items: Mapping[str, Item]
    shift: int | None
    surplus: tuple[Item, ...] = ()

    @property
    def displaced(self) -> bool:
        """Whether any cell stands outside its column."""
        return self.shift != 0


Suits = Callable[[str, Item], float]
"""What it costs to read an item as the slot of this name; IMPOSSIBLE when it cannot be."""

Complete = Callable[[Mapping[str, Item]], float]
"""What it costs that a row has these slots filled and the others empty; IMPOSSIBLE when it cannot be."""


def fit(items: Sequence[Item], slots: Sequence[Slot], suits: Suits, complete: Complete) -> Fit | None:
    """The reading of a row; None when nothing fits."""
    return moved_whole(items, slots, suits, complete) or _torn(items, slots, suits, complete)


def moved_whole(items: Sequence[Item], slots: Sequence[Slot], suits: Suits, complete: Complete) -> Fit | None:
    """The reading of a row that stands in its place or moved as a whole, with nothing left over and nothing odd."""
    for shift in SHIFTS:
        found = _shifted(items, slots, shift)
        if found is not None and _cost(found, suits) == 0 and complete(found) <= (0 if shift else NEAR):
            return Fit(found, shift)
    return None


def _shifted(items: Sequence[Item], slots: Sequence[Slot], shift: int) -> dict[str, Item] | None:
    columns = {slot.column + shift: slot.name for slot in slots}
    found: dict[str, Item] = {}
    for item in items:
        name = columns.get(item.column)
        if name is None:
            return None
        found[name] = item
    return found


def _cost(found: Mapping[str, Item], suits: Suits) -> float:
    return sum(suits(name, item) for name, item in found.items())


def _torn(items: Sequence[Item], slots: Sequence[Slot], suits: Suits, complete: Complete) -> Fit | None:
    best: tuple[float, tuple[tuple[int, int], ...]] = (IMPOSSIBLE, ())
    for cost, chosen in _readings(items, slots, suits):
        cost += complete({slots[at].name: items[which] for which, at in chosen})
        if cost < best[0]:
            best = cost, chosen
    if not best[1]:
        return None
    found = {slots[at].name: items[which] for which, at in best[1]}
    used = {which for which, _ in best[1]}
    surplus = tuple(item for which, item in enumerate(items) if which not in used)
    shifts = {items[which].column - slots[at].column for which, at in best[1]}
    return Fit(found, shifts.pop() if len(shifts) == 1 else None, surplus)


def _readings(
    items: Sequence[Item], slots: Sequence[Slot], suits: Suits
) -> list[tuple[float, tuple[tuple[int, int], ...]]]:
    """All ways to read the items in order (at most one left over), each with its cost so far."""

    @cache
    def onward(which: int, at: int, shift: int | None, spare: int) -> list[tuple[float, tuple[tuple[int, int], ...]]]:
        if which == len(items):
            return [(0.0, ())]
        ways = []
        for place in range(at, len(slots)):
            cost = suits(slots[place].name, items[which])
            if cost >= IMPOSSIBLE:
                continue
            moved = items[which].column - slots[place].column
            if shift is not None and moved != shift:
                cost += TEAR + TEAR_EACH * abs(moved - shift)
            elif shift is None:
                cost += TEAR_EACH * abs(moved)
            ways += [
                (cost + more, ((which, place), *rest)) for more, rest in onward(which + 1, place + 1, moved, spare)
            ]
        if spare:
            twin = which > 0 and items[which - 1].text == items[which].text
            price = SURPLUS_TWIN if twin else SURPLUS
            ways += [(price + more, rest) for more, rest in onward(which + 1, at, shift, spare - 1)]
        return ways

    return onward(0, 0, None, 1)
