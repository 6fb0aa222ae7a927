"""What follows from another finding: it stands under that one, and is gone once that one is mended."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TypeVar

from jixiao.findings import Finding, Repair, RuleId
from jixiao.forms import Form
from jixiao.forms.model import changed

# The rules whose repair is tried: what it removes besides the finding itself follows from it. In this order.
ROOTS = (
    RuleId.UNIT_SCALE,
    RuleId.FUND_SUM,
    RuleId.EXEC_RATE,
    RuleId.EXEC_SCORE,
    RuleId.WEIGHT_SUM,
    RuleId.SCORE_RANGE,
    RuleId.TOTAL_SUM,
)

# Rules whose rows make one letter a form: the rest stands under the row with the most money.
ONE_LETTER = frozenset({RuleId.WHY_OVER})

T = TypeVar("T")

_STEP = re.compile(r"\[(\d+)\]|(\w+)")


def linked(form: Form, found: Sequence[Finding], judge: Callable[[Form], Sequence[Finding]]) -> list[Finding]:
    """The findings, those marked that the repair of another one removes; ``judge`` gives the findings of a form."""
    if len(found) < 2:
        return list(found)
    linked = list(found)
    for root in sorted((each for each in found if each.rule in ROOTS), key=lambda each: ROOTS.index(each.rule)):
        # One that stands under another, or came under it meanwhile, is no root.
        if root.repair is None or root.follows is not None or root not in linked:
            continue
        left = {_key(each) for each in judge(mended(form, root.repair))}
        if _key(root) in left:
            continue
        linked = [_under(each, root) if _is_closed(each, root, left) else each for each in linked]
    return _one_letter(linked)


def mended(form: Form, repair: Repair) -> Form:
    """The form with one value set as the repair says."""
    steps = [int(at) if at else name for at, name in _STEP.findall(repair.path)]
    return _with(form, steps, repair.value)


def _with(place: T, steps: list[int | str], text: str) -> T:
    if not steps:
        return changed(place, text=text)
    name, rest = str(steps[0]), steps[1:]
    below = getattr(place, name)
    if isinstance(below, tuple):
        at = int(rest[0])
        return changed(place, **{name: (*below[:at], _with(below[at], rest[1:], text), *below[at + 1 :])})
    return changed(place, **{name: _with(below, rest, text)})


def _key(finding: Finding) -> tuple[RuleId, str]:
    return finding.rule, finding.subject.key


def _is_closed(each: Finding, root: Finding, left: set[tuple[RuleId, str]]) -> bool:
    return each.follows is None and each.rule is not root.rule and _key(each) not in left


def _under(each: Finding, root: Finding) -> Finding:
    return each.model_copy(update={"follows": root.rule})


def _one_letter(found: list[Finding]) -> list[Finding]:
    if not any(each.rule in ONE_LETTER for each in found):
        return found
    heads = {rule: max((each for each in found if each.rule is rule), key=_money, default=None) for rule in ONE_LETTER}
    follow = [each.rule in ONE_LETTER and each is not heads[each.rule] for each in found]
    return [_under(each, each) if under else each for each, under in zip(found, follow, strict=True)]


def _money(finding: Finding) -> Decimal:
    return finding.amount or Decimal(0)
