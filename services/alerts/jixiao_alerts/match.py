"""Whether a change of an alert is told to a subscription: always a named reason."""

from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from jixiao.events import AlertChanged
from jixiao.events.models import Condition
from jixiao.findings import Finding, Severity
from jixiao.forms.model import Model
from jixiao.identity import FormIdentity, normalise_name
from jixiao_alerts.states import speaks


class Reason(StrEnum):
    """Why a change is sent (the first) or not."""

    SEND = "send"
    PAUSED = "paused"
    SILENT = "silent"  # beta, an extraction doubt, or following from another finding
    NO_NEWS = "no_news"  # the condition is as it was told, only the handling or a reading changed
    OTHER_CONDITION = "other_condition"
    OTHER_UNIT = "other_unit"
    OTHER_PROJECT = "other_project"
    OTHER_RULE = "other_rule"
    TOO_MILD = "too_mild"
    TOO_SMALL = "too_small"


class Subscription(Model):
    """Who wants to be told of what, and where. None in the scope means all; ``least_amount`` is in yuan."""

    id: UUID
    subscriber: str
    channel: str
    target: str
    unit: str | None = None
    project: str | None = None
    rules: tuple[str, ...] | None = None
    least_severity: Severity = Severity.NOTICE
    least_amount: Decimal | None = None
    conditions: tuple[Condition, ...]
    paused: bool = False


def news(change: AlertChanged) -> Condition | None:
    """The condition to tell of; None when there is nothing to tell.

    What was silent until now and may be told from now on is new to those outside, whatever its condition inside.
    """
    before, after = change.before, change.after
    known = before is not None and before.announced
    if after.condition is Condition.FIXED:
        was_fixed = before is not None and before.condition is Condition.FIXED
        return Condition.FIXED if known and not was_fixed else None
    if not known:
        return Condition.NEW
    same = before is not None and (before.condition, before.version) == (after.condition, after.version)
    return None if same else after.condition


def match(subscription: Subscription, change: AlertChanged) -> Reason:
    """Why this change is sent to this subscription, or why not."""
    finding = change.after.finding
    if not speaks(finding):
        return Reason.SILENT
    if subscription.paused:
        return Reason.PAUSED
    condition = news(change)
    if condition is None:
        return Reason.NO_NEWS
    if condition not in subscription.conditions:
        return Reason.OTHER_CONDITION
    return _out_of_scope(subscription, change.identity) or _out_of_reach(subscription, finding) or Reason.SEND


def _out_of_scope(subscription: Subscription, identity: FormIdentity) -> Reason | None:
    if subscription.unit is not None:
        prefix = normalise_name(subscription.unit)
        if not any(name.startswith(prefix) for name in (identity.unit, normalise_name(identity.unit_name))):
            return Reason.OTHER_UNIT
    if subscription.project is not None:
        names = (normalise_name(identity.project), normalise_name(identity.project_name))
        if normalise_name(subscription.project) not in names:
            return Reason.OTHER_PROJECT
    return None


def _out_of_reach(subscription: Subscription, finding: Finding) -> Reason | None:
    if subscription.rules is not None and finding.rule not in subscription.rules:
        return Reason.OTHER_RULE
    if finding.severity.rank > subscription.least_severity.rank:
        return Reason.TOO_MILD
    if subscription.least_amount is not None and (finding.amount or 0) < subscription.least_amount:
        return Reason.TOO_SMALL
    return None
