"""The alerts' step on the real database: what it reads, decides and tells."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from jixiao.events import AlertChanged
from jixiao.events.models import Condition, Handling
from jixiao.forms.model import Model
from jixiao.identity import derived_id
from jixiao.runtime.errors import Unreadable
from jixiao.runtime.message import Incoming
from jixiao_alerts.admission import alert_id
from jixiao_alerts.app import Alerts
from tests.contract.subscriptions import publish_subscriptions
from tests.unit.alerts.builders import FORM, command, finding, form, scored

ALERT = alert_id(FORM, finding())


@pytest.fixture
async def conn(clean_database: dict[str, str]) -> AsyncIterator[Any]:
    """A connection in a transaction that is undone after the test."""
    await publish_subscriptions(clean_database["gateway"])
    conn = await asyncpg.connect(clean_database["alerts"])
    transaction = conn.transaction()
    await transaction.start()
    yield conn
    await transaction.rollback()
    await conn.close()


def incoming(topic: str, value: Model | bytes) -> Incoming:
    body = value if isinstance(value, bytes) else value.model_dump_json().encode()
    headers = {"ce_id": str(uuid4()).encode(), "traceparent": b"00-" + b"a" * 32 + b"-" + b"b" * 16 + b"-01"}
    return Incoming(f"test.{topic}", 0, 0, 0, b"key", body, headers)


async def test_each_topic_has_its_meaning_and_each_change_its_event(conn: Any) -> None:
    """A form, then a command on its alert: one event each, keyed by the alert, its id made of the cause."""
    alerts = Alerts()
    for message, expected in [
        (incoming("reports.scored", scored(form(0, finding()))), (Condition.NEW, Handling.OPEN)),
        (incoming("alerts.commands", command(1, ALERT, Handling.RETURNED)), (Condition.NEW, Handling.RETURNED)),
    ]:
        [event] = await alerts.decide(conn, await alerts.prepare(message), message)
        assert (event.topic, event.key) == ("alerts.changed", str(ALERT))
        assert event.headers["ce_id"] == str(derived_id("alert-changed", message.cause, ALERT))
        assert event.headers["traceparent"].split("-")[1] == "a" * 32
        after = AlertChanged.model_validate_json(event.value).after
        assert (after.condition, after.handling) == expected


@pytest.mark.parametrize("topic", ["reports.scored", "alerts.commands"])
async def test_what_is_no_event_is_unreadable(topic: str) -> None:
    """The reason names what is wrong."""
    with pytest.raises(Unreadable, match="消息内容不是有效的"):
        await Alerts().prepare(incoming(topic, b"{}"))
