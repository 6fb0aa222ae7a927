"""The pages: what they say, that everything is escaped, and that no script stands inside them."""

import itertools
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import lxml.html
import pytest

from jixiao.findings import Repair
from jixiao_alerts.channels import Fault
from jixiao_gateway.pages import words
from jixiao_gateway.pages.home import FORMS_SHOWN, steps
from tests.unit.gateway import builders
from tests.unit.gateway.conftest import Api
from tests.unit.gateway.fakes import unread
from tests.unit.scorer.accounts import accounts

SOON, LATE = builders.NOON, builders.NOON + timedelta(days=1)


async def html(api: Api, path: str, status: int = 200, **form: Any) -> str:
    """A page; with a form it is posted."""
    ask = api.http.post(path, data=form) if form else api.http.get(path, headers={"Accept": "text/html"})
    async with ask as answer:
        assert answer.status == status, await answer.text()
        assert answer.content_type == "text/html"
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"
        return await answer.text()


async def filled(api: Api) -> None:
    row = unread(builders.upload())._replace(
        name="<script>alert(1)</script>.txt", read_state="read", forms=1, scored=1, warned=1
    )
    detail, alert = builders.form_detail(), builders.alert_row()
    api.fakes.uploads.rows[row.id] = row
    api.fakes.forms.details[detail.row.form_id] = detail
    api.fakes.alerts.rows[alert.alert_id] = alert._replace(project_name="<b onclick=alert(1)>项目</b>")
    api.fakes.alerts.changes.append(builders.change_row(alert))


def paths() -> list[str]:
    form, alert = builders.form_detail().row.form_id, builders.alert_row().alert_id
    return [
        "/",
        "/forms",
        "/alerts",
        f"/alerts/{alert}",
        f"/forms/{form}",
        "/subscriptions",
        "/login",
        "/parts/overview",
    ]


@pytest.mark.parametrize("path", paths())
async def test_what_strangers_wrote_is_escaped_and_no_script_is_inline(api: Api, path: str) -> None:
    await filled(api)
    page = await html(api, path)
    assert "<script>alert" not in page and "<b onclick" not in page
    assert not re.search(r"<script(?![^>]*\bsrc=)", page) and not re.search(r"<[^>]*\son\w+=", page)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page), "nothing comes from outside the machine"
    assert "style=" not in page


@pytest.mark.parametrize("path", [*paths(), "/units", "/nowhere"])
async def test_pages_can_be_used_without_seeing_them(api: Api, path: str) -> None:
    """Every field, button and link has a name, ids are unique, headings leave no level out."""
    await filled(api)
    text = await html(api, path, 404 if path == "/nowhere" else 200)
    page = lxml.html.fromstring(text)
    ids = [each.get("id") for each in page.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    assert {each.get("aria-labelledby") for each in page.iter() if each.get("aria-labelledby")} <= set(ids)
    labelled = {each.get("for") for each in page.iter("label")}
    for field in page.iter("input", "select", "textarea"):
        named = field.get("aria-label") or field.get("id") in labelled or any(field.iterancestors("label"))
        assert named or field.get("type") == "hidden", field.get("name")
    for each in page.iter("a", "button", "summary"):
        assert each.text_content().strip() or each.get("aria-label")
    levels = [int(each.tag[1]) for each in page.iter("h1", "h2", "h3")]
    assert all(below - above <= 1 for above, below in itertools.pairwise(levels))
    assert levels.count(1) == (0 if path.startswith("/parts/") else 1)


async def test_the_first_page_shows_stages_lights_and_warnings(api: Api) -> None:
    await filled(api)
    page = await html(api, "/")
    for text in ("已接收", "已识别 1 张", "已复核", "已预警 1 条", builders.SENTENCE, "&lt;script&gt;"):
        assert text in page
    assert re.search(r"<b>3</b>\s*<span class=\"badge green\">绿灯", page)


async def test_the_first_page_takes_files_while_the_database_is_away(api: Api) -> None:
    api.fakes.uploads.breaks.append(ConnectionRefusedError("away"))
    page = await html(api, "/")
    assert "可以照常上报" in page and 'id="files"' in page


async def test_the_overview_is_sent_only_when_it_changed(api: Api) -> None:
    await filled(api)
    seen = re.search(r'data-seen="(\w+)"', await html(api, "/parts/overview"))
    assert seen
    async with api.http.get(f"/parts/overview?seen={seen[1]}") as answer:
        assert answer.status == 204
    api.fakes.alerts.rows.clear()
    await html(api, f"/parts/overview?seen={seen[1]}")


async def test_a_form_shows_stated_and_recomputed_figures_with_their_places(api: Api) -> None:
    await filled(api)
    page = await html(api, f"/forms/{builders.form_detail().row.form_id}")
    for text in ("90.01", "50.01", "不一致", "一致", "第6行第2栏", "预算执行率偏低", "4,027,614.14元"):
        assert text in page


async def test_browsers_ask_for_our_files_anew(api: Api) -> None:
    async with api.http.get("/static/app.css") as answer:
        assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-cache") and answer.headers["ETag"]


async def test_every_form_can_be_found(api: Api) -> None:
    """The overview shows the first of an upload and leads to the rest."""
    await filled(api)
    detail = builders.form_detail()
    for number in range(FORMS_SHOWN + 1):
        row = detail.row._replace(form_id=builders.uuid(7000 + number), ordinal=number + 2)
        api.fakes.forms.details[row.form_id] = detail._replace(row=row)
    upload = detail.row.upload_id
    assert f'<a href="/forms?upload_id={upload}">另有 2 张</a>' in await html(api, "/")
    page = await html(api, f"/forms?upload_id={upload}&unit=水务&year=2023")
    assert api.fakes.forms.asked == {"upload_id": upload, "unit": "水务", "year": "2023"}
    assert page.count('<a href="/forms/') == FORMS_SHOWN + 2 and "红灯" in page
    assert f'name="upload_id" value="{upload}"' in page


async def test_messages_can_link_to_the_very_row(api: Api) -> None:
    await filled(api)
    page = await html(api, f"/forms/{builders.form_detail().row.form_id}")
    for place in ("indicator-0", "funds-total", "funds-fiscal", "funds-budget", "total"):
        assert page.count(f'id="{place}"') == 1, place


async def test_final_accounts_show_their_tables_and_what_their_text_claims(api: Api) -> None:
    """Named as what they are; no funds, no indicators, no ordinal."""
    await filled(api)
    detail = builders.form_detail()
    repair = Repair(path="accounts.tables[2].rows[10].cells[4]", value="77.12")
    findings = f"[{builders.finding().model_copy(update={'repair': repair}).model_dump_json()}]"
    row = detail.row._replace(kind="accounts", project_name="部门决算", ordinal=0)
    shown = detail._replace(row=row, form=accounts().model_dump_json(), findings=findings)
    api.fakes.forms.details[detail.row.form_id] = shown
    page = await html(api, f"/forms/{detail.row.form_id}")
    for text in (
        "澄湖区城管局",
        "政府性基金预算财政拨款收入支出决算表",
        "绿地养护",
        "预算执行情况良好",
        "第3张决算表第11行第5栏",
    ):
        assert text in page
    for text in ("预算执行情况（", "绩效指标", "第 0 张", "实施单位"):
        assert text not in page


async def test_a_form_that_is_not_there_is_told_as_a_page(api: Api) -> None:
    assert "没有找到自评表" in await html(api, f"/forms/{builders.uuid(1)}", 404)
    for path in ("/nowhere", "/forms/nothing-like-an-id", "/alerts/0"):
        assert f"没有地址 {path}" in await html(api, path, 404)


@pytest.mark.parametrize(
    ("row", "has_findings", "now", "expected"),
    [
        ({}, False, SOON, "done now wait wait"),
        ({"read_state": "read", "forms": 2}, False, SOON, "done done now wait"),
        ({"read_state": "read", "forms": 1, "scored": 1}, True, SOON, "done done done now"),
        ({"read_state": "read", "forms": 1, "scored": 1}, True, LATE, "done done done done"),
        ({"read_state": "read", "forms": 1, "scored": 1}, False, SOON, "done done done done"),
        ({"read_state": "read", "forms": 1, "scored": 1, "warned": 2}, True, SOON, "done done done done"),
        ({"read_state": "read", "forms": 2, "scored": 1, "refused": 1}, False, SOON, "done done failed done"),
        ({"read_state": "read", "forms": 1, "accounts": 1, "scored": 1}, False, SOON, "done done now wait"),
        ({"read_state": "read", "accounts": 1, "scored": 1}, False, SOON, "done done done done"),
        ({"read_state": "no_form"}, False, SOON, "done failed wait wait"),
        ({"read_state": "dead_lettered"}, False, SOON, "done failed wait wait"),
    ],
)
def test_the_stages_of_an_upload(row: dict[str, Any], has_findings: bool, now: Any, expected: str) -> None:
    upload = unread(builders.upload())._replace(**row)
    assert " ".join(state for state, _ in steps(upload, has_findings, now)) == expected


def test_when_the_events_are_gone_nobody_is_told_that_there_was_no_warning() -> None:
    upload = unread(builders.upload())._replace(read_state="read", forms=1, scored=1)
    for days, told in ((1, "无新预警"), (15, "已完成")):
        assert steps(upload, True, builders.NOON + timedelta(days=days))[-1] == ("done", told)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("total_score", "总分"),
        ("funds.total.rate", "年度资金总额的执行率"),
        ("funds.fiscal.budget", "当年财政拨款的全年预算数"),
        ("indicators[0].score", "第1行指标的得分"),
        ("indicators.11.actual", "第12行指标的实际完成值"),
        ("something.else", "something.else"),
    ],
)
def test_repairs_name_the_field_as_the_form_does(path: str, text: str) -> None:
    assert words.field(path) == text


def test_every_outcome_of_an_attempt_has_a_name() -> None:
    assert words.OUTCOMES.keys() >= {"delivered", "refused", *Fault}


def test_rules_are_called_what_the_catalogue_calls_them() -> None:
    catalogue = (Path(__file__).parents[3] / "docs" / "rules.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| \[([A-Z-]+)\]\(#[a-z-]+\) \| ([^|]+?) \|", catalogue, re.M) == list(words.RULES.items())


@pytest.mark.parametrize(
    ("evidence", "text"),
    [
        (None, ""),
        ({"line": 6, "cell": "2"}, "第6行第2栏"),
        ({"sheet": "自评表", "cell": "C7", "line": 7}, "工作表“自评表” C7单元格"),
        ({"member": "a/b.xlsx", "page": 2, "line": 3}, "a/b.xlsx 第2页 第3行"),
    ],
)
def test_places_are_written_for_people(evidence: Any, text: str) -> None:
    assert words.place(evidence) == text
