"""The faults: every digit of every printed number of a form, changed once each, with a fixed seed."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from jixiao.findings import Repair
from jixiao.forms import Form, Indicator
from jixiao.forms.model import parts_of
from jixiao_scorer.follow import mended

_RATE = re.compile("支出进度|预算执行率|资金使用率|资金完成率")
_SHARE = re.compile(r"\d+(\.\d+)?%")
_DIGITS = "0123456789"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A form with one digit changed: where, from what, to what."""

    form: Form
    path: str
    old: str
    new: str

    @property
    def figure(self) -> str:
        """The path without the place of the row."""
        return re.sub(r"\[\d+\]", "[]", self.path)


def numbers(form: Form) -> dict[str, str]:
    """Path → text of every number that the arithmetic of a form is about."""
    found: dict[str, str | None] = {}
    for row in ("total", "fiscal", "carryover", "other"):
        holder = getattr(form.funds, row)
        for name in parts_of(holder):
            found[f"funds.{row}.{name}"] = getattr(holder, name).text
    for place, each in enumerate(form.indicators):
        found[f"indicators[{place}].weight"] = each.weight.text
        found[f"indicators[{place}].score"] = each.score.text
        if restates_the_rate(each):
            found[f"indicators[{place}].actual"] = each.actual.text
    found["total_weight"], found["total_score"] = form.total_weight.text, form.total_score.text
    return {path: text for path, text in found.items() if text and any(each.isdigit() for each in text)}


def restates_the_rate(row: Indicator) -> bool:
    """Whether a row gives the execution rate once more, as nothing but a percentage."""
    return bool(_RATE.search(row.name.text or "")) and bool(_SHARE.fullmatch(row.actual.text or ""))


def mutants(form: Form, seed: int = 1) -> Iterator[Mutant]:
    """Each digit of each number replaced by another one; a number never begins with a new needless zero."""
    chance = random.Random(f"{seed}/{form.code.text}/{form.ordinal}")
    for path, old in numbers(form).items():
        for at, digit in enumerate(old):
            if not digit.isdigit():
                continue
            leading = at == 0 and len(old) > 1 and old[1] != "."
            other = chance.choice([each for each in _DIGITS[leading:] if each != digit])
            new = old[:at] + other + old[at + 1 :]
            yield Mutant(with_text(form, path, new), path, old, new)


def with_text(form: Form, path: str, text: str) -> Form:
    """The form with another text in one place."""
    return mended(form, Repair(path=path, value=text))
