"""What became of each mutant: broken or not, found or not, who else spoke up, and whether the repair is the truth."""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from jixiao.findings import Finding
from jixiao.forms import Form
from jixiao_scorer import assess
from jixiao_scorer.profiles import profile_for
from tests.mutants.identities import Identity, identities, number
from tests.mutants.plant import Mutant, mutants, numbers

_PARTS = tomllib.loads((Path(__file__).parent / "parts.toml").read_text(encoding="utf-8"))
WHOLE = frozenset({"rate", "execution score", "weights", "total", "产出", "效益", "满意度"})
ARITHMETIC = frozenset(_PARTS["arithmetic"])


@dataclass(frozen=True, slots=True)
class Verdict:
    """One mutant judged. ``repair`` is None where the figures leave more than one repair open."""

    mutant: Mutant
    broken: tuple[str, ...]
    rules: tuple[str, ...]
    strangers: tuple[str, ...]
    repair: bool | None

    @property
    def found(self) -> bool:
        """Whether a rule of arithmetic spoke."""
        return bool(ARITHMETIC & set(self.rules))


def closes(form: Form) -> bool:
    """Whether there is a budget, and all that must hold can be judged and holds."""
    texts, must = numbers(form), identities(form)
    if not WHOLE.issubset(each.name for each in must) or number(texts["funds.total.budget"]) <= 0:
        return False
    return all(each.holds(texts) for each in must)


def verdicts(form: Form, seed: int = 1) -> Iterator[Verdict]:
    """All mutants of a form that closes."""
    must, texts = identities(form), numbers(form)
    before = {_mark(each) for each in _findings(form)}
    for mutant in mutants(form, seed):
        changed = texts | {mutant.path: mutant.new}
        broken = [each for each in must if mutant.path in each.paths and not each.holds(changed)]
        new = [each for each in _findings(mutant.form) if _mark(each) not in before]
        rules = tuple(dict.fromkeys(each.rule.value for each in new))
        part = set(_PARTS["parts"][mutant.figure])
        strangers = tuple(rule for rule in rules if rule not in part)
        true = _repaired(mutant, new) if broken and _determined(must, changed, broken) else None
        yield Verdict(mutant, tuple(each.name for each in broken), rules, strangers, true)


def _findings(form: Form) -> tuple[Finding, ...]:
    return assess(form, profile_for(form.layout)).findings


def _mark(finding: Finding) -> tuple[str, str]:
    return finding.rule.value, finding.subject.key


def _repaired(mutant: Mutant, new: Iterable[Finding]) -> bool:
    """Whether the first repair proposed is the true one."""
    for each in new:
        if each.rule.value in ARITHMETIC and each.repair is not None:
            return each.repair.path == mutant.path and number(each.repair.value) == number(mutant.old)
    return False


def _determined(must: list[Identity], texts: dict[str, str], broken: list[Identity]) -> bool:
    """Whether exactly one change of one digit makes everything hold again."""
    suspects = set.intersection(*(set(each.paths) for each in broken))
    fits = 0
    for path in suspects:
        own = [each for each in must if path in each.paths]
        fits += len({number(text) for text in _one_digit_off(texts[path]) if _all_hold(own, texts | {path: text})})
        if fits > 1:
            return False
    return fits == 1


def _one_digit_off(text: str) -> Iterator[str]:
    for at, digit in enumerate(text):
        if digit.isdigit():
            yield from (text[:at] + other + text[at + 1 :] for other in "0123456789" if other != digit)


def _all_hold(must: list[Identity], texts: dict[str, str]) -> bool:
    return all(each.holds(texts) for each in must)
