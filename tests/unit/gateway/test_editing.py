"""Editing a subscription: the same checks, nothing lost that was not given anew, and no editor overwrites another."""

import json
import re
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from jixiao_gateway.store.subscriptions import SubscriptionRow
from tests.unit.gateway import builders
from tests.unit.gateway.conftest import SECRETS, Api, StartApi
from tests.unit.gateway.test_pages import html
from tests.unit.gateway.test_subscriptions import HOOK, TOKENS, V1, bearer, change, remember

CASES = json.loads((Path(__file__).parent.parent / "cases/gateway/editing.json").read_text(encoding="utf-8"))


async def put(api: Api, key: object, status: int, body: dict[str, Any], **headers: str) -> Any:
    """The answer to an edit."""
    async with api.http.put(f"{V1}/subscriptions/{key}", json=body, headers=headers) as answer:
        assert answer.status == status, await answer.text()
        return await answer.json(content_type=None) | {"etag": answer.headers.get("ETag")}


def only_row(api: Api) -> SubscriptionRow:
    [row] = api.fakes.subscriptions.rows.values()
    return row


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
async def test_what_may_be_edited(api: Api, case: dict[str, Any]) -> None:
    """``row`` is what stands there afterwards; where the edit is refused, nothing has changed."""
    await api.post(f"{V1}/subscriptions", 201, json=case["made"])
    before = only_row(api)
    told = await put(api, before.id, case["status"], case["edited"], **{"If-Match": '"1"'})
    row = only_row(api)
    if case["status"] != 200:
        assert told["detail"].endswith("。") and row == before
        return
    assert row.revision == 2 and told["etag"] == '"2"'
    shown = {name: getattr(row, name) for name in case["row"]}
    assert json.loads(json.dumps(shown, default=str)) == case["row"]
    secret = SECRETS.open(row.secret)
    assert (secret == SECRETS.open(before.secret)) == (case["secret"] == "kept")
    assert secret.startswith(case["secret"]) or case["secret"] == "kept"
    assert told["secret"] == (secret if case["secret"] == "whsec_" else None)
    assert (row.created_at, row.paused, row.bound) == (before.created_at, before.paused, before.bound)


async def test_two_editors_do_not_overwrite_each_other(api: Api) -> None:
    made = await api.post(f"{V1}/subscriptions", 201, json={"target": HOOK})
    async with api.http.get(f"{V1}/subscriptions/{made['id']}") as answer:
        etag = answer.headers["ETag"]
    first = await put(api, made["id"], 200, {"project": "甲"}, **{"If-Match": etag})
    problem = await put(api, made["id"], 412, {"project": "乙"}, **{"If-Match": etag})
    assert "他人修改" in problem["detail"] and only_row(api).project == "甲"
    await put(api, made["id"], 428, {"project": "乙"})
    await put(api, made["id"], 412, {"project": "乙"}, **{"If-Match": '"x"'})
    await put(api, made["id"], 200, {"project": "乙"}, **{"If-Match": first["etag"]})
    await put(api, made["id"], 200, {"project": "丙"}, **{"If-Match": "*"})
    await put(api, builders.uuid(404), 404, {}, **{"If-Match": "*"})


async def test_a_new_target_is_given_a_new_chance(api: Api) -> None:
    """A target that was disabled is so no more when another one stands in its place; its pause stays."""
    made = await api.post(f"{V1}/subscriptions", 201, json={"target": HOOK})
    async with api.http.patch(f"{V1}/subscriptions/{made['id']}", json={"paused": True}) as answer:
        assert answer.headers.get("ETag") is None
    await put(api, made["id"], 200, {}, **{"If-Match": '"1"'})
    assert only_row(api).enabled_at is None
    await put(api, made["id"], 200, {"target": "https://8.8.4.4/hook"}, **{"If-Match": '"2"'})
    assert only_row(api).enabled_at is not None and only_row(api).paused


async def test_a_trial_of_an_edit_stays_inside_the_bound_and_saves_nothing(start_api: StartApi) -> None:
    api = await start_api(tokens=TOKENS, need_token=True, loopback=False)
    api.fakes.units.parent = {"青禾区水务局": "青禾区", "青禾区教育局": "青禾区"}
    made = await api.post(f"{V1}/subscriptions", 201, json={"target": HOOK}, **bearer("school"))
    await remember(api, change(1, 1))
    path = f"{V1}/subscriptions/{made['id']}"
    for token, status in (("bureau", 200), ("school", 200), ("water", 404)):
        tried = await api.post(f"{path}/preview", status, json={"unit": None}, **bearer(token))
        assert tried.get("changes", 0) == 0
    await put(api, made["id"], 404, {}, **{"If-Match": "*"} | bearer("water")["headers"])
    out = {"unit": "青禾区水务局"}
    await put(api, made["id"], 403, out, **{"If-Match": "*"} | bearer("school")["headers"])
    edited = await put(api, made["id"], 200, {"project": "甲"}, **{"If-Match": "*"} | bearer("bureau")["headers"])
    assert (edited["bound"], edited["subscriber"]) == ("青禾区教育局", "教育局")


async def test_the_page_shows_the_same_form_filled(api: Api) -> None:
    wanted: dict[str, Any] = {
        "target": HOOK,
        "conditions": "new",
        "district": '"><蓝',
        "rhythm": "weekly",
        "hour": "7",
        "weekday": "3",
    }
    await html(api, "/subscriptions", 201, least_amount="10000", rules="EXEC-LOW", link_only="1", **wanted)
    key = only_row(api).id
    assert f"/subscriptions/{key}/edit" in await html(api, "/subscriptions")
    page = await html(api, f"/subscriptions/{key}/edit")
    for text in (
        f'value="{HOOK}"', "&#34;&gt;&lt;蓝", '<option value="7" selected>', '<option value="3" selected>',
        'value="10000"', 'value="EXEC-LOW" checked', 'name="link_only" value="1" checked', 'name="revision" value="1"',
    ):  # fmt: skip
        assert text in page, text
    assert 'name="conditions" value="worse" checked' not in page
    form = wanted | {"revision": "1", "district": "青禾"}
    assert "修改尚未保存" in await html(api, f"/subscriptions/{key}/edit", act="preview", **form)
    assert only_row(api).revision == 1
    page = await html(api, f"/subscriptions/{key}/edit", **form)
    assert "修改已保存" in page and "whsec_" not in page
    row = only_row(api)
    assert (row.district, row.least_amount, row.rules, row.link_only) == ("青禾", None, None, False)
    page = await html(api, f"/subscriptions/{key}/edit", 412, **form)
    assert "他人修改" in page and 'value="青禾"' in page
    assert "至少选择一种变动" in await html(api, f"/subscriptions/{key}/edit", 422, revision="2", target=HOOK)


async def test_the_page_gives_a_new_signing_secret_once(api: Api) -> None:
    await html(api, "/subscriptions", 201, target=HOOK, conditions="new")
    row = only_row(api)
    page = await html(api, f"/subscriptions/{row.id}/edit", revision="1", conditions="new", new_secret="1")
    secret = re.search(r"whsec_[\w+/=]+", page)
    assert secret and secret[0] == SECRETS.open(only_row(api).secret) != SECRETS.open(row.secret)
    assert "原来的密钥从现在起失效" in page and secret[0] not in await html(api, "/subscriptions")


async def test_a_robots_address_is_not_shown_and_stays_when_left_empty(api: Api) -> None:
    address = "https://oapi.dingtalk.com/robot/send?access_token=0123456789abcdef"
    await html(
        api, "/subscriptions", 201, channel="dingtalk", target=address, sign="SEC0123456789abcdef", conditions="new"
    )
    row = only_row(api)
    page = await html(api, f"/subscriptions/{row.id}/edit")
    assert "0123456789abcdef" not in page and "oapi.dingtalk.com …cdef" in page
    await html(api, f"/subscriptions/{row.id}/edit", revision="1", conditions="worse", channel="mail")
    assert only_row(api) == row._replace(conditions=["worse"], revision=2)


@pytest.mark.parametrize(
    ("channel", "sign", "status"),
    [
        ("feishu", "Ab3dEf6hIj9lMn2p", 201),
        ("dingtalk", "SEC0123456789abcdef", 201),
        ("dingtalk", "Ab3dEf6hIj9lMn2p", 422),
        ("wecom", "SEC0123456789abcdef", 422),
        ("feishu", "a#b c d e f g", 422),
    ],
)
async def test_who_signs_its_messages(api: Api, channel: str, sign: str, status: int) -> None:
    """The secret goes with the address, sealed, and is not shown."""
    target = {
        "feishu": "https://open.feishu.cn/open-apis/bot/v2/hook/5aeaf0d8-1a2b-4c3d-8e9f-0123456789ab",
        "dingtalk": "https://oapi.dingtalk.com/robot/send?access_token=0123456789abcdef",
        "wecom": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=5aeaf0d8-1a2b-4c3d-8e9f-0123456789ab",
    }[channel]
    page = await html(api, "/subscriptions", status, channel=channel, target=target, sign=sign, conditions="new")
    if status == 201:
        assert SECRETS.open(only_row(api).secret) == f"{target}#{sign}" and sign not in page
    else:
        assert "签名密钥只用于" in page and not api.fakes.subscriptions.rows


@pytest.mark.parametrize("revision", ["", "nonsense"])
async def test_the_page_needs_the_revision_that_was_in_view(api: Api, revision: str) -> None:
    await html(api, "/subscriptions", 201, target=HOOK, conditions="new")
    key: UUID = only_row(api).id
    await html(api, f"/subscriptions/{key}/edit", 412, revision=revision, conditions="new")
    assert only_row(api).revision == 1
