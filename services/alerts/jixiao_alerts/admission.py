"""Which versions of a form are admitted: those that nothing speaks against, and those that a reviewer adopted.

A version is held when the printed unit lies outside the uploader's subtree, when it is another unit's than the one in
force before it (a code typed wrong must not take over another unit's project), or when figures carry doubts that the
one in force has not. A held version raises a finding of its own, VERSION-HELD; acknowledging that adopts the version,
which then takes effect in its place of order, dismissing or returning it does not.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from jixiao.events import AlertCommand
from jixiao.events.models import Handling
from jixiao.events.transitions import refusal
from jixiao.findings import Cause, Finding, RuleId, Severity, Subject
from jixiao.identity import FormIdentity, Version, derived_id, is_well_formed_code, normalise_name

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
    """Whether a version is admitted; ``held`` is the finding of one that is not by itself.

    ``strange``: nobody knows that it comes from the form's own unit, so it answers nothing that the unit was asked.
    """

    form: FormVersion
    admitted: bool
    held: Finding | None = None
    strange: bool = False

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
    strange = list(_strange(form, in_force))
    held = _held(form, [*strange, *_doubtful(form, in_force)])
    if held is None:
        return Ruling(form, admitted=True)
    handled = given.get(alert_id(form.identity, held), ())
    adopted = _adopts(each for each in handled if each.given_at >= form.version.uploaded_at)
    return Ruling(form, adopted, held, bool(strange))


def _adopts(commands: Iterable[AlertCommand]) -> bool:
    """Whether the last verdict among these commands, of those that were allowed, adopts the version."""
    handling, adopted = Handling.OPEN, False
    for command in commands:
        if refusal(handling, command) is None:
            handling = command.handling
            adopted = _VERDICTS.get(handling, adopted)
    return adopted


def _strange(form: FormVersion, in_force: FormVersion | None) -> Iterator[str]:
    """Why a version may be another unit's."""
    own = form.identity
    if form.version.outside:
        yield f"表上的单位“{own.unit_name or '（未读出）'}”不在上报人所属单位的范围之内"
    if in_force is None:
        return
    its = in_force.identity
    if own.unit and its.unit:
        # one that was merged or renamed may still print its old name
        if own.unit != its.unit and normalise_name(own.unit_name) != normalise_name(its.unit_name):
            yield f"表上的单位“{own.unit_name}”与现行版本的单位“{its.unit_name}”不是同一单位，请核对项目编码是否填错"
    elif not is_well_formed_code(own.project):
        yield "单位和项目编码没有读全，无法确认与现行版本是同一项目"


def _doubtful(form: FormVersion, in_force: FormVersion | None) -> Iterator[str]:
    """What was read worse. The first version of a form may be doubtful: there is nothing better."""
    if in_force is not None and (new := sorted(form.doubted.keys() - in_force.doubted.keys())):
        yield f"{'、'.join(form.doubted[path] for path in new)}读取存疑，而现行版本中没有这些存疑"


def _held(form: FormVersion, reasons: Sequence[str]) -> Finding | None:
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
