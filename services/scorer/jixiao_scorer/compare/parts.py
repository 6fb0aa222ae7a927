"""One measure of a target against one of the actual, in one unit."""

from dataclasses import dataclass, replace
from decimal import Decimal

from jixiao_scorer.compare.direction import (
    CEILING,
    FLOOR,
    Direction,
    change,
    direction,
    is_change,
    is_rank,
    speaks_of_bad,
)
from jixiao_scorer.compare.measures import Measure
from jixiao_scorer.compare.units import MONEY, NONE, SHARE, TIME, UNITS, Unit, comparable

_ZERO, _ONE, _HUNDRED = Decimal(0), Decimal(1), Decimal(100)


@dataclass(slots=True)
class Part:
    """One measure of the target against one of the actual; ``ratio`` is actual by target, None where meaningless."""

    target: Measure
    actual: Measure
    direction: Direction
    met: bool
    ratio: Decimal | None


def pair_up(aims: tuple[Measure, ...], got: tuple[Measure, ...], target: str) -> list[tuple[Measure, Measure]] | None:
    """Which measure answers which: in order, one of several, or one alternative; None where it cannot be told."""
    if len(aims) == len(got):
        return list(zip(aims, got, strict=True))
    if len(aims) == 1:
        chosen = _alike(got, aims[0].unit)
        return [(aims[0], chosen)] if chosen is not None else None
    if len(got) == 1 and "或" in target:
        chosen = _least(aims, got[0].unit)
        return [(chosen, got[0])] if chosen is not None else None
    return None


def _least(found: tuple[Measure, ...], unit: Unit) -> Measure | None:
    """The least of the alternatives that an answer in this unit may take up (2或3次); the first where units differ."""
    same = [each for each in found if each.unit.name in (unit.name, "")]
    return min(same, key=lambda each: each.value) if same else _alike(found, unit)


def _alike(found: tuple[Measure, ...], unit: Unit) -> Measure | None:
    """The first measure in this unit, else the first in one that can be set against it."""
    same = [each for each in found if each.unit.name == unit.name]
    alike = same or [each for each in found if comparable(unit, each.unit)]
    return alike[0] if alike else None


def part(aim: Measure, got: Measure, name: str, level2: str) -> Part | None:
    """One measure against another, in one unit; None where their kinds differ."""
    if aim.unit.kind is not got.unit.kind or aim.shift != got.shift:
        aim, got = _as_share(aim, got), _as_share(got, aim)
        aim, got = _in_scale(aim, got), _in_scale(got, aim)
    alike = aim.unit is got.unit
    if not alike and (not comparable(aim.unit, got.unit) or _stands_for_all(aim, got)):
        return None
    if got.lead or got.value < _ZERO:
        got = _turned(got, change(got.lead), change(aim.lead) or change(name.rstrip("率幅度")))
    changes = not aim.op and aim.lead != "" and is_change(aim.lead)
    way = FLOOR if changes else direction(aim.op, name, level2, aim.unit.kind, not aim.value)
    low, high = got.low, got.high
    if not alike and aim.unit.name != got.unit.name and NONE not in (aim.unit.kind, got.unit.kind):
        low, high = _converted(low, high, got.unit, aim.unit)
    beyond = aim.op in (">", "<") and got.op != aim.op
    met = _reaches(aim, low, high, way, beyond)
    if not met and not changes and way is FLOOR and _points_either_way(aim, name, level2):
        met = _reaches(aim, low, high, CEILING, False)
    return Part(aim, got, way, met, _ratio(aim, low, high, got, way, name))


def _points_either_way(aim: Measure, name: str, level2: str) -> bool:
    """Whether a floor may be meant as a ceiling: an amount of cost without a sign, or what speaks of something bad."""
    if level2 == "成本" and not aim.op and aim.unit.kind is MONEY:
        return True
    return aim.op != "~" and speaks_of_bad(name)


def _turned(got: Measure, told: int, wanted: int) -> Measure:
    """The answer in the sense of the target: 下降2% is -2% to a growth, -2% is 2% to a fall."""
    against = wanted == -told != 0 or (wanted < 0 and not told and got.value < 0)
    return replace(got, value=-got.value, low=-got.high, high=-got.low) if against else got


def _as_share(one: Measure, other: Measure) -> Measure:
    """A bare 0.9 or 1 beside a percentage is 90 % or 100 %; a bare 98 is 98 %."""
    if other.unit.kind is not SHARE or one.unit.kind is not NONE:
        return one
    scale = _HUNDRED if one.value <= 1 else _ONE
    value, low, high = one.value * scale, one.low * scale, one.high * scale
    return replace(one, value=value, low=low, high=high, unit=UNITS["%"])


def _in_scale(one: Measure, other: Measure) -> Measure:
    """A bare 90 beside 90万元 is in ten thousands too, where the numbers are of one size."""
    if one.unit.kind is not NONE or one.shift or not other.shift:
        return one
    if one.value > _HUNDRED * other.value.scaleb(-other.shift):
        return one
    value, low, high = (each.scaleb(other.shift) for each in (one.value, one.low, one.high))
    return replace(one, value=value, low=low, high=high, unit=other.unit, shift=other.shift)


def _stands_for_all(aim: Measure, got: Measure) -> bool:
    """Whether an amount is answered with a bare 1, which says "all of it" and not one yuan."""
    return aim.unit.kind in (MONEY, TIME) and got.unit.kind is NONE and got.value == 1 != aim.value


def _converted(low: Decimal, high: Decimal, unit: Unit, to: Unit) -> tuple[Decimal, Decimal]:
    if unit.months and to.months:
        return low * unit.months / to.months, high * unit.months / to.months
    return low * unit.low / to.high, high * unit.high / to.low


def _reaches(aim: Measure, low: Decimal, high: Decimal, way: Direction, beyond: bool) -> bool:
    """Whether the answer reaches the target; ``beyond``: to be just there is not enough (>90%, unless it says >90%)."""
    if way is FLOOR:
        return high > aim.least if beyond else high >= aim.least
    return low < aim.most if beyond else low <= aim.most


def _ratio(aim: Measure, low: Decimal, high: Decimal, got: Measure, way: Direction, name: str) -> Decimal | None:
    """Actual by target; by the nearer end of a range. None for ranks and where the target is zero."""
    if is_rank(name):
        return None
    alike = aim.unit is got.unit or aim.unit.name == got.unit.name or NONE in (aim.unit.kind, got.unit.kind)
    value = got.value if alike and got.op != "~" else (low + high) / 2
    against = aim.value
    if aim.op == "~":
        if aim.low <= value <= aim.high:
            return _ONE
        against = aim.high if value > aim.high else aim.low
    return max(value, _ZERO) / against if against > _ZERO else None
