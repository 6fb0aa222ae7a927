"""Which versions of a form are admitted: those that nothing speaks against, and those that a reviewer adopted.

A version is held when the printed unit lies outside the uploader's subtree, or when figures carry doubts that the one
in force before it has not. A held version raises a finding of its own, VERSION-HELD; acknowledging that adopts the
version, which then takes effect in its place of order, dismissing or returning it does not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from jixiao.events import AlertCommand
from jixiao.events.models import Handling
from jixiao.events.transitions import refusal
from jixiao.findings import Cause, Finding, RuleId, Severity, Subject
from jixiao.identity import FormIdentity, Version, derived_id

_BASIS = "版本先后及生效的规定"
_VERDICTS = {Handling.ACKNOWLEDGED: True, Handling.DISMISSED: False, Handling.RETURNED: False}


@dataclass(frozen=True, slots=True)
class FormVersion:
    """One version of a form: its list of findings, from its newest assessment, is the fact.

    ``superseded`` are the findings of its older assessments: what only they found counts as fixed.
    ``doubted`` are its figures that the reader was not sure of: the label of each by its path.
    """

    identity: FormIdentity
    version: Version
    findings: tuple[Finding, ...]
    superseded: tuple[Finding, ...] = ()
    doubted: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether a version is admitted; ``held`` is the finding of one that is not by itself."""

    form: FormVersion
    admitted: bool
    held: Finding | None = None

    @property
    def alert_id(self) -> UUID | None:
        """The alert that asks whether to adopt the version."""
        return alert_id(self.form.identity, self.held) if self.held is not None else None


def alert_id(identity: FormIdentity, finding: Finding) -> UUID:
    """The fingerprint of (project, year, kind, rule, subject)."""
    return derived_id("alert", identity.key, finding.rule, finding.subject.key)


def rulings(versions: Iterable[FormVersion], commands: Iterable[AlertCommand]) -> list[Ruling]:
    """A ruling for every version of one form, in the order of versions."""
    given: dict[UUID, list[AlertCommand]] = {}
    for command in sorted(commands, key=lambda each: (each.given_at, str(each.command_id))):
        given.setdefault(command.alert_id, []).append(command)
    ruled: list[Ruling] = []
    in_force: FormVersion | None = None
    for form in sorted(versions, key=lambda each: each.version.order):
        ruling = _rule(form, in_force, given)
        ruled.append(ruling)
        in_force = form if ruling.admitted else in_force
    return ruled


def _rule(form: FormVersion, in_force: FormVersion | None, given: Mapping[UUID, list[AlertCommand]]) -> Ruling:
    held = _against(form, in_force)
    if held is None:
        return Ruling(form, admitted=True)
    handled = given.get(alert_id(form.identity, held), ())
    return Ruling(form, _adopts(each for each in handled if each.given_at >= form.version.uploaded_at), held)


def _adopts(commands: Iterable[AlertCommand]) -> bool:
    """Whether the last verdict among these commands, of those that were allowed, adopts the version."""
    handling, adopted = Handling.OPEN, False
    for command in commands:
        if refusal(handling, command) is None:
            handling = command.handling
            adopted = _VERDICTS.get(handling, adopted)
    return adopted


def _against(form: FormVersion, in_force: FormVersion | None) -> Finding | None:
    """What speaks against a version. The first one of a form may be doubtful: there is nothing better."""
    reasons = []
    if form.version.outside:
        unit = form.identity.unit_name or "（未读出）"
        reasons.append(f"表上的单位“{unit}”不在上报人所属单位的范围之内")
    if in_force is not None and (new := sorted(form.doubted.keys() - in_force.doubted.keys())):
        reasons.append(f"{'、'.join(form.doubted[path] for path in new)}读取存疑，而现行版本中没有这些存疑")
    if not reasons:
        return None
    return Finding(
        rule=RuleId.VERSION_HELD,
        severity=Severity.NOTICE,
        cause=Cause.EXTRACTION_DOUBT,
        subject=Subject(kind="version", name=str(form.version.form_id)),
        sentence=f"新上报的版本没有自动生效：{'；'.join(reasons)}。请对照原件核实后决定是否采用；在此之前以原版本为准。",
        basis=_BASIS,
    )
