"""Versions of a form: the page says which is in force, and lets a reviewer adopt one that is held."""

from typing import Any

import pytest

from jixiao.events.models import AlertCommand
from jixiao.findings import Cause, RuleId
from jixiao_gateway import handling
from jixiao_gateway.store.versions import VersionRow
from tests.unit.gateway import builders
from tests.unit.gateway.conftest import Api, StartApi
from tests.unit.gateway.test_pages import html
from tests.unit.gateway.test_subscriptions import TOKENS, V1, bearer

WHY = "新上报的版本没有自动生效：执行数读取存疑。"
HELD_BY = builders.alert_row().alert_id


def version(number: int, **values: Any) -> VersionRow:
    """What came of upload ``number``."""
    which = builders.version(number)
    row = VersionRow(which.form_id, which.upload_id, which.uploaded_at, 1, True, False, None, None, None)
    return row._replace(**values)


def fill(api: Api, handled: str = "open") -> None:
    """Three versions: an old one, the one in force, and one that is held."""
    for number in (1, 2, 3):
        detail = builders.form_detail(number)
        api.fakes.forms.details[detail.row.form_id] = detail
    held = {"admitted": False, "held_by": HELD_BY, "handling": handled, "why": WHY}
    api.fakes.versions.rows = [version(3, **held), version(2, in_force=True), version(1)]
    finding = builders.finding().model_copy(update={"rule": RuleId.VERSION_HELD, "cause": Cause.EXTRACTION_DOUBT})
    alert = builders.alert_row()._replace(
        rule="VERSION-HELD", is_doubt=True, handling=handled, form_id=builders.version(3).form_id,
        finding=finding.model_dump_json(),
    )  # fmt: skip
    api.fakes.alerts.rows[HELD_BY] = alert


def path(number: int) -> str:
    return f"/forms/{builders.version(number).form_id}"


@pytest.mark.parametrize(
    ("row", "state"),
    [
        ({"in_force": True}, "in_force"),
        ({"in_force": True, "held_by": HELD_BY, "handling": "acknowledged"}, "in_force"),
        ({}, "replaced"),
        ({"admitted": False, "held_by": HELD_BY, "handling": "open"}, "held"),
        ({"admitted": False, "held_by": HELD_BY, "handling": None}, "held"),
        ({"admitted": False, "held_by": HELD_BY, "handling": "dismissed"}, "rejected"),
        ({"admitted": False, "held_by": HELD_BY, "handling": "returned"}, "rejected"),
    ],
)
def test_the_states_of_a_version(row: dict[str, Any], state: str) -> None:
    assert version(1, **row).state == state


async def test_each_version_says_what_it_is_and_leads_to_the_others(api: Api) -> None:
    fill(api)
    for number, says in ((1, "已被新版本取代。"), (3, WHY)):
        page = await html(api, path(number))
        assert says in page and "现行版本" in page and path(2) in page
    page = await html(api, path(2))
    assert "待审核" in page and "采用该版本" not in page and f"/alerts/{HELD_BY}" in page
    told = await api.get(f"{V1}{path(2)}")
    assert [each["state"] for each in told["versions"]] == ["held", "in_force", "replaced"]


async def test_a_form_with_one_version_says_nothing_of_versions(api: Api) -> None:
    fill(api)
    api.fakes.versions.rows = [version(2, in_force=True)]
    assert "versions-title" not in await html(api, path(2))
    assert "versions-title" not in await html(api, path(1)), "not judged yet"


@pytest.mark.parametrize(("wish", "status"), [("acknowledged", 200), ("dismissed", 422)])
async def test_a_held_version_is_adopted_from_its_page(
    api: Api, monkeypatch: pytest.MonkeyPatch, wish: str, status: int
) -> None:
    monkeypatch.setattr(handling, "SEEN_WITHIN_SECONDS", 0.05)
    fill(api)
    page = await html(api, path(3))
    assert "采用该版本" in page and "不予采用" in page and f'action="/alerts/{HELD_BY}"' in page
    form = {"handling": wish, "seen": str(builders.version(3).form_id), "back": path(3)}
    page = await html(api, f"/alerts/{HELD_BY}", status, **form)
    if status == 200:
        assert "处理意见已受理" in page and "versions-title" in page
        command = AlertCommand.model_validate_json(api.fakes.producer.sent[0].value)
        assert (command.alert_id, command.handling, command.seen) == (HELD_BY, wish, builders.version(3).form_id)
    else:
        assert "须说明理由" in page
    await html(api, f"/alerts/{HELD_BY}", 200, handling="dismissed", note="不是本单位的表", back="//elsewhere.example")


async def test_the_warning_of_a_held_version_has_words_of_its_own(api: Api) -> None:
    fill(api)
    page = await html(api, f"/alerts/{HELD_BY}")
    assert "采用该版本" in page and "待审核" in page and "确认属实" not in page
    assert "待审核" in await html(api, "/alerts")


async def test_the_first_page_leads_to_what_waits_for_a_reviewer(api: Api) -> None:
    assert "待审核" not in await html(api, "/")
    fill(api)
    assert "有 1 个新版本待审核" in await html(api, "/")
    alert = api.fakes.alerts.rows[HELD_BY]
    api.fakes.alerts.rows[HELD_BY] = alert._replace(condition="fixed")
    assert "个新版本待审核" not in await html(api, "/")


async def test_a_unit_is_not_told_of_versions(start_api: StartApi) -> None:
    """What is held is a doubt of our reading, which stays in the bureau."""
    api = await start_api(tokens=TOKENS, need_token=True, loopback=False)
    fill(api)
    for token, count in (("bureau", 3), ("water", 0)):
        async with api.http.get(path(3), headers=bearer(token)["headers"] | {"Accept": "text/html"}) as answer:
            assert ("versions-title" in await answer.text()) == (count > 0)
        assert len((await api.get(f"{V1}{path(3)}", **bearer(token)))["versions"]) == count
