"""Whether a change of an alert is told to a subscription: always a named reason."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Literal
from uuid import UUID

from pydantic import Field

from jixiao.events.models import AlertChanged, Condition
from jixiao.findings import Finding, Severity, Stage
from jixiao.forms.model import Model
from jixiao.identity import FormIdentity, normalise_name

_plain = lru_cache(4096)(normalise_name)  # of few names and many changes


class Reason(StrEnum):
    """Why a change is sent (the first) or not."""

    SEND = "send"
    PAUSED = "paused"
    CLASSIFIED = "classified"  # the form is marked 涉密
    SILENT = "silent"  # beta, an extraction doubt, or following from another finding
    NO_NEWS = "no_news"  # the condition is as it was told, only the handling or a reading changed
    OTHER_CONDITION = "other_condition"
    OTHER_UNIT = "other_unit"
    OTHER_PROJECT = "other_project"
    OTHER_RULE = "other_rule"
    TOO_MILD = "too_mild"
    TOO_SMALL = "too_small"


class News(StrEnum):
    """The kinds of change that can be subscribed to: the conditions, and a deadline passed."""

    NEW = "new"
    ONGOING = "ongoing"
    WORSE = "worse"
    FIXED = "fixed"
    REGRESSED = "regressed"
    OVERDUE = "overdue"


class Subscription(Model):
    """Who wants to be told of what, where and when. None in the scope means all; ``least_amount`` is in yuan.

    ``unit`` and ``bound`` (what the subscriber may see at all) are roots of unit subtrees; ``district`` is how a unit's
    name, or a project's code, begins. ``hour`` (0-23) and ``weekday`` (Monday is 1) are Beijing time.
    """

    id: UUID
    subscriber: str
    channel: str
    target: str
    unit: str | None = None
    bound: str | None = None
    district: str | None = None
    project: str | None = None
    rules: tuple[str, ...] | None = None
    least_severity: Severity = Severity.NOTICE
    least_amount: Decimal | None = None
    conditions: tuple[News, ...]
    rhythm: Literal["at_once", "daily", "weekly"] = "at_once"
    hour: int | None = Field(None, ge=0, le=23)
    weekday: int | None = Field(None, ge=1, le=7)
    link_only: bool = False
    paused: bool = False


def speaks(finding: Finding) -> bool:
    """Whether a finding may be told outside the bureau: live, no extraction doubt, not following from another."""
    return finding.stage is Stage.LIVE and not finding.is_doubt and finding.follows is None


def is_classified(identity: FormIdentity) -> bool:
    """Whether a form is marked 涉密, by a mark of its own or in its project's name."""
    return identity.classified or "涉密" in _plain(identity.project_name)


def line_of(unit: str, parents: Mapping[str, str | None]) -> tuple[str, ...]:
    """A unit's key and those of its ancestors; a register that goes in a circle ends the line."""
    line: list[str] = []
    above: str | None = unit
    while above is not None and above not in line:
        line.append(above)
        above = parents.get(above)
    return tuple(line)


def news(change: AlertChanged) -> News | None:
    """The news to tell; None when there is nothing to tell.

    What was silent until now and may be told from now on is new to those outside, whatever its condition inside.
    """
    before, after = change.before, change.after
    known = before is not None and before.announced
    if after.condition is Condition.FIXED:
        was_fixed = before is not None and before.condition is Condition.FIXED
        return News.FIXED if known and not was_fixed else None
    if not known:
        return News.NEW
    assert before is not None, "what is known was there"
    if (before.condition, before.version) != (after.condition, after.version):
        return News(after.condition)
    return News.OVERDUE if after.overdue and not before.overdue else None


def match(subscription: Subscription, change: AlertChanged, line: Sequence[str]) -> Reason:
    """Why this change is sent to this subscription, or why not; ``line`` as ``line_of`` its form's unit."""
    finding = change.after.finding
    if is_classified(change.identity):
        return Reason.CLASSIFIED
    if not speaks(finding):
        return Reason.SILENT
    if subscription.paused:
        return Reason.PAUSED
    told = news(change)
    if told is None:
        return Reason.NO_NEWS
    if told not in subscription.conditions:
        return Reason.OTHER_CONDITION
    return _out_of_scope(subscription, change.identity, line) or _out_of_reach(subscription, finding) or Reason.SEND


def _out_of_scope(subscription: Subscription, identity: FormIdentity, line: Sequence[str]) -> Reason | None:
    name = _plain(identity.unit_name)
    for root in (subscription.unit, subscription.bound):
        if root is not None and _plain(root) not in (name, *line):
            return Reason.OTHER_UNIT
    if subscription.district is not None:
        district = _plain(subscription.district)
        if not name.startswith(district) and not (district.isdigit() and identity.project.startswith(district)):
            return Reason.OTHER_UNIT
    if subscription.project is not None:
        names = (_plain(identity.project), _plain(identity.project_name))
        if _plain(subscription.project) not in names:
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
