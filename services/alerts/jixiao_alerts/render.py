"""What a message says: changes grouped by form; for the webhook a CloudEvent.

What leaves the house is the least: unit, project, the two figures, the sentence, links; with ``link_only`` the links.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from jixiao.events import AlertChanged
from jixiao.events.matching import News, news
from jixiao.events.models import Condition
from jixiao.findings import Finding

MEDIA_TYPE = "application/cloudevents+json"
TITLES = {
    News.NEW: "新发现",
    News.ONGOING: "仍未整改",
    News.WORSE: "加重",
    News.FIXED: "整改到位",
    News.REGRESSED: "再次出现",
    News.OVERDUE: "整改逾期",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One change of an alert, for people."""

    title: str
    light: str
    sentence: str
    stated: str | None
    computed: str | None
    link: str


@dataclass(frozen=True, slots=True)
class FormLines:
    """The changes of one form, the gravest first."""

    unit: str
    project: str
    code: str
    year: str
    link: str
    lines: tuple[Line, ...]


def event(message_id: UUID, changes: Sequence[AlertChanged], link_only: bool, address: str, at: datetime) -> bytes:
    """The structured JSON of CloudEvents 1.0, keys sorted; one change, or a list of them. Amounts are text.

    ``address`` is where the pages stand; empty: the links are paths.
    """
    one = changes[0] if len(changes) == 1 else None
    data = [_link_only(change, address) if link_only else _data(change, address) for change in changes]
    value = {
        "specversion": "1.0",
        "id": str(message_id),
        "type": "jixiao.alert.changed" if one else "jixiao.alerts.changed",
        "source": "/jixiao/alerts",
        "subject": str(one.alert_id if one else changes[0].after.version.upload_id),
        "time": (one.changed_at if one else at).isoformat(),
        "datacontenttype": "application/json",
        "data": data[0] if one else {"count": len(data), "alerts": data},
    }
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def notice(message_id: UUID, text: str, at: datetime) -> bytes:
    """A message that tells of no alert: a test."""
    value = {
        "specversion": "1.0",
        "id": str(message_id),
        "type": "jixiao.test",
        "source": "/jixiao/alerts",
        "time": at.isoformat(),
        "datacontenttype": "application/json",
        "data": {"message": text},
    }
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def by_form(changes: Sequence[AlertChanged], address: str) -> list[FormLines]:
    """The changes as people read them; ``address`` is where the pages stand, without a slash at its end."""
    forms: dict[UUID, list[AlertChanged]] = {}
    for change in changes:
        forms.setdefault(change.after.version.form_id, []).append(change)
    return [_form(form_id, told, address) for form_id, told in forms.items()]


def _form(form_id: UUID, changes: Sequence[AlertChanged], address: str) -> FormLines:
    ordered = sorted(changes, key=lambda change: change.after.finding.severity.rank)
    identity = ordered[0].identity
    return FormLines(
        unit=identity.unit_name or "（未读出单位）",
        project=identity.project_name or "（未读出项目名称）",
        code=identity.project if identity.project.isdigit() else "",
        year=identity.year or "",
        link=f"{address}/forms/{form_id}",
        lines=tuple(_line(change, address) for change in ordered),
    )


def _line(change: AlertChanged, address: str) -> Line:
    finding = change.after.finding
    told = news(change)
    assert told is not None, "what is sent is news"
    return Line(
        TITLES[told],
        finding.severity.light,
        finding.sentence,
        finding.stated,
        finding.computed,
        address + _cell(change),
    )


def _cell(change: AlertChanged) -> str:
    """The path of the page that shows the very cell; a version without the finding has no such cell."""
    state = change.after
    place = None if state.condition is Condition.FIXED else _place(state.finding)
    return f"/forms/{state.version.form_id}" + ("" if place is None else f"#{place}")


def _place(finding: Finding) -> str | None:
    """The id on the form's page of the row, column or total that the finding is about."""
    if finding.indicator is not None:
        return f"indicator-{finding.indicator}"
    if finding.subject.kind == "funds":
        return f"funds-{finding.subject.name.partition('.')[0]}"
    return "total" if finding.repair is not None and finding.repair.path.startswith("total_") else None


def _link_only(change: AlertChanged, address: str) -> dict[str, str | None]:
    return {"alert_id": str(change.alert_id), "link": address + _cell(change)}


def _data(change: AlertChanged, address: str) -> dict[str, str | None]:
    identity, state = change.identity, change.after
    finding = state.finding
    told = news(change)
    assert told is not None, "what is sent is news"
    return {
        "alert_id": str(change.alert_id),
        "unit": identity.unit_name,
        "project": identity.project_name,
        "project_code": identity.project,
        "year": identity.year,
        "rule": finding.rule.value,
        "severity": finding.severity.value,
        "condition": told.value,
        "sentence": finding.sentence,
        "stated": finding.stated,
        "computed": finding.computed,
        "amount": None if finding.amount is None else format(finding.amount, "f"),
        "link": address + _cell(change),
    }
