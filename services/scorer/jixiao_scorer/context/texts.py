"""NARRATIVE across forms: what a department's account text says of its projects, beside the forms in force."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from uuid import UUID

from jixiao.findings import Finding, RuleId
from jixiao.forms.model import ACCOUNTS, Claim
from jixiao.identity import normalise_name
from jixiao_scorer.accounts import (
    against_all_forms,
    against_form,
    against_sums,
    counts_projects,
    executions,
    named_projects,
    stem,
)
from jixiao_scorer.context.member import Member, in_force

_OWN = "本级"  # what the department's own office has behind its name


def departments(member: Member) -> frozenset[str]:
    """The names under which the department of a form is known."""
    form = member.form
    printed = (normalise_name(value.text or "").removesuffix(_OWN) for value in (form.unit, form.budget_unit))
    return frozenset(name for name in (member.identity.unit, *printed) if name)


def project_names(member: Member) -> frozenset[str]:
    """The projects that the text of accounts speaks of, by the names that their forms may have, as compared."""
    stems = {stem(claim.subject) for claim in executions(_claims(member))}
    stems |= {stem(name) for claim in _claims(member) for name in named_projects(claim)}
    return frozenset(name for each in stems for name in (each, f"{each}项目"))


def needs_all_forms(member: Member) -> bool:
    """Whether the text of accounts speaks of all forms in its upload together."""
    return counts_projects(_claims(member))


def judge_texts(members: Iterable[Member], whole: Collection[UUID] = ()) -> dict[UUID, tuple[Finding, ...]]:
    """The findings of all accounts among these forms that come from the other forms; the order given is no matter.

    ``whole``: the uploads of which all forms are among them.
    """
    forms = list(members)
    return {each.form_id: tuple(_judge(each, forms, whole)) for each in forms if each.identity.kind == ACCOUNTS}


def _judge(accounts: Member, forms: Iterable[Member], whole: Collection[UUID]) -> Iterator[Finding]:
    if not accounts.profile.rules[RuleId.NARRATIVE].on:
        return
    near = [each for each in forms if _may_be_meant(each, accounts)]
    current = in_force(near)
    for claim in executions(_claims(accounts)):
        meant = {each.identity.key for each in near if _is_meant(each, claim, accounts)}
        if len(meant) == 1:
            yield from against_form(accounts.case, claim, current[meant.pop()].case)
    for claim in _claims(accounts):
        named = [{each.identity.key for each in near if _is_called(each, name)} for name in named_projects(claim)]
        if named and all(len(keys) == 1 for keys in named):
            cases = [current[key].case for keys in named for key in keys]
            yield from against_sums(accounts.case, [claim], cases, claim.kind)
    if accounts.version.upload_id in whole:
        yield from _counted(accounts, [each for each in near if _is_beside(each, accounts)])


def _counted(accounts: Member, forms: Sequence[Member]) -> Iterator[Finding]:
    """What the text says of all forms in its document, where each is of another project."""
    if needs_all_forms(accounts) and len({each.identity.key for each in forms}) == len(forms):
        yield from against_all_forms(accounts.case, _claims(accounts), [each.case for each in forms])


def _is_beside(form: Member, accounts: Member) -> bool:
    """Whether a form is of the same document, not of another one in the same archive."""
    return (form.version.upload_id, _file(form)) == (accounts.version.upload_id, _file(accounts))


def _file(member: Member) -> str | None:
    """The path of a form's document in its archive."""
    form = member.form
    values = [form.name, form.unit, form.budget_unit, form.year, form.funds.total.budget]
    values += [claim.amount for claim in _claims(member)]
    return next((value.evidence.member for value in values if value.evidence is not None), None)


def _claims(member: Member) -> tuple[Claim, ...]:
    return member.form.accounts.claims if member.form.accounts is not None else ()


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
    return _is_called(form, claim.subject)


def _is_called(form: Member, name: str) -> bool:
    return stem(form.identity.project_name) == stem(name)
