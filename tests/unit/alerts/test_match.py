"""Which changes are told to which subscriptions, and the message that tells them."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from jixiao.events import AlertChanged, AlertState
from jixiao.events.matching import News, Reason, Subscription, line_of, match, news
from jixiao.events.models import Condition, Handling
from jixiao.findings import Cause, Repair, RuleId, Severity, Subject
from jixiao_alerts import advance
from jixiao_alerts.admission import alert_id
from jixiao_alerts.render import event
from tests.unit.alerts.builders import FORM, NOON, finding, form, version

CASES = json.loads((Path(__file__).parents[1] / "cases" / "alerts" / "match.json").read_text("utf-8"))
ALERT = alert_id(FORM, finding())
DELIVERY = UUID(int=7)
ADDRESS = "https://jixiao.example.gov.cn"


def changed(before: AlertState | None, after: AlertState) -> AlertChanged:
    return AlertChanged(alert_id=ALERT, identity=FORM, cause=UUID(int=1), changed_at=NOON, before=before, after=after)


def state(
    condition: Condition, hour: int = 0, announced: bool = True, overdue: bool = False, **others: Any
) -> AlertState:
    found, at = finding(**others), version(hour)
    return AlertState(condition=condition, announced=announced, overdue=overdue, finding=found, version=at)


def subscription(**others: Any) -> Subscription:
    everything = {"conditions": list(News), "target": "http://receiver.example/"}
    return Subscription.model_validate(
        {"id": UUID(int=2), "subscriber": "审计处", "channel": "webhook"} | everything | others
    )


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_reasons(case: dict[str, Any]) -> None:
    """Each case of the table gets its named reason."""
    states = [
        None if each is None else state(**each | {"condition": Condition(each["condition"])})
        for each in (case.get("before"), case.get("after", {"condition": "new"}))
    ]
    assert states[1] is not None
    change = changed(states[0], states[1]).model_copy(update={"identity": FORM.model_copy(update=case.get("form", {}))})
    line = line_of(FORM.unit, {FORM.unit: "云溪区人民政府", "云溪区人民政府": None})
    assert match(subscription(**case.get("subscription", {})), change, line) == case["reason"]


def test_every_reason_has_a_case() -> None:
    """No way to be silent goes untested."""
    assert {case["reason"] for case in CASES} == set(Reason)


def test_a_change_of_handling_is_no_news() -> None:
    """What people do with an alert is not a fact about the form."""
    before = state(Condition.NEW)
    assert news(changed(before, before.model_copy(update={"handling": Handling.RETURNED}))) is None


def test_a_deadline_passed_is_news_once() -> None:
    """When it passes, and not again with each later change of handling."""
    before = state(Condition.NEW)
    after = before.model_copy(update={"overdue": True})
    assert news(changed(before, after)) is News.OVERDUE
    assert news(changed(after, after.model_copy(update={"handling": Handling.CLOSED}))) is None


def test_a_register_in_a_circle_ends() -> None:
    """Each unit stands once in the line."""
    assert line_of("a", {"a": "b", "b": "a"}) == ("a", "b")


def test_a_doubt_made_sure_is_new_to_those_outside() -> None:
    """Inside it is ongoing; nobody outside was told before."""
    doubt = form(0, finding(cause=Cause.EXTRACTION_DOUBT))
    before, after = advance([doubt], [], NOON)[ALERT], advance([doubt, form(1, finding())], [], NOON)[ALERT]
    assert (after.condition, news(changed(before, after))) == (Condition.ONGOING, News.NEW)


def test_the_message_is_a_cloud_event_in_fixed_bytes() -> None:
    """Keys sorted, Chinese as it is, amounts as text; the same change gives the same bytes."""
    change = changed(None, state(Condition.NEW, amount=Decimal("1E+3")))
    body = event(DELIVERY, [change], False, ADDRESS, NOON)
    assert body == event(DELIVERY, [AlertChanged.model_validate_json(change.model_dump_json())], False, ADDRESS, NOON)
    assert "预算执行率".encode() in body
    assert json.loads(body) == {
        "specversion": "1.0",
        "id": str(DELIVERY),
        "type": "jixiao.alert.changed",
        "source": "/jixiao/alerts",
        "subject": str(ALERT),
        "time": "2026-03-02T12:00:00+00:00",
        "datacontenttype": "application/json",
        "data": {
            "alert_id": str(ALERT),
            "unit": "云溪区教育局",
            "project": "校舍修缮",
            "project_code": FORM.project,
            "year": "2025",
            "rule": RuleId.EXEC_LOW.value,
            "severity": Severity.ERROR.value,
            "condition": "new",
            "sentence": "预算执行率为0.05%，低于60%。",
            "stated": "0.05",
            "computed": "0.05",
            "amount": "1000",
            "link": f"{ADDRESS}/forms/{version(0).form_id}",
        },
    }
    least = json.loads(event(DELIVERY, [change], True, ADDRESS, NOON))["data"]
    assert least == {"alert_id": str(ALERT), "link": f"{ADDRESS}/forms/{version(0).form_id}"}


@pytest.mark.parametrize(
    ("found", "condition", "place"),
    [
        ({}, Condition.NEW, ""),
        ({"indicator": 3, "subject": Subject(kind="indicator", name="数量/次/1")}, Condition.WORSE, "#indicator-3"),
        ({"indicator": 3, "subject": Subject(kind="indicator", name="数量/次/1")}, Condition.FIXED, ""),
        ({"subject": Subject(kind="funds", name="fiscal")}, Condition.NEW, "#funds-fiscal"),
        ({"subject": Subject(kind="funds", name="fiscal.budget")}, Condition.NEW, "#funds-fiscal"),
        ({"repair": Repair(path="total_score", value="90")}, Condition.NEW, "#total"),
        ({"repair": Repair(path="funds.total.rate", value="90")}, Condition.NEW, ""),
    ],
)
def test_a_link_leads_to_the_very_cell(found: dict[str, Any], condition: Condition, place: str) -> None:
    """The version without the finding has other rows perhaps: it is shown as a whole."""
    before = state(Condition.NEW, announced=True)
    change = changed(before, state(condition, announced=True, **found))
    body = json.loads(event(DELIVERY, [change], True, "", NOON))
    assert body["data"]["link"] == f"/forms/{change.after.version.form_id}{place}"
