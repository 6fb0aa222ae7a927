"""The pages of warnings and of subscriptions."""

import re

import pytest

from jixiao.events.models import AlertCommand
from jixiao_gateway import handling
from jixiao_gateway.pages import words
from tests.unit.gateway import builders
from tests.unit.gateway.conftest import Api
from tests.unit.gateway.test_pages import filled, html

HOOK = "https://8.8.8.8/hook"


async def test_the_list_of_warnings_keeps_its_filters(api: Api) -> None:
    await filled(api)
    page = await html(api, "/alerts?severity=serious&unit=%22%3E%3Cimg")
    assert api.fakes.alerts.asked == {"severity": "serious", "unit": '"><img'}
    assert '<option value="serious" selected>' in page and "<img" not in page


async def test_what_follows_from_a_warning_is_listed_under_it(api: Api) -> None:
    """Unless the list is narrowed: then what matches stands by itself. The most money may come first."""
    first = builders.alert_row()
    after = builders.alert_row(2)._replace(rule="SCORE-EXEC-GAP", follows=first.rule, form_id=first.form_id)
    api.fakes.alerts.rows = {row.alert_id: row for row in (first, after)}
    page = await html(api, "/alerts?order=amount")
    assert page.count('<article class="alert">') == 1 and f'由此引起：<a href="/alerts/{after.alert_id}">' in page
    assert api.fakes.alerts.ordered == "amount" and '<option value="amount" selected>' in page
    assert words.money(first.amount) in page
    page = await html(api, "/alerts?handling=open")
    assert page.count('<article class="alert">') == 2 and "由此引起" not in page
    page = await html(api, "/alerts?overdue=1")
    assert api.fakes.alerts.asked == {"overdue": True} and 'name="overdue" value="1" checked' in page


async def test_a_warning_is_handled_from_its_page(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handling, "SEEN_WITHIN_SECONDS", 0.05)
    await filled(api)
    path = f"/alerts/{builders.alert_row().alert_id}"
    page = await html(api, path, handling="returned", note="请补充材料", deadline="2099-06-30")
    assert "处理意见已受理" in page
    command = AlertCommand.model_validate_json(api.fakes.producer.sent[0].value)
    assert (command.handling, command.note) == ("returned", "请补充材料")
    assert command.deadline and words.time(command.deadline) == "2099-06-30 23:59:59"
    assert "须说明理由" in await html(api, path, 422, handling="dismissed", note="")


async def test_a_warning_that_is_no_more_is_told_as_that(api: Api) -> None:
    """Messages still lead to it, when the version that it stood on turned out to be held."""
    await filled(api)
    alert = builders.alert_row().alert_id
    del api.fakes.alerts.rows[alert]
    assert "该预警已撤销" in await html(api, f"/alerts/{alert}", 404)
    assert "没有找到预警" in await html(api, f"/alerts/{builders.uuid(1)}", 404)


async def test_a_subscription_is_made_and_ended_from_the_page(api: Api) -> None:
    page = await html(api, "/subscriptions", 201, target=HOOK, conditions="new", least_amount="10,000")
    secret = re.search(r"whsec_[\w+/=]+", page)
    assert secret and secret[0] not in await html(api, "/subscriptions")
    [row] = api.fakes.subscriptions.rows.values()
    assert (row.conditions, str(row.least_amount), row.subscriber) == (["new"], "10000", "本机")
    await html(api, f"/subscriptions/{row.id}")
    await html(api, f"/subscriptions/{row.id}/delete", really="yes")
    assert api.fakes.subscriptions.rows == {}


async def test_what_is_wrong_with_a_subscription_is_said_on_the_page(api: Api) -> None:
    assert "不允许推送" in await html(api, "/subscriptions", 422, target="http://127.0.0.1/", conditions="new")
    assert "至少选择一种变动" in await html(api, "/subscriptions", 422, target=HOOK)
    assert "最低金额" in await html(api, "/subscriptions", 422, target=HOOK, conditions="new", least_amount="很多")
