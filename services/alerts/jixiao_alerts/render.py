"""The message of a warning: a CloudEvent, written once, so that every repeat has the same bytes."""

import json
from uuid import UUID

from jixiao.events import AlertChanged
from jixiao.events.matching import News

MEDIA_TYPE = "application/cloudevents+json"


def message(delivery_id: UUID, change: AlertChanged, condition: News) -> bytes:
    """The structured JSON of CloudEvents 1.0, keys sorted. ``condition`` is what the change is to those outside.

    What leaves the house is the least: unit, project, the two figures, the sentence, a link's path. Amounts are text.
    """
    event = {
        "specversion": "1.0",
        "id": str(delivery_id),
        "type": "jixiao.alert.changed",
        "source": "/jixiao/alerts",
        "subject": str(change.alert_id),
        "time": change.changed_at.isoformat(),
        "datacontenttype": "application/json",
        "data": _data(change, condition),
    }
    return json.dumps(event, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _data(change: AlertChanged, condition: News) -> dict[str, str | None]:
    identity, state = change.identity, change.after
    finding = state.finding
    return {
        "alert_id": str(change.alert_id),
        "unit": identity.unit_name,
        "project": identity.project_name,
        "project_code": identity.project,
        "year": identity.year,
        "rule": finding.rule.value,
        "severity": finding.severity.value,
        "condition": condition.value,
        "sentence": finding.sentence,
        "stated": finding.stated,
        "computed": finding.computed,
        "amount": None if finding.amount is None else format(finding.amount, "f"),
        "link": f"/forms/{state.version.form_id}",
    }
