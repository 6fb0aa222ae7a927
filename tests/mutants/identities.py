"""What must hold between the numbers of a form, written down a second time and apart from the scorer.

Plain arithmetic over Decimal: no ``Printed``, no ``Case``. A change that breaks one of these identities beyond the
printed digits must be found; the numbers that take part in it are the only ones that may be blamed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from jixiao.forms import Form
from tests.mutants.plant import numbers

Numbers = Mapping[str, str]
CENT = Decimal("0.01")
LEVELS = {"产出": 50, "效益": 30, "满意度": 10}


@dataclass(frozen=True, slots=True)
class Identity:
    """One identity: the paths that take part, and whether it holds for given texts."""

    name: str
    paths: tuple[str, ...]
    holds: Callable[[Numbers], bool]


def identities(form: Form) -> list[Identity]:
    """All identities that the printed numbers of the form allow to be judged."""
    printed = numbers(form)
    exact = 2 if form.amount_unit == "元" else 6
    found = [_funds(column, exact) for column in ("initial", "budget", "executed")]
    rows = range(len(form.indicators))
    found += [_rate(exact), _score(), *(_rate(exact, f"indicators[{place}].actual") for place in rows)]
    weights = tuple(f"indicators[{place}].weight" for place in rows)
    scores = tuple(f"indicators[{place}].score" for place in rows)
    found.append(_weights(("funds.total.weight", *weights)))
    found.append(_total(("funds.total.score", *scores)))
    for level, points in LEVELS.items():
        own = tuple(weights[place] for place in rows if form.indicators[place].level1.text == level)
        found.append(_level(level, own, Decimal(points)))
    found += [_range(weights[place], scores[place]) for place in rows]
    found.append(_range("funds.total.weight", "funds.total.score"))
    return [each for each in found if each.paths and all(path in printed for path in each.paths)]


def number(text: str) -> Decimal:
    """The number of a printed text."""
    return Decimal(text.replace(",", "").rstrip("%"))


def _decimals(text: str) -> int:
    return len(text.rstrip("%").partition(".")[2])


def _half(decimals: int) -> Decimal:
    return Decimal(5).scaleb(-decimals - 1)


def _funds(column: str, exact: int) -> Identity:
    paths = tuple(f"funds.{row}.{column}" for row in ("total", "fiscal", "carryover", "other"))

    def holds(texts: Numbers) -> bool:
        total, *parts = (number(texts[path]) for path in paths)
        finest = max(_decimals(texts[path]) for path in paths)
        allowed = Decimal(0) if finest >= exact else 4 * _half(finest)
        return abs(total - sum(parts)) <= allowed

    return Identity(f"sum of {column}", paths, holds)


def _rate(exact: int, stated: str = "funds.total.rate") -> Identity:
    paths = ("funds.total.budget", "funds.total.executed", stated)

    def holds(texts: Numbers) -> bool:
        budget, executed, rate = (number(texts[path]) for path in paths)
        if budget <= 0:
            return True
        finest = max(_decimals(texts[path]) for path in paths[:2])
        slack = Decimal(0) if finest >= exact else _half(finest)
        low, high = (executed - slack) / (budget + slack) * 100, (executed + slack) / (budget - slack) * 100
        step = Decimal(1).scaleb(-min(_decimals(texts[stated]), 2))
        rounded = rate - step / 2 <= high and low < rate + step
        share = rate <= 1 and rate * 100 - step * 50 <= high and low < (rate + step) * 100
        return rounded or share

    return Identity("rate" if stated == "funds.total.rate" else "rate claimed", paths, holds)


def _score() -> Identity:
    paths = ("funds.total.budget", "funds.total.executed", "funds.total.weight", "funds.total.score")

    def holds(texts: Numbers) -> bool:
        budget, executed, weight, score = (number(texts[path]) for path in paths)
        if budget <= 0:
            return True
        rate = _rounded(executed / budget * 100)
        true = min(_rounded(rate * weight / 100), weight)
        return abs(score - true) <= _half(_decimals(texts[paths[3]]))

    return Identity("execution score", paths, holds)


def _weights(parts: tuple[str, ...]) -> Identity:
    def holds(texts: Numbers) -> bool:
        whole = number(texts["total_weight"])
        return _adds_up(texts, parts, Decimal(100)) and abs(whole - 100) <= _own_half(texts["total_weight"])

    return Identity("weights", (*parts, "total_weight"), holds)


def _level(level: str, weights: tuple[str, ...], points: Decimal) -> Identity:
    return Identity(level, weights, lambda texts: _adds_up(texts, weights, points))


def _total(parts: tuple[str, ...]) -> Identity:
    def holds(texts: Numbers) -> bool:
        total = texts["total_score"]
        return _adds_up(texts, parts, number(total), _half(_decimals(total)))

    return Identity("total", (*parts, "total_score"), holds)


def _adds_up(texts: Numbers, parts: tuple[str, ...], whole: Decimal, allowed: Decimal = Decimal(0)) -> bool:
    """Whether the parts sum to the whole; points that are no whole number stand for their last digit."""
    finest = max(_decimals(texts[path]) for path in parts)
    values = [number(texts[path]) for path in parts]
    fractions = sum(1 for each in values if each != each.to_integral_value())
    return abs(sum(values) - whole) <= fractions * _half(finest) + allowed


def _own_half(text: str) -> Decimal:
    return Decimal(0) if number(text) == number(text).to_integral_value() else _half(_decimals(text))


def _range(weight: str, score: str) -> Identity:
    return Identity("range", (weight, score), lambda texts: 0 <= number(texts[score]) <= number(texts[weight]))


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)
