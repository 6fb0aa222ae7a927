"""``Printed``: a number as a form prints it. It stands for an interval, and it remembers where it was read.

A number printed with d decimals stands for every value that would be printed so; two numbers agree when their
intervals meet (the idea of XBRL Calculations 1.1). Evidence and doubts of the addends pass through + - × and
division, so that no rule can forget them. Decimal throughout: a blank is None, never zero.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import reduce

from jixiao.forms.model import Doubt, Evidence, Value
from jixiao.forms.number import LONGEST, PERCENT, SHIFT, WAN, YI, YUAN, read_number

__all__ = ["PERCENT", "WAN", "YI", "YUAN", "Printed"]

_HALF = tuple(Decimal(5).scaleb(-d - 1) for d in range(LONGEST + 1))
_ZERO, _ONE, _CENT = Decimal(0), Decimal(1), Decimal("0.01")
_WIDE = Context(prec=100)  # so that no number on a form is too large to round


@dataclass(slots=True)
class Printed:
    """A number and what it stands for; a value, never assigned to (``frozen`` would triple the time to make one).

    ``value`` as printed, in ``unit`` (元, 万元, 亿元, %, or "" for points); ``low`` and ``high`` bound the interval;
    ``decimals`` as printed. A number of the form itself has its ``cell`` and the ``label`` it stands under there; a
    computed number has ``terms`` instead, the numbers it was computed from.
    """

    value: Decimal
    low: Decimal
    high: Decimal
    decimals: int = 0
    unit: str = ""
    label: str = ""
    cell: Value | None = None
    terms: tuple["Printed", ...] = ()

    @classmethod
    def parse(cls, value: Value, unit: str = "", label: str = "", at_most: int = LONGEST) -> "Printed | None":
        """The number in a cell, standing for half a unit of its last decimal either way; None when there is none.

        A unit printed in the cell wins over ``unit`` where both are money; one of another kind is no number of this
        cell (98% where points stand). Decimals beyond ``at_most`` are padding (99.6900).
        """
        read = read_number(value.text, unit)
        if read is None:
            return None
        number, decimals, own_unit = read
        decimals = min(decimals, at_most)
        half = _HALF[decimals]
        return _printed(number, half, decimals, own_unit, value, label)

    @classmethod
    def column(
        cls,
        labels: Iterable[str],
        cells: Sequence[Value],
        unit: str = "",
        finest: int | None = None,
        whole_exact: bool = False,
    ) -> "list[Printed | None]":
        """The numbers of one column, a label a cell, printed to a common precision.

        Where the decimals differ, trailing zeros were dropped: every number is as precise as the finest one. From
        ``finest`` decimals on numbers are exact (a fen is never split); ``whole_exact`` takes whole numbers as exact,
        because points are given, not rounded.
        """
        read = [read_number(cell.text, unit) for cell in cells]
        precision = max([each[1] for each in read if each is not None and each[2] == unit], default=0)
        half = _ZERO if finest is not None and precision >= finest else _HALF[precision]
        numbers: list[Printed | None] = []
        for label, cell, found in zip(labels, cells, read, strict=True):
            if found is None:
                numbers.append(None)
                continue
            number, decimals, own_unit = found
            if own_unit != unit:
                each = _printed(number, _HALF[decimals], decimals, own_unit, cell, label)
            elif whole_exact and (not decimals or number == int(number)):
                each = cls(number, number, number, decimals, own_unit, label, cell)
            else:
                each = _printed(number, half, decimals, own_unit, cell, label)
            numbers.append(each)
        return numbers

    @classmethod
    def constant(cls, value: Decimal, unit: str = "", label: str = "") -> "Printed":
        """An exact number that no form prints, such as the 100 of a profile."""
        return cls(value, value, value, 0, unit, label)

    @classmethod
    def sum(cls, items: "Iterable[Printed]") -> "Printed":
        """The sum of one or more numbers; money in different units is added in yuan."""
        terms = tuple(items)
        unit, value, decimals, exact = terms[0].unit, _ZERO, 0, True
        for each in terms:
            if each.unit != unit:
                return reduce(_add, terms[1:], terms[0])
            value += each.value
            exact = exact and each.low is each.high
            decimals = each.decimals if each.decimals > decimals else decimals
        low = high = value
        if not exact:
            low, high = sum([each.low for each in terms], _ZERO), sum([each.high for each in terms], _ZERO)
        return cls(value, low, high, decimals, unit, "", None, terms)

    @property
    def addends(self) -> "tuple[Printed, ...]":
        """The printed numbers behind this one; a number of the form stands for itself."""
        if not self.terms:
            return (self,) if self.cell is not None else ()
        found: list[Printed] = []
        for term in self.terms:
            if term.terms:
                found += term.addends
            elif term.cell is not None:
                found.append(term)
        return tuple(found)

    @property
    def text(self) -> str:
        """The text of the cell; empty for a computed number."""
        return (self.cell.text or "") if self.cell is not None else ""

    @property
    def evidence(self) -> Evidence | None:
        """Where the cell stands; None for a computed number."""
        return self.cell.evidence if self.cell is not None else None

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """The doubts of every addend."""
        return tuple(each.cell.doubt for each in self.addends if each.cell is not None and each.cell.doubt is not None)

    @property
    def evidences(self) -> tuple[Evidence, ...]:
        """Where the addends stand."""
        return tuple(each.evidence for each in self.addends if each.evidence is not None)

    @property
    def tolerance(self) -> Decimal:
        """Half the width of the interval."""
        return (self.high - self.low) / 2

    def meets(self, other: "Printed") -> bool:
        """Whether both can be the same number: their intervals meet. Money is compared in yuan."""
        if self.unit == other.unit:
            return self.low <= other.high and other.low <= self.high
        a, b = _alike(self, other)
        return a.low <= b.high and b.low <= a.high

    def __add__(self, other: "Printed") -> "Printed":
        return _add(self, other)

    def __sub__(self, other: "Printed") -> "Printed":
        x, y = _alike(self, other)
        ends = (x.value - y.value, x.low - y.high, x.high - y.low)
        return Printed(*ends, max(x.decimals, y.decimals), x.unit, terms=(self, other))

    def __mul__(self, other: "Printed") -> "Printed":
        """The product; at most one factor has a unit. Per cent times points are points."""
        unit = self.unit if other.unit in ("", PERCENT) else other.unit
        corners = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        scale = _CENT if PERCENT in (self.unit, other.unit) else _ONE
        unit = "" if unit == PERCENT else unit
        value, low, high = self.value * other.value * scale, min(corners) * scale, max(corners) * scale
        return Printed(value, low, high, self.decimals + other.decimals, unit, terms=(self, other))

    def share_of(self, whole: "Printed") -> "Printed | None":
        """This number (not negative) as per cent of ``whole``; None when the whole is not positive."""
        part, whole = _alike(self, whole)
        if whole.low <= 0 or part.value < 0:
            return None
        value = part.value / whole.value * 100
        low, high = part.low / whole.high * 100, part.high / whole.low * 100
        return Printed(value, low, high, 2, PERCENT, terms=(self, whole))

    def rounded(self) -> "Printed":
        """Half up to two decimals, ends included."""
        ends = (_to_cents(self.value), _to_cents(self.low), _to_cents(self.high))
        return Printed(*ends, 2, self.unit, terms=(self,))

    def up_to(self, most: "Printed") -> "Printed":
        """This number, never above ``most``."""
        ends = (min(self.value, most.value), min(self.low, most.low), min(self.high, most.high))
        return Printed(*ends, self.decimals, self.unit, terms=(self,))

    def or_else(self, other: "Printed") -> "Printed":
        """This number with an interval that also covers ``other``."""
        return replace(self, low=min(self.low, other.low), high=max(self.high, other.high))

    def exact(self) -> "Printed":
        """This number taken as it is printed, standing for itself alone."""
        return replace(self, low=self.value, high=self.value)

    def in_yuan(self) -> "Printed":
        """Money in yuan; anything else as it is."""
        shift = SHIFT.get(self.unit, 0)
        if not shift:
            return self
        scaled = (self.value.scaleb(shift), self.low.scaleb(shift), self.high.scaleb(shift))
        return Printed(*scaled, max(self.decimals - shift, 0), YUAN, terms=(self,))

    def of_yuan(self, amount: Decimal) -> Decimal:
        """An amount of yuan in this number's unit."""
        return amount.scaleb(-SHIFT.get(self.unit, 0))


def _to_cents(number: Decimal) -> Decimal:
    return number.quantize(_CENT, ROUND_HALF_UP, _WIDE)


def _printed(number: Decimal, half: Decimal, decimals: int, unit: str, cell: Value, label: str) -> Printed:
    if not half:
        return Printed(number, number, number, decimals, unit, label, cell)
    return Printed(number, number - half, number + half, decimals, unit, label, cell)


def _alike(a: Printed, b: Printed) -> tuple[Printed, Printed]:
    """Both in one unit. Raises ValueError where the units are of different kinds (points and yuan)."""
    if a.unit == b.unit:
        return a, b
    if a.unit in SHIFT and b.unit in SHIFT:
        return a.in_yuan(), b.in_yuan()
    raise ValueError(f"cannot set {a.unit or 'points'} against {b.unit or 'points'}")


def _add(a: Printed, b: Printed) -> Printed:
    x, y = _alike(a, b)
    decimals = max(x.decimals, y.decimals)
    ends = (x.value + y.value, x.low + y.low, x.high + y.high)
    return Printed(*ends, decimals, x.unit, terms=(a, b))
