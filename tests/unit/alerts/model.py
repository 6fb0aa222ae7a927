"""A small model of the life cycle, written apart from the fold, and random histories to try both on."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from jixiao.events import AlertCommand, AlertState, FormScored
from jixiao.events.models import Condition, Handling
from jixiao.events.transitions import TRANSITIONS
from jixiao.findings import Finding, RuleId, Severity
from jixiao.identity import derived_id
from jixiao_alerts.states import alert_id
from tests.unit.alerts.builders import FORM, NOON, finding, form, scored

RULES = (RuleId.EXEC_LOW, RuleId.FUND_SUM)
LONG_AGO = timedelta(days=-1)  # a deadline that has passed at any time of the test
FAR_AWAY = timedelta(days=100_000)

# condition, handling, overdue, stated figure, form
Told = tuple[Condition, Handling, bool, str | None, UUID]


@dataclass(frozen=True)
class History:
    """What happened to one form of one project: assessments of its versions, and what people did."""

    forms: tuple[FormScored, ...]
    commands: tuple[AlertCommand, ...]


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
    return {alert_id(identity, finding(rule)): state for rule, state in found.items() if state is not None}


def _history(chance: random.Random, project: str) -> History:
    identity = FORM.model_copy(update={"project": project})
    forms = []
    for hour in chance.sample(range(8), chance.randint(1, 5)):
        for assessment in range(chance.choice((1, 1, 2))):
            rules = [rule for rule in RULES if chance.random() < 0.6]
            event = scored(form(hour, *(_finding(chance, rule) for rule in rules)))
            upload = derived_id(project, event.version.upload_id)
            version = event.version.model_copy(update={"upload_id": upload})
            forms.append(event.model_copy(update={"identity": identity, "version": version, "assessment": assessment}))
    seen = {each.rule for event in forms for each in event.findings}
    commands = [_command(chance, alert_id(identity, finding(rule))) for rule in sorted(seen) for _ in range(3)]
    return History(tuple(forms), tuple(commands))


def _finding(chance: random.Random, rule: RuleId) -> Finding:
    severity = chance.choice((Severity.ERROR, Severity.WARNING))
    return finding(rule, severity, stated=chance.choice("12"), amount=Decimal(chance.randint(1, 3)))


def _command(chance: random.Random, alert: UUID) -> AlertCommand:
    handling = chance.choice(list(Handling))
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
    newest: dict[UUID, FormScored] = {}
    ever: dict[UUID, list[FormScored]] = {}
    for event in history.forms:
        form_id = event.version.form_id
        ever.setdefault(form_id, []).append(event)
        if form_id not in newest or event.assessment > newest[form_id].assessment:
            newest[form_id] = event
    alert = alert_id(history.forms[0].identity, finding(rule))
    steps: list[tuple[datetime, FormScored | AlertCommand]] = [(e.version.uploaded_at, e) for e in newest.values()]
    steps += [(command.given_at, command) for command in history.commands if command.alert_id == alert]
    model = _Alert(rule)
    for _, step in sorted(steps, key=lambda each: each[0]):
        if isinstance(step, AlertCommand):
            model.command(step)
        else:
            old = [each for event in ever[step.version.form_id] if event is not step for each in event.findings]
            model.version(step, [each for each in old if each.rule is rule])
    return model.told()


class _Alert:
    """One alert as a clerk would keep it on a card."""

    def __init__(self, rule: RuleId) -> None:
        self.rule = rule
        self.last: Finding | None = None
        self.form: UUID | None = None
        self.there = False
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
        if self.last is not None and self.handling is Handling.RETURNED:
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
