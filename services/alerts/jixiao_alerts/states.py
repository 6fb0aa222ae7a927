"""The life cycle of alerts: condition from the facts, handling from people's commands; both a fold over what is stored.

What is folded stands in order of time: versions by ``Version.order``, commands by (given at, command id), never by
arrival. Folding the same values again gives the same states, whatever came late or twice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from jixiao.events import AlertCommand, AlertState
from jixiao.events.matching import speaks
from jixiao.events.models import Condition, Handling
from jixiao.events.transitions import refusal
from jixiao.findings import Finding
from jixiao.identity import FormIdentity, Version
from jixiao_alerts.admission import FormVersion, Ruling, alert_id, rulings

# what a person dismisses: severity, stated and computed figure
_Figures = tuple[str, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Change:
    """An alert before (None when it did not exist) and after."""

    alert_id: UUID
    before: AlertState | None
    after: AlertState


def is_worse(finding: Finding, before: Finding) -> bool:
    """Higher severity, or the difference or the money at stake grew; an unknown amount is no growth."""
    if finding.severity is not before.severity:
        return finding.severity.rank < before.severity.rank
    pairs = ((finding.difference, before.difference), (finding.amount, before.amount))
    return any(new is not None and old is not None and abs(new) > abs(old) for new, old in pairs)


def advance(versions: Iterable[FormVersion], commands: Iterable[AlertCommand], now: datetime) -> dict[UUID, AlertState]:
    """The state at ``now`` of every alert of one form (all versions share ``identity.key``), by alert id."""
    forms = {form.version.form_id: form for form in versions}
    given = {command.command_id: command for command in commands}
    found = {form_id: _by_alert(form.identity, form.findings) for form_id, form in forms.items()}
    timeline: list[tuple[tuple[object, ...], Ruling | AlertCommand]] = [
        ((at, 0, upload, ordinal), ruling)
        for ruling in rulings(forms.values(), given.values())
        for at, upload, ordinal in [ruling.form.version.order]
    ]
    timeline += [((c.given_at, 1, str(c.command_id), 0), c) for c in given.values()]
    alerts: dict[UUID, _Fold] = {}
    for _, step in sorted(timeline, key=lambda entry: entry[0]):
        if isinstance(step, Ruling):
            alerts |= _handed_in(alerts, found[step.form.version.form_id], step)
        elif step.alert_id in alerts:
            alert = alerts[step.alert_id]
            shown = found.get(step.seen, {}).get(step.alert_id, alert.finding) if step.seen else alert.finding
            alerts[step.alert_id] = _commanded(alert, step, shown)
    return {key: alert.state(now) for key, alert in alerts.items()}


def changes(before: Mapping[UUID, AlertState], after: Mapping[UUID, AlertState]) -> tuple[Change, ...]:
    """What differs between two states of the same form, the gravest first.

    An alert that is no more, because the version that had it turned out to be held, ends as fixed.
    """
    different = [Change(key, before.get(key), state) for key, state in after.items() if before.get(key) != state]
    for key in before.keys() - after.keys():
        ended = before[key].model_copy(update={"condition": Condition.FIXED})
        different += [Change(key, before[key], ended)] if ended != before[key] else []
    return tuple(sorted(different, key=lambda c: (c.after.finding.severity.rank, c.after.finding.rule, c.alert_id)))


def is_told(change: Change) -> bool:
    """Whether a change is one for people: another version of the rules that says the same is none."""
    before, after = change.before, change.after
    if before is None:
        return True
    finding = before.finding.model_copy(update={"rule_version": after.finding.rule_version})
    return before.model_copy(update={"finding": finding}) != after


@dataclass(frozen=True, slots=True)
class _Fold:
    """An alert in the middle of the fold. ``told`` is the last finding that may be told outside."""

    condition: Condition
    finding: Finding
    version: Version
    handling: Handling = Handling.OPEN
    told: Finding | None = None
    dismissed: _Figures | None = None
    command: AlertCommand | None = None

    def state(self, now: datetime) -> AlertState:
        returned = self.command if self.handling is Handling.RETURNED else None
        deadline = returned.deadline if returned else None
        return AlertState(
            condition=self.condition,
            handling=self.handling,
            deadline=deadline,
            overdue=deadline is not None and deadline <= now,
            announced=self.told is not None,
            finding=self.finding,
            version=self.version,
        )


def _by_alert(identity: FormIdentity, findings: Iterable[Finding]) -> dict[UUID, Finding]:
    """One finding an alert: of several with one fingerprint the one that may be told, then the gravest."""
    return {alert_id(identity, finding): finding for finding in sorted(findings, key=_weight)}


def _weight(finding: Finding) -> tuple[bool, int, object, object, str]:
    sizes = abs(finding.difference or 0), abs(finding.amount or 0)
    return speaks(finding), -finding.severity.rank, *sizes, finding.model_dump_json()


def _withdrawn(alerts: Mapping[UUID, _Fold], found: Mapping[UUID, Finding], form: FormVersion) -> dict[UUID, _Fold]:
    """What only an older assessment of this form found was told perhaps, and has to end."""
    return {
        key: _Fold(Condition.FIXED, finding, form.version, told=finding if speaks(finding) else None)
        for key, finding in _by_alert(form.identity, form.superseded).items()
        if key not in alerts and key not in found
    }


def _handed_in(alerts: Mapping[UUID, _Fold], found: Mapping[UUID, Finding], step: Ruling) -> dict[UUID, _Fold]:
    """What a version does to the alerts; one that is held raises its own, and may be an answer like any other."""
    form, after = step.form, dict(alerts)
    if step.admitted:
        after |= _withdrawn(after, found, form)
        after |= _next_version(after, found, form.version)
    elif not step.strange:
        after = {key: _answered(alert) for key, alert in after.items()}
    if step.held is not None:
        condition = Condition.FIXED if step.admitted else Condition.NEW
        after[alert_id(form.identity, step.held)] = _Fold(condition, step.held, form.version)
    return after


def _next_version(alerts: Mapping[UUID, _Fold], found: Mapping[UUID, Finding], version: Version) -> dict[UUID, _Fold]:
    after = {key: _present(alerts.get(key), finding, version) for key, finding in found.items()}
    for key, alert in alerts.items():
        if key not in found and alert.condition is not Condition.FIXED:
            last = alert.told or alert.finding
            after[key] = replace(alert, condition=Condition.FIXED, finding=last, version=version)
    return {key: _answered(alert) for key, alert in {**alerts, **after}.items()}


def _present(alert: _Fold | None, finding: Finding, version: Version) -> _Fold:
    told = finding if speaks(finding) else None
    if alert is None:
        return _Fold(Condition.NEW, finding, version, told=told)
    if alert.condition is Condition.FIXED:
        condition = Condition.REGRESSED
    else:
        condition = Condition.WORSE if is_worse(finding, alert.finding) else Condition.ONGOING
    after = replace(alert, condition=condition, finding=finding, version=version, told=told or alert.told)
    return _reopened(after)


def _answered(alert: _Fold) -> _Fold:
    """A new version is an answer to a return."""
    return replace(alert, handling=Handling.RECTIFYING) if alert.handling is Handling.RETURNED else alert


def _reopened(alert: _Fold) -> _Fold:
    """Open again: a dismissal of other figures than these, a closed alert that came back or grew."""
    dismissed = alert.handling is Handling.DISMISSED and alert.dismissed != _figures(alert.finding)
    closed = alert.handling is Handling.CLOSED and alert.condition in (Condition.WORSE, Condition.REGRESSED)
    return replace(alert, handling=Handling.OPEN, dismissed=None) if dismissed or closed else alert


def _commanded(alert: _Fold, command: AlertCommand, shown: Finding) -> _Fold:
    if refusal(alert.handling, command) is not None:
        return alert
    dismissed = _figures(shown) if command.handling is Handling.DISMISSED else None
    after = replace(alert, handling=command.handling, command=command, dismissed=dismissed)
    return _reopened(after) if dismissed and alert.condition is not Condition.FIXED else after


def _figures(finding: Finding) -> _Figures:
    return finding.severity.value, finding.stated, finding.computed
