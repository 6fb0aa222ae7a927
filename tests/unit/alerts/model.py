"""A small model of the life cycle, written apart from the fold, and random histories to try both on."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from jixiao.events import AlertCommand, AlertState, FormScored
from jixiao.events.models import Condition, Handling
from jixiao.events.transitions import TRANSITIONS
from jixiao.findings import Finding, RuleId, Severity
from jixiao.identity import derived_id
from jixiao_alerts.admission import alert_id
from tests.unit.alerts.builders import FORM, NOON, finding, form, scored

RULES = (RuleId.EXEC_LOW, RuleId.FUND_SUM)
LONG_AGO = timedelta(days=-1)  # a deadline that has passed at any time of the test
VERDICTS = (*Handling, Handling.ACKNOWLEDGED, Handling.ACKNOWLEDGED)  # more often than the others
FAR_AWAY = timedelta(days=100_000)

# condition, handling, overdue, stated figure, form
Told = tuple[Condition, Handling, bool, str | None, UUID]


@dataclass(frozen=True)
class History:
    """What happened to one form of one project: assessments of its versions, what people did, which they adopted."""

    forms: tuple[FormScored, ...]
    commands: tuple[AlertCommand, ...]
    verdicts: tuple[AlertCommand, ...] = ()


def histories(chance: random.Random, count: int) -> list[History]:
    """So many histories, each of a project of its own."""
    return [_history(chance, f"{chance.randrange(10**21):021}") for _ in range(count)]


def told(state: AlertState) -> Told:
    """Of a state what the model speaks of."""
    return state.condition, state.handling, state.overdue, state.finding.stated, state.version.form_id


def expected(history: History) -> dict[UUID, Told]:
    """The end state of every alert, one rule at a time."""
    found = {rule: _walk(history, rule) for rule in RULES}
    identity = history.forms[0].identity
    alerts = {alert_id(identity, finding(rule)): state for rule, state in found.items() if state is not None}
    asked = [event for event in _in_order(history) if _is_held(history, event)]
    return alerts | {held_alert(event): _question(history, event) for event in asked}


def held_alert(event: FormScored) -> UUID:
    """The alert that asks whether to adopt a version."""
    return derived_id("alert", event.identity.key, "VERSION-HELD", f"version:{event.version.form_id}")


def _history(chance: random.Random, project: str) -> History:
    identity = FORM.model_copy(update={"project": project})
    forms = []
    for hour in chance.sample(range(8), chance.randint(1, 5)):
        outside = chance.random() < 0.15
        doubted = [path for path in ("总分", "分值合计") if chance.random() < 0.25]
        for assessment in range(chance.choice((1, 1, 2))):
            rules = [rule for rule in RULES if chance.random() < 0.6]
            event = scored(form(hour, *(_finding(chance, rule) for rule in rules), outside=outside, doubted=doubted))
            upload = derived_id(project, event.version.upload_id)
            version = event.version.model_copy(update={"upload_id": upload})
            forms.append(event.model_copy(update={"identity": identity, "version": version, "assessment": assessment}))
    seen = {each.rule for event in forms for each in event.findings}
    commands = [_command(chance, alert_id(identity, finding(rule))) for rule in sorted(seen) for _ in range(3)]
    questions = sorted({held_alert(event) for event in forms})
    verdicts = [_command(chance, alert, VERDICTS) for alert in questions for _ in range(chance.randint(0, 3))]
    return History(tuple(forms), tuple(commands), tuple(verdicts))


def _finding(chance: random.Random, rule: RuleId) -> Finding:
    severity = chance.choice((Severity.ERROR, Severity.WARNING))
    return finding(rule, severity, stated=chance.choice("12"), amount=Decimal(chance.randint(1, 3)))


def _command(chance: random.Random, alert: UUID, choices: Sequence[Handling] = tuple(Handling)) -> AlertCommand:
    handling = chance.choice(choices)
    return AlertCommand(
        command_id=derived_id("model", alert, chance.random()),
        alert_id=alert,
        handling=handling,
        by="审核员",
        note=chance.choice(("", "已核对")),
        deadline=NOON + chance.choice((LONG_AGO, FAR_AWAY)) if handling is Handling.RETURNED else None,
        given_at=NOON + timedelta(hours=chance.uniform(0, 9)),
    )


def _walk(history: History, rule: RuleId) -> Told | None:
    ever: dict[UUID, list[FormScored]] = {}
    for event in history.forms:
        ever.setdefault(event.version.form_id, []).append(event)
    alert = alert_id(history.forms[0].identity, finding(rule))
    steps: list[tuple[datetime, FormScored | AlertCommand]] = [(e.version.uploaded_at, e) for e in _in_order(history)]
    steps += [(command.given_at, command) for command in history.commands if command.alert_id == alert]
    model = _Alert(rule)
    for _, step in sorted(steps, key=lambda each: each[0]):
        if isinstance(step, AlertCommand):
            model.command(step)
        elif not _is_admitted(history, step):
            model.answered(step)
        else:
            old = [each for event in ever[step.version.form_id] if event is not step for each in event.findings]
            model.version(step, [each for each in old if each.rule is rule])
    return model.told()


def _in_order(history: History) -> list[FormScored]:
    """The newest assessment of each version, in the order of versions."""
    newest: dict[UUID, FormScored] = {}
    for event in sorted(history.forms, key=lambda each: each.assessment):
        newest[event.version.form_id] = event
    return sorted(newest.values(), key=lambda each: each.version.uploaded_at)


def _doubts(event: FormScored) -> set[str]:
    return {figure.path for figure in event.figures if figure.doubted}


def _is_held(history: History, event: FormScored) -> bool:
    """Whether a version needs a reviewer."""
    if event.version.outside:
        return True
    at = event.version.uploaded_at
    before = [each for each in _in_order(history) if each.version.uploaded_at < at and _is_admitted(history, each)]
    return bool(before) and not _doubts(event) <= _doubts(before[-1])


def _is_admitted(history: History, event: FormScored) -> bool:
    return not _is_held(history, event) or _card(history, event).adopted


def _card(history: History, event: FormScored) -> "_Alert":
    """The card of the question whether to adopt a version: what people did, and that later versions answer it."""
    card = _Alert(RuleId.VERSION_HELD)
    card.last, card.form = finding(RuleId.VERSION_HELD, stated=None), event.version.form_id
    at = event.version.uploaded_at
    steps: list[tuple[datetime, FormScored | AlertCommand]] = [
        (command.given_at, command) for command in history.verdicts if command.alert_id == held_alert(event)
    ]
    steps += [(each.version.uploaded_at, each) for each in _in_order(history) if each.version.uploaded_at > at]
    for when, step in sorted(steps, key=lambda each: each[0]):
        if isinstance(step, FormScored):
            card.answered(step)
        elif when >= at:
            card.command(step)
    return card


def _question(history: History, event: FormScored) -> Told:
    """Settled by the version itself when it was adopted, or by the next one in force."""
    card = _card(history, event)
    since = [each for each in _in_order(history) if each.version.uploaded_at >= event.version.uploaded_at]
    settled = next((each for each in since if _is_admitted(history, each)), None)
    card.condition, card.form = (
        (Condition.NEW, event.version.form_id) if settled is None else (Condition.FIXED, settled.version.form_id)
    )
    told = card.told()
    assert told is not None, "every question was asked"
    return told


class _Alert:
    """One alert as a clerk would keep it on a card."""

    def __init__(self, rule: RuleId) -> None:
        self.rule = rule
        self.last: Finding | None = None
        self.form: UUID | None = None
        self.there = self.adopted = False
        self.condition = Condition.NEW
        self.handling = Handling.OPEN
        self.deadline: datetime | None = None
        self.dismissed: tuple[Severity, str | None] | None = None

    def version(self, event: FormScored, old: list[Finding]) -> None:
        now = next((each for each in event.findings if each.rule is self.rule), None)
        if now is None and self.last is None and old:
            self.last, self.form, self.condition = max(old, key=_gravity), event.version.form_id, Condition.FIXED
        elif now is None and self.there:
            self.form, self.condition, self.there = event.version.form_id, Condition.FIXED, False
        elif now is not None:
            self._found(now, event.version.form_id)
        self.answered(event)

    def answered(self, event: FormScored) -> None:
        if self.last is not None and self.handling is Handling.RETURNED and not event.version.outside:
            self.handling = Handling.RECTIFYING

    def _found(self, now: Finding, form_id: UUID) -> None:
        last = self.last
        if last is None:
            self.condition = Condition.NEW
        elif not self.there:
            self.condition = Condition.REGRESSED
        else:
            self.condition = Condition.WORSE if _is_worse(now, last) else Condition.ONGOING
        self.last, self.form, self.there = now, form_id, True
        grew = self.condition in (Condition.WORSE, Condition.REGRESSED)
        changed = self.handling is Handling.DISMISSED and self.dismissed != (now.severity, now.stated)
        if changed or (self.handling is Handling.CLOSED and grew):
            self.handling = Handling.OPEN

    def command(self, command: AlertCommand) -> None:
        if self.last is None or command.handling not in TRANSITIONS[self.handling]:
            return
        if command.handling is Handling.DISMISSED and not command.note:
            return
        self.handling, self.deadline = command.handling, command.deadline
        if command.handling in (Handling.ACKNOWLEDGED, Handling.DISMISSED, Handling.RETURNED):
            self.adopted = command.handling is Handling.ACKNOWLEDGED
        self.dismissed = (self.last.severity, self.last.stated)

    def told(self) -> Told | None:
        if self.last is None or self.form is None:
            return None
        overdue = self.handling is Handling.RETURNED and self.deadline == NOON + LONG_AGO
        return self.condition, self.handling, overdue, self.last.stated, self.form


def _gravity(found: Finding) -> tuple[bool, Decimal]:
    return found.severity is Severity.ERROR, found.amount or Decimal(0)


def _is_worse(now: Finding, last: Finding) -> bool:
    if now.severity is not last.severity:
        return now.severity is Severity.ERROR
    return (now.amount or 0) > (last.amount or 0)
