"""A token with a unit sees that unit's subtree and nothing else; a doubt of our reading never leaves the bureau."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast
from urllib.parse import quote

import pytest

from jixiao.findings import Cause
from jixiao_gateway import handling, watched
from jixiao_gateway.scope import Scope
from jixiao_gateway.security import Tokens
from jixiao_gateway.store.events import LiveEvent, NumberedEvent
from jixiao_gateway.store.units import UnitStore
from tests.unit.gateway import builders
from tests.unit.gateway.conftest import Api, StartApi
from tests.unit.gateway.fakes import FakeUnits, unread

V1 = "/api/v1"
UNIT = builders.identity().unit
BUREAU, ABOVE, INSIDE, OUTSIDE = "审核科", "区政府办", "水务局", "教育局"
TOKENS = (f"{BUREAU}:bureau", f"{ABOVE}:above:青禾区", f"{INSIDE}:inside:{UNIT}", f"{OUTSIDE}:outside:青禾区教育局")
TOKEN_OF = {BUREAU: "bureau", ABOVE: "above", INSIDE: "inside", OUTSIDE: "outside"}


@pytest.fixture
async def api(start_api: StartApi) -> Api:
    """A form of a unit with a finding and a doubt, a warning of each, and an upload that the unit handed in."""
    api = await start_api(tokens=TOKENS, need_token=True, loopback=False)
    api.fakes.units.parent = {UNIT: "青禾区", "青禾区教育局": "青禾区"}
    detail, alert, doubt = builders.form_detail(), builders.alert_row(), builders.alert_row(2)
    findings = [finding.model_dump(mode="json") for finding in (builders.finding(), a_doubt())]
    api.fakes.forms.details[detail.row.form_id] = detail._replace(
        row=detail.row._replace(severities='{"serious": 2}'), findings=json.dumps(findings)
    )
    api.fakes.alerts.rows[alert.alert_id] = alert
    api.fakes.alerts.rows[doubt.alert_id] = doubt._replace(is_doubt=True, finding=a_doubt().model_dump_json())
    api.fakes.alerts.changes.append(builders.change_row(alert))
    row = unread(builders.upload())._replace(uploader=INSIDE, read_state="read", forms=1, scored=1, warned=2, told=1)
    api.fakes.uploads.rows[row.id] = row
    return api


def a_doubt() -> Any:
    return builders.finding().model_copy(update={"cause": Cause.EXTRACTION_DOUBT, "sentence": "读取存疑"})


def as_(name: str) -> dict[str, Any]:
    return {"headers": {"Authorization": f"Bearer {TOKEN_OF[name]}"}}


@pytest.mark.parametrize(("name", "sees"), [(BUREAU, 2), (ABOVE, 1), (INSIDE, 1), (OUTSIDE, 0)])
async def test_who_sees_what(api: Api, name: str, sees: int) -> None:
    """The bureau both warnings, the unit and who stands above it the one without doubt, another unit nothing."""
    form, alert = builders.form_detail().row.form_id, builders.alert_row().alert_id
    assert len((await api.get(f"{V1}/alerts", **as_(name)))["items"]) == sees
    forms = (await api.get(f"{V1}/forms", **as_(name)))["items"]
    assert [each["findings"] for each in forms] == ([{"serious": sees}] if sees else [])
    found = 200 if sees else 404
    shown = await api.get(f"{V1}/forms/{form}", found, **as_(name))
    assert len(shown.get("findings", [])) == sees
    judged = [figure["agrees"] for figure in shown.get("figures", [])]
    assert all(("doubted" in figure) == (name == BUREAU) for figure in shown.get("figures", []))
    assert judged == {2: [True, False], 1: [True, None], 0: []}[sees], "what no finding says is not shown to a unit"
    await api.get(f"{V1}/alerts/{alert}", found, **as_(name))
    await api.get(f"{V1}/alerts/{builders.alert_row(2).alert_id}", 200 if name == BUREAU else 404, **as_(name))
    await api.get(f"{V1}/findings", **as_(name))
    assert ("within" in api.fakes.forms.asked) == (name != BUREAU)


@pytest.mark.parametrize(("name", "unit"), [(BUREAU, None), (ABOVE, "青禾区"), (OUTSIDE, "青禾区教育局")])
async def test_an_upload_tells_which_unit_its_uploader_belongs_to(api: Api, name: str, unit: str | None) -> None:
    """The token's, whatever the uploader says; the bureau's own belongs to none."""
    await api.post(f"{V1}/reports?unit={quote('水务局')}", 202, data=b"x", **as_(name))
    [sent] = api.fakes.producer.sent
    assert sent.headers.get("bound") == (quote(unit) if unit else None)


@pytest.mark.parametrize(("name", "status"), [(BUREAU, 200), (ABOVE, 404), (INSIDE, 200), (OUTSIDE, 404)])
async def test_uploads_are_their_uploaders(api: Api, name: str, status: int) -> None:
    upload = builders.upload()
    await api.get(f"{V1}/uploads/{upload.id}", status, **as_(name))
    listed = (await api.get(f"{V1}/uploads", **as_(name)))["items"]
    assert len(listed) == (1 if status == 200 else 0)
    assert len((await api.get(f"{V1}/uploads?uploader={INSIDE}", **as_(name)))["items"]) == len(listed)


@pytest.mark.parametrize("path", ["/", "/alerts", "/parts/overview", "/forms/{form}", "/alerts/{alert}"])
async def test_pages_show_no_doubt_and_nothing_of_others(api: Api, path: str) -> None:
    path = path.format(form=builders.form_detail().row.form_id, alert=builders.alert_row().alert_id)
    shown = {}
    for name in TOKEN_OF:
        async with api.http.get(path, **as_(name)) as answer:
            shown[name] = await answer.text()
    assert "排水管网检修" not in shown[OUTSIDE] and builders.SENTENCE not in shown[OUTSIDE]
    assert "读取存疑" not in shown[INSIDE] and builders.SENTENCE in shown[INSIDE]
    assert builders.upload().name not in shown[ABOVE]


async def test_a_unit_is_told_how_many_warnings_it_may_see(api: Api) -> None:
    """A doubt of our reading is not counted where it is not shown."""
    for name, count in ((BUREAU, 2), (INSIDE, 1)):
        async with api.http.get("/", **as_(name)) as answer:
            assert f"已预警 {count} 条" in await answer.text()


async def test_a_unit_may_answer_and_nothing_more(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handling, "SEEN_WITHIN_SECONDS", 0.01)
    row = builders.alert_row()
    api.fakes.alerts.rows[row.alert_id] = row._replace(handling="returned")
    path = f"{V1}/alerts/{row.alert_id}/commands"
    for wish in ("closed", "dismissed", "returned"):
        await api.post(path, 403, json={"handling": wish, "note": "请销号"}, **as_(INSIDE))
    await api.post(path, 404, json={"handling": "rectifying"}, **as_(OUTSIDE))
    await api.post(path, 202, json={"handling": "rectifying", "note": "已更正"}, **as_(INSIDE))
    await api.post(path, 202, json={"handling": "closed"}, **as_(BUREAU))


async def test_what_the_table_of_handling_forbids_is_refused_with_a_reason(api: Api) -> None:
    path = f"{V1}/alerts/{builders.alert_row().alert_id}/commands"
    problem = await api.post(path, 409, json={"handling": "rectifying"}, **as_(BUREAU))
    assert "待核实" in problem["detail"] and "整改中" in problem["detail"]
    past = {"handling": "returned", "deadline": "2020-01-01T00:00:00Z"}
    assert "期限" in (await api.post(path, 422, json=past, **as_(BUREAU)))["detail"]
    await api.post(path, 422, json={"handling": "returned", "deadline": "2099-01-01T00:00:00"}, **as_(BUREAU))
    assert api.fakes.producer.sent == []


@asynccontextmanager
async def watching(api: Api, name: str) -> AsyncIterator[list[dict[str, Any]]]:
    """The events that a caller is told, from the beginning."""
    seen: list[dict[str, Any]] = []

    async def read() -> None:
        options = as_(name)
        options["headers"]["Last-Event-ID"] = "0"
        async with api.http.get(f"{V1}/events", **options) as answer:
            async for line in answer.content:
                if line.startswith(b"data:"):
                    seen.append(json.loads(line[5:]))

    task = asyncio.create_task(read())
    yield seen
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (BUREAU, ["uploader", "findings 2", "after", "after", "end"]),
        (ABOVE, ["findings 1", "after", "end"]),
        (INSIDE, ["uploader", "findings 1", "after", "end"]),
        (OUTSIDE, ["end"]),
    ],
)
async def test_the_live_log_as_each_may_see_it(api: Api, name: str, expected: list[str]) -> None:
    for event in live_events(name):
        await api.fakes.events.append([event])
    async with watching(api, name) as seen, asyncio.timeout(5):
        while not seen or "end" not in seen[-1]:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert [kind(data) for data in seen] == expected


def live_events(name: str) -> list[LiveEvent]:
    """An upload, a judged form, a warning, a doubt, and an upload of the watcher's own as the end."""
    scored = builders.scored_event().model_copy(update={"findings": (builders.finding(), a_doubt())})
    warning = builders.changed(builders.uuid(1), builders.uuid(2))
    doubt = warning.model_copy(update={"after": warning.after.model_copy(update={"finding": a_doubt()})})
    texts = [
        json.dumps({"uploader": INSIDE}),
        scored.model_dump_json(),
        warning.model_dump_json(),
        doubt.model_dump_json(),
        json.dumps({"uploader": name, "end": True}),
    ]
    return [LiveEvent(builders.uuid(50 + at), "any", builders.NOON, None, text) for at, text in enumerate(texts)]


def kind(data: dict[str, Any]) -> str:
    if "findings" in data:
        return f"findings {len(data['findings'])}"
    return "after" if "after" in data else "end" if "end" in data else "uploader"


async def test_the_register_is_not_asked_for_each_event_of_a_stranger(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only for the first, and again after a while: the unit may have been put below this one meanwhile."""
    monkeypatch.setattr(watched, "LOOK_AGAIN_SECONDS", 0.05)
    units, asked = FakeUnits({UNIT: "青禾区"}), []

    async def within(root: str) -> frozenset[str]:
        asked.append(root)
        return await FakeUnits.within(units, root)

    monkeypatch.setattr(units, "within", within)
    watcher = watched.Watched(cast(UnitStore, units), Scope("教育局", "青禾区教育局", "青禾区教育局"))
    event = NumberedEvent(1, "reports.scored", builders.scored_event().model_dump_json())
    assert [await watcher.told(event) for _ in range(5)] == [None] * 5 and len(asked) == 1
    units.parent[UNIT] = "青禾区教育局"
    await asyncio.sleep(0.06)
    assert await watcher.told(event) is not None and len(asked) == 2


async def test_an_uploader_learns_that_forms_of_other_units_are_not_listed(api: Api) -> None:
    """He handed them in himself; what they are is not shown to him."""
    stranger = builders.form_detail(ordinal=2)
    row = stranger.row._replace(unit="青禾区教育局", project_name="校舍修缮", kind="self_evaluation")
    api.fakes.forms.details[row.form_id] = stranger._replace(row=row)
    upload = await api.get(f"{V1}/uploads/{builders.upload().id}", **as_(INSIDE))
    assert (len(upload["forms"]), upload["outside"]) == (1, 1)
    async with api.http.get("/", **as_(INSIDE)) as answer:
        text = await answer.text()
    assert "另有 1 张" in text and "校舍修缮" not in text
    assert (await api.get(f"{V1}/uploads/{builders.upload().id}", **as_(BUREAU)))["outside"] == 0


@pytest.mark.parametrize("pair", ["a", "a:", ":b", "a:b:", "a:b:c:d", ""])
def test_tokens_are_name_token_and_perhaps_a_unit(pair: str) -> None:
    tokens = Tokens(["甲:x", "乙:y:水务局"])
    assert (tokens.unit("甲"), tokens.unit("乙"), tokens.unit(None)) == (None, "水务局", None)
    with pytest.raises(ValueError, match="名称:令牌"):
        Tokens([pair])
