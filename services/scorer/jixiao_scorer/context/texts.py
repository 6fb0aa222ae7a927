"""NARRATIVE across forms: what a department's account text says of its projects, beside the forms in force."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from jixiao.findings import Finding, RuleId
from jixiao.forms.model import ACCOUNTS, Claim
from jixiao.identity import normalise_name
from jixiao_scorer.accounts import against_form, executions, stem
from jixiao_scorer.context.member import Member, in_force

_OWN = "本级"  # what the department's own office has behind its name


def departments(member: Member) -> frozenset[str]:
    """The names under which the department of a form is known."""
    form = member.form
    printed = (normalise_name(value.text or "").removesuffix(_OWN) for value in (form.unit, form.budget_unit))
    return frozenset(name for name in (member.identity.unit, *printed) if name)


def project_names(member: Member) -> frozenset[str]:
    """The projects that the text of accounts speaks of, by the names that their forms may have, as compared."""
    stems = {stem(claim.subject) for claim in _claims(member)}
    return frozenset(name for each in stems for name in (each, f"{each}项目"))


def judge_texts(members: Iterable[Member]) -> dict[UUID, tuple[Finding, ...]]:
    """The findings of all accounts among these forms that come from the other forms; the order given is no matter."""
    forms = list(members)
    return {each.form_id: tuple(_judge(each, forms)) for each in forms if each.identity.kind == ACCOUNTS}


def _judge(accounts: Member, forms: Iterable[Member]) -> Iterator[Finding]:
    if not accounts.profile.rules[RuleId.NARRATIVE].on:
        return
    near = [each for each in forms if _may_be_meant(each, accounts)]
    current = in_force(near)
    for claim in _claims(accounts):
        meant = {each.identity.key for each in near if _is_meant(each, claim, accounts)}
        if len(meant) == 1:
            yield from against_form(accounts.case, claim, current[meant.pop()].case)


def _claims(member: Member) -> list[Claim]:
    return executions(member.form.accounts.claims) if member.form.accounts is not None else []


def _may_be_meant(form: Member, accounts: Member) -> bool:
    """Whether a form, none of what is secret, is of the same year and upload or department.

    What a stranger handed in is held against nothing else: he would learn of the other side's figures.
    """
    own, other = form.identity, accounts.identity
    if own.kind == ACCOUNTS or own.classified or own.year != other.year:
        return False
    if form.version.upload_id == accounts.version.upload_id:
        return True
    outside = form.version.outside or accounts.version.outside
    return not outside and bool(departments(form) & departments(accounts))


def _is_meant(form: Member, claim: Claim, accounts: Member) -> bool:
    """The form that the reader found beside the text, or else the one with the name."""
    if claim.form is not None:
        at = (form.version.upload_id, form.version.ordinal)
        return at == (accounts.version.upload_id, claim.form)
    return stem(form.identity.project_name) == stem(claim.subject)
