"""Handling a warning, with files, from API and page; its history says who did what and what the facts brought."""

import hashlib
from datetime import timedelta
from io import BytesIO
from typing import Any

import aiohttp
import pytest

from jixiao.events.models import AlertCommand, Handling
from jixiao.events.transitions import TRANSITIONS
from jixiao_gateway import handling
from jixiao_gateway.pages import words
from jixiao_gateway.store.alerts import ChangeRow
from tests.unit.gateway import builders
from tests.unit.gateway.conftest import Api
from tests.unit.gateway.test_pages import html

V1 = "/api/v1"
ALERT = builders.alert_row()
PATH = f"{V1}/alerts/{ALERT.alert_id}"
PROOF = "整改说明\t已更正".encode()


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handling, "SEEN_WITHIN_SECONDS", 0.02)


def form(*files: tuple[str, bytes], **fields: str) -> aiohttp.FormData:
    data = aiohttp.FormData(fields, quote_fields=False)
    for name, content in files:
        data.add_field("files", BytesIO(content), filename=name)
    return data


def sent(api: Api) -> list[AlertCommand]:
    return [AlertCommand.model_validate_json(message.value) for message in api.fakes.producer.sent]


async def test_files_come_with_a_command_and_are_kept_first(api: Api) -> None:
    api.fakes.alerts.rows[ALERT.alert_id] = ALERT._replace(handling="returned")
    await api.post(f"{PATH}/commands", 202, data=form(("../说明.txt", PROOF), handling="rectifying", note="已更正"))
    [command] = sent(api)
    [attachment] = command.attachments
    assert (attachment.name, attachment.media_type) == ("说明.txt", "text/plain")
    assert api.fakes.attachments.kept == {attachment.document_id: PROOF}
    assert attachment.document_id == hashlib.sha256(PROOF).hexdigest()


@pytest.mark.parametrize(
    ("files", "status"),
    [
        ([("a.exe", b"MZ\x90\x00\x03" + bytes(40))], 415),
        ([("a.txt", b"")], 422),
        ([("a.txt", b"a")] * 6, 422),
    ],
)
async def test_files_that_are_refused(api: Api, files: list[tuple[str, bytes]], status: int) -> None:
    api.fakes.alerts.rows[ALERT.alert_id] = ALERT
    await api.post(f"{PATH}/commands", status, data=form(*files, handling="acknowledged"))
    assert sent(api) == []


async def test_a_form_without_a_way_of_handling_is_refused(api: Api) -> None:
    api.fakes.alerts.rows[ALERT.alert_id] = ALERT
    for data in (form(("a.txt", b"a"), note="x"), form(("a.txt", b"a"), handling="forgotten")):
        await api.post(f"{PATH}/commands", 422, data=data)
    await api.post(f"{PATH}/commands", 422, data=b"{", headers={"Content-Type": "application/json"})
    await html(api, f"/alerts/{ALERT.alert_id}", 422, handling="forgotten")
    assert sent(api) == []


def history() -> list[ChangeRow]:
    """Found, returned with a deadline, the deadline passed, answered by the unit with a file."""
    found = builders.changed(ALERT.alert_id, builders.uuid(1))
    returned = found.after.model_copy(update={"handling": Handling.RETURNED, "deadline": builders.NOON})
    overdue = returned.model_copy(update={"overdue": True})
    answered = returned.model_copy(update={"handling": Handling.RECTIFYING, "deadline": None})
    note = command(Handling.RETURNED, "审核科", note="执行率请说明<原因>", deadline=builders.NOON)
    name = hashlib.sha256(PROOF).hexdigest()
    answer = command(Handling.RECTIFYING, "水务局", note="已更正", attachments=[
        {"document_id": name, "name": "说明.txt", "media_type": "text/plain"}
    ])  # fmt: skip
    steps = [
        (None, found.after, None),
        (found.after, returned, note),
        (returned, overdue, None),
        (overdue, answered, answer),
    ]
    rows = []
    for at, (before, after, given) in enumerate(steps):
        event = found.model_copy(
            update={
                "before": before,
                "after": after,
                "command": given,
                "changed_at": builders.NOON + timedelta(hours=at),
            }
        )
        rows.append(ChangeRow(builders.uuid(100 + at), ALERT.alert_id, event.model_dump_json(), event.changed_at))
    return rows


def command(way: Handling, by: str, **values: Any) -> AlertCommand:
    given = {"command_id": builders.uuid(5), "alert_id": ALERT.alert_id, "handling": way, "by": by}
    return AlertCommand.model_validate(given | {"given_at": builders.NOON} | values)


async def test_the_history_says_who_did_what_and_what_the_facts_brought(api: Api) -> None:
    api.fakes.alerts.rows[ALERT.alert_id] = ALERT._replace(handling="rectifying")
    api.fakes.alerts.changes += history()
    page = await html(api, f"/alerts/{ALERT.alert_id}")
    told = ("发现疑点", "退回整改", "&lt;原因&gt;", "整改期限已过，单位没有答复", "水务局", "提交整改说明", "说明.txt")
    places = [page.index(text, page.index("变动历史")) for text in told]
    assert places == sorted(places)


async def test_an_attachment_is_handed_out_only_with_its_warning(api: Api) -> None:
    document = hashlib.sha256(PROOF).hexdigest()
    other = hashlib.sha256(b"other").hexdigest()
    api.fakes.alerts.rows[ALERT.alert_id] = ALERT
    api.fakes.alerts.changes += history()
    api.fakes.attachments.kept = {document: PROOF, other: b"other"}
    async with api.http.get(f"{PATH}/attachments/{document}") as answer:
        assert (answer.status, await answer.read()) == (200, PROOF)
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert answer.content_type == "application/octet-stream"
    await api.get(f"{PATH}/attachments/{other}", 404)
    await api.get(f"{V1}/alerts/{builders.uuid(1)}/attachments/{document}", 404)


@pytest.mark.parametrize("state", list(Handling))
async def test_the_page_offers_what_the_table_allows(api: Api, state: Handling) -> None:
    api.fakes.alerts.rows[ALERT.alert_id] = ALERT._replace(handling=state.value)
    page = await html(api, f"/alerts/{ALERT.alert_id}")
    offered = {way for way in Handling if f'<option value="{way}">{words.ACTIONS[way]}' in page}
    assert offered == TRANSITIONS[state]


async def test_a_deadline_that_passed_is_seen_in_the_list_and_on_the_page(api: Api) -> None:
    late = ALERT._replace(handling="returned", deadline=builders.NOON, overdue=True)
    api.fakes.alerts.rows[ALERT.alert_id] = late
    for path in ("/alerts", f"/alerts/{ALERT.alert_id}"):
        assert "逾期" in await html(api, path)
    [listed] = (await api.get(f"{V1}/alerts?overdue=true"))["items"]
    assert (listed["overdue"], api.fakes.alerts.asked) == (True, {"overdue": True})


async def test_what_follows_from_a_finding_is_shown_under_it(api: Api) -> None:
    follower = builders.alert_row(2)._replace(follows=ALERT.rule, rule="SCORE-EXEC-GAP", form_id=ALERT.form_id)
    api.fakes.alerts.rows |= {ALERT.alert_id: ALERT, follower.alert_id: follower}
    page = await html(api, f"/alerts/{ALERT.alert_id}")
    assert api.fakes.alerts.asked == {"form_id": ALERT.form_id, "follows": ALERT.rule}
    assert "由此引起的疑点" in page and f"/alerts/{follower.alert_id}" in page


def test_every_way_of_handling_has_its_words() -> None:
    assert set(words.ACTIONS) == set(words.HANDLING) == set(Handling)
