"""The words by which the tables of final accounts are known, from ``tables.toml``."""

import re
import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any

Pattern = re.Pattern[str]

INCOME, SPENDING, GENERAL, FUND, CAPITAL = "income", "spending", "general", "fund", "capital"
BASIC, SUMMARY, FISCAL, PUBLIC = "basic", "summary", "fiscal", "public"
CODED = (INCOME, SPENDING, GENERAL, FUND, CAPITAL)


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the nine tables; ``total`` is the column that the ``parts`` make up, ``beside`` are others."""

    title: Pattern
    total: Pattern | None = None
    parts: tuple[Pattern, ...] = ()
    beside: Pattern | None = None


@dataclass(frozen=True, slots=True)
class Sides:
    """How the summary tables with their two sides are set."""

    first: Pattern
    place: Pattern
    item: Pattern
    inner: Pattern
    sum: Pattern
    total: Pattern
    balance: Pattern
    source: Pattern
    whole: Pattern
    general: Pattern
    fund: Pattern
    capital: Pattern


@dataclass(frozen=True, slots=True)
class Words:
    """All of them."""

    nothing: Pattern
    numbered: Pattern
    column: Pattern
    number: Pattern
    in_brackets: Pattern
    compared: Pattern
    whole: Pattern
    code: Pattern
    coded_name: Pattern
    below: Pattern
    opening: Pattern
    income: Pattern
    closing: Pattern
    coded: Pattern
    amount: Pattern
    staff_sum: Pattern
    office_sum: Pattern
    staff: Pattern
    kinds: dict[str, Kind]
    sides: Sides
    expenses: dict[str, Pattern]
    columns: dict[str, Pattern]

    def kind_of(self, title: str) -> str | None:
        """Which of the nine tables has a title."""
        return next((name for name, kind in self.kinds.items() if kind.title.search(title)), None)


def _compiled(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _compiled(each) for name, each in value.items()}
    return tuple(map(re.compile, value)) if isinstance(value, list) else re.compile(value)


def _load() -> Words:
    text = resources.files(__package__).joinpath("tables.toml").read_text("utf-8")
    words = _compiled(tomllib.loads(text))
    kinds = {name: Kind(**kind) for name, kind in words.pop("kinds").items()}
    return Words(kinds=kinds, sides=Sides(**words.pop("sides")), **words)


WORDS = _load()
