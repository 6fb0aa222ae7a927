"""The forms of many files judged together, as the service does: a unit's forms, in the order of the files."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from jixiao.findings import Finding
from jixiao.identity import FormIdentity, Version, derived_id, normalise_name
from jixiao_cli.report.judged import Judged
from jixiao_scorer.context import Member, facts_of, judge_projects, judge_texts, judge_unit, merged
from jixiao_scorer.written import Profiles


def together(forms: Sequence[Judged], profiles: Profiles) -> list[Judged]:
    """Every form with the findings across forms merged into its own."""
    members = [member_of(place, each, profiles) for place, each in enumerate(forms)]
    found = across(members, profiles)
    return [
        each.with_findings(merged(each.findings, found.get(member.form_id, ())))
        for each, member in zip(forms, members, strict=True)
    ]


def across(members: Iterable[Member], profiles: Profiles) -> dict[UUID, tuple[Finding, ...]]:
    """The findings of each form that come from other forms."""
    forms = list(members)
    found = judge_projects(forms)
    units: dict[str, list[Member]] = defaultdict(list)
    for member in forms:
        units[member.identity.unit].append(member)
    for of_unit in (judge_unit(map(facts_of, unit), profiles) for key, unit in units.items() if key):
        found |= {form: (*found[form], *findings) for form, findings in of_unit.items()}
    of_texts = judge_texts(forms, {each.version.upload_id for each in forms})
    return found | {form: (*found[form], *findings) for form, findings in of_texts.items()}


def member_of(place: int, judged: Judged, profiles: Profiles) -> Member:
    """The form as a version: what stands later in the list of files counts as handed in later."""
    form = judged.form
    version = Version(
        upload_id=derived_id("file", judged.path or place),
        uploaded_at=datetime.fromtimestamp(place, UTC),
        document_id=judged.source,
        ordinal=form.ordinal,
    )
    identity = FormIdentity.of(form, normalise_name(form.unit.text or ""), None)
    return Member(identity, version, form, profiles(form.layout))
