"""NARRATIVE: what the account text says of a project, against its own numbers and against the project's form."""

from collections.abc import Iterator, Sequence

from jixiao.findings import Cause, Finding, RuleId, Subject
from jixiao.forms import Value
from jixiao.forms.model import Claim
from jixiao.forms.printed import Printed
from jixiao.identity import normalise_name
from jixiao_scorer.accounts.spoken import Spoken
from jixiao_scorer.build import finding
from jixiao_scorer.case import Case
from jixiao_scorer.recompute import rate_agrees
from jixiao_scorer.words import money, percent

EXECUTION = "execution"
_SUFFIX = "项目"


def stem(name: str) -> str:
    """A project's name as texts name it: with or without 项目 at the end."""
    return normalise_name(name).removesuffix(_SUFFIX)


def executions(claims: Sequence[Claim]) -> list[Claim]:
    """What a text says of the execution of projects and of the whole department."""
    return [claim for claim in claims if claim.kind == EXECUTION]


def self_contradictions(case: Case, claims: Sequence[Claim]) -> Iterator[Finding]:
    """A rate that its own money does not give, and praise of an execution that is low by its own numbers."""
    low = case.profile.rules[RuleId.EXEC_LOW].limits["warning_below"]
    for claim in claims:
        said = Spoken.of(claim)
        if said.rate is None or said.budget is None or said.executed is None:
            continue
        if said.stated is not None and not said.is_consistent:
            yield _own_rate(case, claim, said, said.stated, said.rate)
        elif claim.praise.text and said.rate.high < low:
            yield _praise(case, claim, said, said.rate)


def _own_rate(case: Case, claim: Claim, said: Spoken, stated: Printed, rate: Printed) -> Finding:
    return finding(
        case,
        RuleId.NARRATIVE,
        f"文中称「{claim.subject}」{_money(said)}，完成预算的{stated.text}，而按所列数字应为{percent(rate.value)}。",
        Cause.CONTRADICTION,
        subject=_subject(claim, "rate"),
        stated=stated,
        computed=rate.rounded(),
        values=(claim.rate,),
    )


def _praise(case: Case, claim: Claim, said: Spoken, rate: Printed) -> Finding:
    unspent = _unspent(said)
    return finding(
        case,
        RuleId.NARRATIVE,
        f"文中称「{claim.subject}」{claim.praise.text}，而所列{_money(said)}，执行率仅{percent(rate.value)}，"
        f"尚有{money(unspent)}未支出。",
        Cause.CONTRADICTION,
        subject=_subject(claim, "praise"),
        stated=claim.praise.text,
        computed=rate.rounded(),
        values=(claim.praise, claim.executed),
        amount=unspent.in_yuan().value,
    )


def _money(said: Spoken) -> str:
    assert said.budget is not None and said.executed is not None
    return f"全年预算数{money(said.budget)}、执行数{money(said.executed)}"


def _unspent(said: Spoken) -> Printed:
    assert said.budget is not None and said.executed is not None
    return said.budget - said.executed


def _subject(claim: Claim, what: str) -> Subject:
    return Subject(kind="claim", name=f"{stem(claim.subject)}/{what}")


def against_form(case: Case, claim: Claim, form: Case) -> Iterator[Finding]:
    """The text gives another budget, executed amount or rate than the project's form; ``case`` is of the accounts.

    Where the text contradicts itself in the same breath, this stands under that finding.
    """
    said = Spoken.of(claim)
    told: list[tuple[str, Printed, Printed, str]] = []
    for label, spoken, printed in (("全年预算数", said.budget, form.budget), ("执行数", said.executed, form.executed)):
        if spoken is not None and printed is not None and not spoken.meets(printed):
            told.append((label, spoken, printed, money(printed)))
    if not told and said.stated is not None and said.is_consistent and _is_other_rate(said.stated, form):
        rate = form.stated_rate or form.rate
        if rate is not None:
            told.append(("完成率", said.stated, rate, percent(rate.value)))
    if told:
        found = _finding(case, claim, told)
        yield found if said.is_consistent or _is_doubted(claim) else found.model_copy(update={"follows": found.rule})


def _is_doubted(claim: Claim) -> bool:
    """Whether what the claim says of itself is a doubt, under which nothing can stand."""
    return any(value.doubt is not None for value in (claim.budget, claim.executed, claim.rate))


def _is_other_rate(stated: Printed, form: Case) -> bool:
    """Whether a rate is neither the one printed on the form nor the one its money gives."""
    rates = [rate for rate in (form.stated_rate, form.rate) if rate is not None]
    return bool(rates) and not any(rate_agrees(stated, rate) for rate in rates)


def _finding(case: Case, claim: Claim, told: Sequence[tuple[str, Printed, Printed, str]]) -> Finding:
    words = "；".join(f"{label}文中为{_shown(spoken)}，自评表为{shown}" for label, spoken, _, shown in told)
    _, spoken, printed, _ = told[0]
    gaps = [abs(a.in_yuan().value - b.in_yuan().value) for _, a, b, _ in told if a.unit and a.unit != "%"]
    values: list[Value] = [each.cell for _, a, b, _ in told[1:] for each in (a, b) if each.cell is not None]
    return finding(
        case,
        RuleId.NARRATIVE,
        f"部门决算文字与自评表不一致：「{claim.subject}」{words}。",
        Cause.CONTRADICTION,
        subject=_subject(claim, "form"),
        stated=spoken,
        computed=printed,
        values=values,
        amount=max(gaps, default=None),
    )


def _shown(number: Printed) -> str:
    return number.text if number.unit == "%" else money(number)
