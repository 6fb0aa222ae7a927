"""NARRATIVE: how many projects the text says were evaluated, with which sums, against the forms beside it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from jixiao.findings import Cause, Finding, RuleId, Subject
from jixiao.forms.model import Claim
from jixiao.forms.printed import Printed
from jixiao_scorer.accounts.spoken import amount
from jixiao_scorer.build import finding
from jixiao_scorer.case import Case
from jixiao_scorer.printed_form import COLUMN_NAMES
from jixiao_scorer.words import money

SELF_EVALUATED, KEY_EVALUATION = "self_evaluated", "key_evaluation"
_WHOLE = "整体支出"  # a form of the department, not of a project
_OTHER_FUNDS = "政府性基金"
_SOURCES = (("total",), ("fiscal",), ("fiscal", "carryover"))


def counts_projects(claims: Iterable[Claim]) -> bool:
    """Whether the text says how many projects were evaluated."""
    return any(claim.kind == SELF_EVALUATED and claim.count.text for claim in claims)


def named_projects(claim: Claim) -> tuple[str, ...]:
    """The projects that a text names as evaluated, where it names all of them."""
    names = tuple(claim.subject.split("、")) if claim.kind == KEY_EVALUATION else ()
    return names if claim.count.text == str(len(names)) else ()


def against_all_forms(case: Case, claims: Sequence[Claim], forms: Sequence[Case]) -> Iterator[Finding]:
    """The text counts fewer projects than there are forms in its document, or gives sums that no column of them has.

    ``forms`` are all in the document, each of another project. Fewer forms than projects is no contradiction: not all
    need be published.
    """
    told = [claim for claim in claims if claim.kind == SELF_EVALUATED]
    projects = [form for form in forms if _WHOLE not in (form.form.name.text or "")]
    if not told or not all(claim.count.text for claim in told):
        return
    count = sum(int(claim.count.text or 0) for claim in told)
    tells_all = any(_OTHER_FUNDS in claim.subject for claim in told)
    if tells_all and len(projects) > count and not any(map(_is_unsure, projects)):
        yield _fewer(case, told, count, len(projects))
    elif len(projects) == count:
        yield from against_sums(case, told, projects, "projects")


def against_sums(case: Case, claims: Sequence[Claim], forms: Sequence[Case], about: str) -> Iterator[Finding]:
    """The sum of what the claims state is that of no column of these forms; texts may have rounded each project."""
    stated = [amount(claim.amount, claim.amount_unit, "涉及资金") for claim in claims]
    said = [each for each in stated if each is not None]
    sums = [each for sources in _SOURCES for column in COLUMN_NAMES if (each := _sum(forms, sources, column))]
    known = len(said) == len(stated) and len(sums) == len(_SOURCES) * len(COLUMN_NAMES)
    if not said or not known or len({each.unit for each in said}) > 1:
        return
    whole = _loosened(said[0] if len(said) == 1 else Printed.sum(said), said, len(forms))
    if any(whole.meets(each) for each in sums):
        return
    shown = dict(zip(COLUMN_NAMES.values(), sums, strict=False))  # those of the totals come first
    nearest = min(shown.values(), key=lambda each: _apart(whole, each))
    told = "、".join(f"{label}合计{money(each)}" for label, each in shown.items())
    yield finding(
        case,
        RuleId.NARRATIVE,
        f"文中称{len(forms)}个项目涉及资金{money(whole)}，而这些项目的自评表{told}，均不相符。",
        Cause.CONTRADICTION,
        subject=Subject(kind="claim", name=f"{about}/sum"),
        stated=whole,
        computed=nearest,
        doubts=[doubt for each in sums for doubt in each.doubts],
        amount=_apart(whole, nearest),
    )


def _is_unsure(form: Case) -> bool:
    """Whether the reading of a form may be that of a part of one."""
    return bool(form.form.doubts) or not form.form.name.text or form.budget is None or form.executed is None


def _fewer(case: Case, claims: Sequence[Claim], count: int, forms: int) -> Finding:
    return finding(
        case,
        RuleId.NARRATIVE,
        f"文中称共对{count}个项目开展绩效自评，而同一文件中有{forms}个项目的自评表。",
        Cause.CONTRADICTION,
        subject=Subject(kind="claim", name="projects/count"),
        stated=str(count),
        computed=str(forms),
        values=[claim.count for claim in claims],
    )


def _sum(forms: Sequence[Case], sources: Sequence[str], column: str) -> Printed | None:
    """The sum of one column over all forms; an empty cell adds nothing, one that cannot be read makes it unknown."""
    cells = [
        (form.money[row, column], getattr(getattr(form.form.funds, row), column)) for form in forms for row in sources
    ]
    if any(number is None and cell.text not in ("", None) for number, cell in cells):
        return None
    numbers = [number for number, _ in cells if number is not None]
    return Printed.sum(numbers) if numbers else None


def _loosened(whole: Printed, said: Sequence[Printed], projects: int) -> Printed:
    """The sum as it may be where each project was rounded before it was added."""
    ulp = max(each.high - each.value for each in said)
    return replace(whole, low=whole.low - ulp * projects / 2, high=whole.high + ulp * projects / 2)


def _apart(one: Printed, other: Printed) -> Decimal:
    return abs(one.in_yuan().value - other.in_yuan().value)
