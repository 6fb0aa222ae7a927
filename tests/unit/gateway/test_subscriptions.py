"""Subscriptions: what may be asked for, secrets that stay shut, trials, tests, pauses, and whose they are."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jixiao.events import AlertChanged
from jixiao.runtime.secrets import Secrets
from jixiao_gateway.preview import BEIJING, Count, digest_at
from jixiao_gateway.store.alerts import ChangeRow
from jixiao_gateway.store.subscriptions import AttemptRow, DeliveryRow, DisabledRow, SubscriptionRow
from tests.unit.gateway import builders
from tests.unit.gateway.conftest import SECRETS, Api, StartApi
from tests.unit.gateway.test_pages import html

V1 = "/api/v1"
HOOK = "https://8.8.8.8/hook"
CASES = json.loads((Path(__file__).parent.parent / "cases/gateway/subscriptions.json").read_text(encoding="utf-8"))
TOKENS = ("审核科:bureau", "水务局:water:青禾区水务局", "教育局:school:青禾区教育局")


def bearer(token: str) -> dict[str, Any]:
    return {"headers": {"Authorization": f"Bearer {token}"}}


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
async def test_what_may_be_subscribed(api: Api, case: dict[str, Any]) -> None:
    """The secret is stored sealed, and no answer shows a robot's address or a key again."""
    made = await api.post(f"{V1}/subscriptions", case["status"], json=case["given"])
    rows = list(api.fakes.subscriptions.rows.values())
    if case["status"] != 201:
        assert rows == [] and made["detail"].endswith("。")
        return
    [row] = rows
    secret = SECRETS.open(row.secret)
    assert (row.target, row.secret.startswith("sealed:")) == (case["shown"], True)
    assert secret.startswith(case["secret"]) and (made["secret"] == secret or made["secret"] is None)
    listed = json.dumps(await api.get(f"{V1}/subscriptions")) + await html(api, "/subscriptions")
    assert row.secret not in listed and (not secret or secret not in listed)


async def test_without_a_key_no_secret_is_kept(api: Api) -> None:
    object.__setattr__(api.parts, "secrets", Secrets(None))
    problem = await api.post(f"{V1}/subscriptions", 503, json={"target": HOOK})
    assert "JIXIAO_SECRET_KEY" in problem["detail"] and api.fakes.subscriptions.rows == {}


def change(number: int, days_ago: float, **finding: Any) -> AlertChanged:
    """A new warning, so many days ago."""
    event = builders.changed(builders.uuid(number), uuid4(), number)
    found = event.after.finding.model_copy(update=finding)
    after = event.after.model_copy(update={"finding": found})
    at = datetime.now(UTC) - timedelta(days=days_ago)
    return event.model_copy(update={"after": after, "changed_at": at})


async def remember(api: Api, *changes: AlertChanged) -> None:
    api.fakes.alerts.changes += [
        ChangeRow(uuid4(), each.alert_id, each.model_dump_json(), each.changed_at) for each in changes
    ]


@pytest.mark.parametrize(
    ("narrowed", "changes", "messages"),
    [
        ({}, 3, 2),
        ({"unit": "青禾区"}, 3, 2),
        ({"unit": "青禾区教育局"}, 0, 0),
        ({"district": "青禾"}, 3, 2),
        ({"district": "蓝湾"}, 0, 0),
        ({"least_amount": "5000000"}, 1, 1),
        ({"rules": ["FUND-SUM"]}, 0, 0),
        ({"conditions": ["fixed"]}, 0, 0),
        ({"rhythm": "weekly", "hour": 9, "weekday": 1}, 3, 1),
    ],
)
async def test_a_trial_says_what_would_have_been_sent(
    api: Api, narrowed: dict[str, Any], changes: int, messages: int
) -> None:
    """By the rule that sends; one message an upload, or a digest; what is older than 90 days does not count."""
    api.fakes.units.parent = {"青禾区水务局": "青禾区", "青禾区教育局": "青禾区"}
    monday = (datetime.now(UTC) - timedelta(days=20)).astimezone(BEIJING)
    at = monday + timedelta(days=(2 - monday.isoweekday()) % 7)
    first, same = change(1, 0).model_copy(update={"changed_at": at}), change(1, 0, amount=Decimal(9000000))
    await remember(api, first, same.model_copy(update={"changed_at": at}))
    await remember(api, change(2, 0).model_copy(update={"changed_at": at + timedelta(hours=1)}), change(3, 91))
    tried = await api.post(f"{V1}/subscriptions/preview", 200, json={"target": "", **narrowed})
    assert (tried["changes"], tried["messages"], tried["complete"]) == (changes, messages, True)
    assert len(tried["items"]) == changes and api.fakes.subscriptions.rows == {}


async def test_a_trial_on_the_page_keeps_what_was_entered(api: Api) -> None:
    await remember(api, change(1, 1))
    form = {"target": HOOK, "conditions": "new", "district": '"><蓝', "rhythm": "daily", "hour": "7"}
    page = await html(api, "/subscriptions", 200, act="preview", **form)
    assert re.search(r"会推送 <b>0</b> 条消息", page) and "订阅尚未保存" in page
    assert '<option value="7" selected>' in page and "&#34;&gt;&lt;蓝" in page
    assert api.fakes.subscriptions.rows == {}
    page = await html(api, "/subscriptions", 200, act="preview", target=HOOK, conditions="new")
    assert re.search(r"会推送 <b>1</b> 条消息", page) and builders.identity().project_name in page


def subscription(**values: Any) -> SubscriptionRow:
    row = SubscriptionRow(
        uuid4(), "甲", "webhook", HOOK, "", None, None, None, "notice", None, ["new"], False, builders.NOON
    )
    return row._replace(**values)


@pytest.mark.parametrize(("bound", "counted"), [("青禾区", 1), ("青禾区水务局", 1), ("青禾区教育局", 0)])
def test_a_trial_stays_inside_the_bound_of_its_maker(bound: str, counted: int) -> None:
    count = Count(subscription(bound=bound), {"青禾区水务局": "青禾区"})
    count.add(change(1, 1))
    assert count.changes == counted


@given(st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1)), st.integers(0, 23), st.none() | st.integers(1, 7))
def test_a_digest_is_the_first_after_what_it_tells(at: datetime, hour: int, weekday: int | None) -> None:
    moment = at.replace(tzinfo=UTC)
    digest = digest_at(moment, hour, weekday)
    assert timedelta(0) < digest - moment <= timedelta(days=1 if weekday is None else 7)
    assert (digest.hour, digest.minute, digest.utcoffset()) == (hour, 0, timedelta(hours=8))
    assert weekday in (None, digest.isoweekday())


async def test_a_subscription_is_paused_resumed_and_tested(api: Api) -> None:
    made = await api.post(f"{V1}/subscriptions", 201, json={"target": HOOK})
    path = f"{V1}/subscriptions/{made['id']}"

    async def patched(**values: Any) -> Mapping[str, Any]:
        async with api.http.patch(path, json=values) as answer:
            assert answer.status == 200, await answer.text()
            shown: Mapping[str, Any] = await answer.json()
            return shown

    assert (await patched(paused=True))["paused"] is True
    assert (await patched(paused=False, enabled=True))["paused"] is False
    [row] = api.fakes.subscriptions.rows.values()
    assert row.enabled_at is not None and not row.paused
    asked = await api.post(f"{path}/test", 202)
    assert api.fakes.subscriptions.tests == [(UUID(asked["delivery_id"]), row.id)]
    await api.post(f"{V1}/subscriptions/{uuid4()}/test", 404)


async def test_the_page_pauses_resumes_and_tests(api: Api) -> None:
    await html(api, "/subscriptions", 201, target=HOOK, conditions="new")
    [key] = api.fakes.subscriptions.rows
    assert "已暂停" in await html(api, f"/subscriptions/{key}/pause", really="yes")
    assert "已暂停" not in await html(api, f"/subscriptions/{key}/resume", really="yes")
    assert "测试消息已提交" in await html(api, f"/subscriptions/{key}/test", really="yes")
    [(message, _)] = api.fakes.subscriptions.tests
    api.fakes.subscriptions.delivery_rows.append(
        DeliveryRow(message, key, "test", "delivered", 1, None, builders.NOON + timedelta(minutes=1))
    )
    api.fakes.subscriptions.attempt_rows.append(AttemptRow(message, 1, builders.NOON, "delivered", "HTTP 200"))
    page = await html(api, f"/subscriptions/{key}?asked={message}")
    assert "测试消息" in page and "已送达" in page and "已提交" not in page


async def test_a_disabled_target_is_shown_with_its_reason_and_switched_on_again(api: Api) -> None:
    await html(api, "/subscriptions", 201, target=HOOK, conditions="new")
    [key] = api.fakes.subscriptions.rows
    api.fakes.subscriptions.disabled_rows.append(DisabledRow(key, builders.NOON, "连续两天无法连接"))
    page = await html(api, "/subscriptions")
    assert "已停用" in page and "连续两天无法连接" in page and f"/subscriptions/{key}/resume" in page
    assert (await api.get(f"{V1}/subscriptions/{key}"))["disabled_reason"] == "连续两天无法连接"
    await html(api, f"/subscriptions/{key}/resume", really="yes")
    assert api.fakes.subscriptions.rows[key].enabled_at is not None


async def test_a_unit_has_subscriptions_of_its_own_inside_its_bound(start_api: StartApi) -> None:
    api = await start_api(tokens=TOKENS, need_token=True, loopback=False)
    api.fakes.units.parent = {"青禾区水务局": "青禾区", "青禾区教育局": "青禾区"}
    made = await api.post(f"{V1}/subscriptions", 201, json={"target": HOOK}, **bearer("water"))
    assert made["bound"] == "青禾区水务局"
    await api.post(f"{V1}/subscriptions", 403, json={"target": HOOK, "unit": "青禾区教育局"}, **bearer("water"))
    path = f"{V1}/subscriptions/{made['id']}"
    for token, count, status in (("bureau", 1, 200), ("water", 1, 200), ("school", 0, 404)):
        assert len((await api.get(f"{V1}/subscriptions", **bearer(token)))["items"]) == count
        await api.get(path, status, **bearer(token))
        await api.get(f"{path}/deliveries", status, **bearer(token))
        await api.post(f"{path}/test", 202 if status == 200 else status, **bearer(token))
    async with api.http.delete(path, **bearer("school")) as answer:
        assert answer.status == 404
    await remember(api, change(1, 1))
    for token, seen in (("bureau", 1), ("water", 1), ("school", 0)):
        tried = await api.post(f"{V1}/subscriptions/preview", 200, json={"target": ""}, **bearer(token))
        assert tried["changes"] == seen


async def test_a_subscription_goes_with_its_unit_into_the_one_it_is_merged_into(start_api: StartApi) -> None:
    """Its maker still has it, and a trial counts what it is told from now on."""
    api = await start_api(tokens=("old:o:青禾水务", "school:s:青禾区教育局"), need_token=True, loopback=False)
    api.fakes.units.parent = {"青禾区水务局": "青禾区", "青禾水务": None, "青禾区教育局": "青禾区"}
    made = await api.post(f"{V1}/subscriptions", 201, json={"target": HOOK}, headers={"Authorization": "Bearer o"})
    await remember(api, change(1, 1))
    for merged, seen in (({}, 0), ({"青禾水务": "青禾区水务局"}, 1)):
        api.fakes.units.merged = merged
        path = f"{V1}/subscriptions/{made['id']}"
        tried = await api.post(f"{path}/preview", 200, json={}, headers={"Authorization": "Bearer o"})
        assert tried["changes"] == seen
        assert len((await api.get(f"{V1}/subscriptions", headers={"Authorization": "Bearer o"}))["items"]) == 1
    await api.get(path, 404, headers={"Authorization": "Bearer s"})


async def test_a_unit_that_nobody_knows_is_pointed_out_on_the_page(api: Api) -> None:
    """It may come with the first form; more likely the name is not quite right, and nothing would ever be told."""
    api.fakes.units.parent = {"青禾区水务局": None}
    for unit, times in (("青禾区水务局", 0), ("青河区水务局", 1)):
        page = await html(api, "/subscriptions", 201, target=HOOK, conditions="new", unit=unit)
        assert page.count("请核对名称") == times
