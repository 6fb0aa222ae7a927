"""Reading over the API: states, filters, paging, commands, subscriptions, and who may call."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from jixiao.events.models import AlertCommand
from jixiao.runtime.errors import RetryLater
from jixiao_gateway import handling
from jixiao_gateway.store.events import LiveEvent
from jixiao_gateway.store.subscriptions import AttemptRow, DeliveryRow
from tests.unit.gateway import builders
from tests.unit.gateway.conftest import Api, StartApi
from tests.unit.gateway.fakes import unread

V1 = "/api/v1"
HOOK = "https://8.8.8.8/hook"


@pytest.mark.parametrize(
    ("read", "state"),
    [
        ({}, "received"),
        ({"read_state": "read", "forms": 2, "scored": 1}, "read"),
        ({"read_state": "read", "forms": 1, "accounts": 1, "scored": 1}, "read"),
        ({"read_state": "read", "forms": 1, "accounts": 1, "scored": 2}, "scored"),
        ({"read_state": "read", "forms": 2, "scored": 1, "refused": 1}, "scored"),
        ({"read_state": "no_form", "reason": "没有自评表"}, "no_form"),
        ({"read_state": "dead_lettered", "reason": "文件已加密"}, "dead_lettered"),
    ],
)
async def test_the_state_of_an_upload(api: Api, read: dict[str, Any], state: str) -> None:
    row = unread(builders.upload())._replace(**read)
    api.fakes.uploads.rows[row.id] = row
    shown = await api.get(f"{V1}/uploads/{row.id}")
    assert (shown["state"], shown["reason"]) == (state, read.get("reason"))


async def test_an_upload_shows_its_forms_with_their_findings(api: Api) -> None:
    detail = builders.form_detail()
    row = unread(builders.upload())._replace(read_state="read", forms=1, scored=1)
    api.fakes.uploads.rows[row.id] = row
    api.fakes.forms.details[detail.row.form_id] = detail
    of_accounts = builders.form_detail(ordinal=0)
    kept = of_accounts._replace(row=of_accounts.row._replace(kind="accounts", project_name="部门决算"))
    api.fakes.forms.details[kept.row.form_id] = kept
    upload = await api.get(f"{V1}/uploads/{row.id}")
    assert [(each["ordinal"], each["name"]) for each in upload["accounts"]] == [(0, "部门决算")]
    [form] = upload["forms"]
    assert form == {
        "form_id": str(detail.row.form_id),
        "ordinal": 1,
        "code": None,
        "name": "排水管网检修",
        "unit": "青禾区水务局",
        "state": "scored",
        "reason": None,
        "findings": {"serious": 1},
    }


async def test_a_form_has_record_evidence_figures_and_findings(api: Api) -> None:
    detail = builders.form_detail()
    api.fakes.forms.details[detail.row.form_id] = detail
    form = await api.get(f"{V1}/forms/{detail.row.form_id}")
    assert form["record"]["funds"]["total"]["executed"] == "1,863.00"
    assert form["evidence"]["funds"]["total"]["executed"]["evidence"]["line"] == 6
    assert [figure["agrees"] for figure in form["figures"]] == [True, False]
    assert form["findings"][0]["rule"] == "EXEC-LOW"
    await api.get(f"{V1}/forms/{uuid4()}", 404)
    await api.get(f"{V1}/forms/nonsense", 422)


async def test_money_is_text(api: Api) -> None:
    api.fakes.forms.finding_rows.append(builders.finding_row())
    [item] = (await api.get(f"{V1}/findings"))["items"]
    assert item["amount"] == "4027614.14"


async def test_pages_follow_each_other_without_gap_or_repeat(api: Api) -> None:
    for number in range(1, 8):
        row = unread(builders.upload(number))
        api.fakes.uploads.rows[row.id] = row
    assert [page async for page in pages(api, f"{V1}/uploads?limit=3")] == [[7, 6, 5], [4, 3, 2], [1]]


async def pages(api: Api, path: str) -> Any:
    cursor = ""
    while cursor is not None:
        answer = await api.get(path + (f"&cursor={cursor}" if cursor else ""))
        yield [int(item["name"].removeprefix("自评表").removesuffix(".txt")) for item in answer["items"]]
        cursor = answer["next"]


async def test_filters_reach_the_store(api: Api) -> None:
    await api.get(f"{V1}/alerts?unit=水务&year=2023&rule=EXEC-LOW&severity=serious&condition=new&handling=open")
    assert api.fakes.alerts.asked == {
        "unit": "水务",
        "year": "2023",
        "rule": "EXEC-LOW",
        "severity": "serious",
        "condition": "new",
        "handling": "open",
    }
    await api.get(f"{V1}/findings?rule=NO-SUCH-RULE", 422)
    await api.get(f"{V1}/alerts?limit=0", 422)


async def test_an_alert_has_its_history(api: Api) -> None:
    row = builders.alert_row()
    api.fakes.alerts.rows[row.alert_id] = row
    api.fakes.alerts.changes.append(builders.change_row(row))
    alert = await api.get(f"{V1}/alerts/{row.alert_id}")
    assert alert["finding"]["rule"] == "EXEC-LOW"
    assert [change["after"]["condition"] for change in alert["history"]] == ["new"]


async def test_a_command_is_answered_when_its_effect_is_seen(api: Api) -> None:
    row = builders.alert_row()
    api.fakes.alerts.rows[row.alert_id] = row
    producer = api.fakes.producer
    send = producer.send

    async def send_and_apply(message: Any) -> None:
        await send(message)
        command = AlertCommand.model_validate_json(message.value)
        event = builders.changed(row.alert_id, command.command_id)
        data = event.model_dump_json()
        await api.fakes.events.append([LiveEvent(uuid4(), "alerts.changed", builders.NOON, None, data)])
        api.fakes.alerts.rows[row.alert_id] = row._replace(handling=command.handling.value)

    producer.send = send_and_apply  # type: ignore[method-assign]
    answer = await api.post(f"{V1}/alerts/{row.alert_id}/commands", 200, json={"handling": "acknowledged"})
    assert answer["alert"]["handling"] == "acknowledged"
    [sent] = producer.sent
    command = AlertCommand.model_validate_json(sent.value)
    assert (sent.topic, sent.key, command.by) == ("alerts.commands", str(row.alert_id), "本机")
    assert sent.headers["ce_id"] == str(command.command_id) == answer["command_id"]
    assert command.seen == row.form_id


async def test_a_command_whose_effect_is_late_is_only_taken(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handling, "SEEN_WITHIN_SECONDS", 0.1)
    row = builders.alert_row()
    api.fakes.alerts.rows[row.alert_id] = row
    answer = await api.post(f"{V1}/alerts/{row.alert_id}/commands", 202, json={"handling": "acknowledged"})
    assert answer["alert"] is None


async def test_commands_that_cannot_be_taken(api: Api) -> None:
    row = builders.alert_row()
    api.fakes.alerts.rows[row.alert_id] = row
    path = f"{V1}/alerts/{row.alert_id}/commands"
    await api.post(f"{V1}/alerts/{uuid4()}/commands", 404, json={"handling": "closed"})
    await api.post(path, 422, json={"handling": "dismissed", "note": " "})
    await api.post(path, 422, json={"handling": "forgotten"})
    api.fakes.producer.breaks.append(RetryLater("away"))
    await api.post(path, 503, json={"handling": "closed"})
    assert api.fakes.producer.sent == []


async def test_a_subscription_shows_its_secret_once(api: Api) -> None:
    wanted = {"target": HOOK, "unit": "水务局", "rules": ["EXEC-LOW"], "least_amount": "10000.00"}
    made = await api.post(f"{V1}/subscriptions", 201, json=wanted)
    assert made["secret"].startswith("whsec_") and made["least_amount"] == "10000.00"
    assert made["conditions"] == ["new", "worse", "fixed", "regressed", "overdue"]
    [listed] = (await api.get(f"{V1}/subscriptions"))["items"]
    assert listed["id"] == made["id"] and "secret" not in listed
    assert "secret" not in await api.get(f"{V1}/subscriptions/{made['id']}")
    async with api.http.delete(f"{V1}/subscriptions/{made['id']}") as answer:
        assert answer.status == 204
    await api.get(f"{V1}/subscriptions/{made['id']}", 404)


async def test_a_target_inside_the_house_is_refused(api: Api) -> None:
    problem = await api.post(f"{V1}/subscriptions", 422, json={"target": "http://127.0.0.1:9/hook"})
    assert "JIXIAO_WEBHOOK_ALLOW" in problem["detail"]
    assert api.fakes.subscriptions.rows == {}


async def test_the_ledger_lists_deliveries_with_their_attempts(api: Api) -> None:
    made = await api.post(f"{V1}/subscriptions", 201, json={"target": HOOK})
    row = next(iter(api.fakes.subscriptions.rows.values()))
    for number in (1, 2):
        delivery = DeliveryRow(
            builders.uuid(number), row.id, "changes", "pending", 1, None, builders.NOON + timedelta(minutes=number)
        )
        api.fakes.subscriptions.delivery_rows.append(delivery)
    api.fakes.subscriptions.pairs += [(builders.uuid(1), builders.uuid(31)), (builders.uuid(1), builders.uuid(32))]
    attempt = AttemptRow(builders.uuid(1), 1, builders.NOON, "failed", "HTTP 500")
    api.fakes.subscriptions.attempt_rows.append(attempt)
    first = await api.get(f"{V1}/subscriptions/{made['id']}/deliveries?limit=1")
    second = await api.get(f"{V1}/subscriptions/{made['id']}/deliveries?limit=1&cursor={first['next']}")
    assert first["items"][0]["attempts"] == []
    assert second["items"][0]["alerts"] == [str(builders.uuid(31)), str(builders.uuid(32))]
    assert [each["detail"] for each in second["items"][0]["attempts"]] == ["HTTP 500"]
    assert second["next"] is None


async def test_a_database_that_is_away_is_told_as_such(api: Api) -> None:
    api.fakes.uploads.breaks.append(ConnectionRefusedError("away"))
    async with api.http.get(f"{V1}/uploads/{uuid4()}") as answer:
        assert answer.status == 503 and answer.headers["Retry-After"]
        assert answer.content_type == "application/problem+json"


STRANGERS = (
    ({"Host": "evil.example"}, 421),
    ({"Host": "127.0.0.1.evil.example:80"}, 421),
    ({"Origin": "https://evil.example"}, 403),
    ({"Origin": "null"}, 403),
    ({"Sec-Fetch-Site": "cross-site"}, 403),
    ({"Sec-Fetch-Site": "same-site"}, 403),
)


@pytest.mark.parametrize(("headers", "status"), STRANGERS)
async def test_pages_of_strangers_cannot_hand_anything_in(api: Api, headers: dict[str, str], status: int) -> None:
    await api.post(f"{V1}/reports", status, data=b"x", headers=headers)
    assert api.fakes.producer.sent == []


async def test_own_pages_may(api: Api) -> None:
    for headers in ({"Origin": api.url}, {"Sec-Fetch-Site": "same-origin"}, {"Host": "localhost:1"}):
        await api.post(f"{V1}/reports", 202, data=b"x", headers=headers)


async def test_beyond_loopback_a_token_is_needed(start_api: StartApi) -> None:
    api = await start_api(tokens=("审核:s3cret",), need_token=True, loopback=False)
    for header in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic s3cret"}):
        async with api.http.get(f"{V1}/uploads", headers=header) as answer:
            assert answer.status == 401 and answer.headers["WWW-Authenticate"] == "Bearer"
        await api.post(f"{V1}/reports", 401, data=b"x", headers=header)
    headers = {"Authorization": "Bearer s3cret", "Host": "jixiao.example"}
    await api.post(f"{V1}/reports", 202, data=b"x", headers=headers)
    for path in ("/healthz", "/readyz"):
        await api.get(path)


async def test_a_browser_signs_in_with_its_token(start_api: StartApi) -> None:
    api = await start_api(tokens=("审核:s3cret",), need_token=True)
    async with api.http.get("/alerts?rule=EXEC-LOW&unit=水务") as answer:
        assert answer.url.path == "/login" and answer.url.query["next"].startswith("/alerts?rule=EXEC-LOW&unit=%E6")
    async with api.http.get("/parts/overview", headers={"HX-Request": "true"}) as answer:
        assert (answer.status, answer.headers["HX-Redirect"]) == (401, "/login")
    async with api.http.post("/login", data={"token": "wrong"}) as answer:
        assert answer.status == 403
    async with api.http.post("/login", data={"token": "s3cret", "next": "//evil.example"}) as answer:
        assert answer.status == 200 and answer.url.path == "/"
        cookie = answer.history[0].headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "samesite=strict" in cookie.lower() and "Secure" not in cookie
    behind = {"X-Forwarded-Proto": "https"}
    async with api.http.post("/login", data={"token": "s3cret"}, headers=behind, allow_redirects=False) as answer:
        assert "Secure" in answer.headers["Set-Cookie"], "a proxy took the encryption off"


async def test_readiness_tells_the_truth(api: Api) -> None:
    assert (await api.get("/readyz"))["ready"] is True
    api.fakes.not_ready = "数据库没有应答"
    assert (await api.get("/readyz", 503))["reason"] == "数据库没有应答"
    await api.get("/healthz")


async def test_metrics_count_uploads_by_outcome(api: Api) -> None:
    await api.post(f"{V1}/reports", 202, data=b"x")
    async with api.http.get("/metrics") as answer:
        assert 'jixiao_uploads_total{outcome="accepted"}' in await answer.text()


async def test_metrics_say_whether_it_is_ready_though_nobody_asked_readyz(api: Api) -> None:
    for not_ready, gauge in ((None, "1.0"), ("数据库没有应答", "0.0")):
        api.fakes.not_ready = not_ready
        async with api.http.get("/metrics") as answer:
            assert f"jixiao_ready {gauge}\n" in await answer.text()


async def test_a_character_that_the_database_does_not_take_is_no_fault_of_ours(api: Api) -> None:
    api.fakes.uploads.breaks = [asyncpg.CharacterNotInRepertoireError("invalid byte sequence")]
    problem = await api.get(f"{V1}/uploads?uploader=%00", 422)
    assert problem["type"] == "urn:jixiao:problem:bad-character"


async def test_the_api_describes_itself(api: Api) -> None:
    described = await api.get(f"{V1}/openapi.json")
    assert described["openapi"].startswith("3.")
    paths = {"reports", "uploads", "documents/{document_id}", "forms", "findings", "alerts", "events", "subscriptions"}
    assert {f"{V1}/{path}" for path in paths} <= set(described["paths"])
    assert set(described["paths"][f"{V1}/reports"]["post"]["responses"]) >= {"202", "207"}
    assert not any(path for path in described["paths"] if not path.startswith(V1)), json.dumps(described["paths"])
