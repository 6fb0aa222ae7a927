"""Units: the bureau merges a provisional one into the one that it is; everybody sees what is his."""

from typing import Any

import pytest

from tests.unit.gateway import builders
from tests.unit.gateway.conftest import Api, StartApi
from tests.unit.gateway.test_pages import html
from tests.unit.gateway.test_subscriptions import HOOK, TOKENS, V1, bearer

UNIT = builders.identity().unit
OTHER = "水务局本级"


@pytest.fixture
async def api(start_api: StartApi) -> Api:
    """A registered unit with a form, and a provisional one that is the same office."""
    api = await start_api(tokens=TOKENS, need_token=True, loopback=False)
    api.fakes.units.parent = {UNIT: "青禾区", "青禾区教育局": "青禾区", OTHER: None, '"><b>所': None}
    api.fakes.units.registered = {UNIT, "青禾区教育局"}
    api.fakes.units.aliases = {"区水务": UNIT}
    return api


async def put(api: Api, key: str, into: str, status: int, token: str = "bureau") -> Any:
    async with api.http.put(f"{V1}/units/{key}/merge", json={"into": into}, **bearer(token)) as answer:
        assert answer.status == status, await answer.text()
        return await answer.json()


async def test_a_provisional_unit_is_merged_and_parted(api: Api) -> None:
    first = (await api.get(f"{V1}/units", **bearer("bureau")))["items"][0]
    assert (first["key"], first["provisional"], first["merged_into"]) == (OTHER, True, None)
    assert (await put(api, OTHER, "区水务", 200))["merged_into"] == UNIT
    assert api.fakes.units.merged == {OTHER: UNIT}
    async with api.http.delete(f"{V1}/units/{OTHER}/merge", **bearer("bureau")) as answer:
        assert answer.status == 204
    assert api.fakes.units.merged == {}


@pytest.mark.parametrize(
    ("key", "into", "status", "says"),
    [
        (UNIT, "青禾区教育局", 409, "名册中的单位"),
        (OTHER, OTHER, 409, "本单位"),
        (OTHER, "没有的单位", 404, "没有的单位"),
        ("没有的单位", UNIT, 404, "没有的单位"),
    ],
)
async def test_what_cannot_be_merged(api: Api, key: str, into: str, status: int, says: str) -> None:
    assert says in (await put(api, key, into, status))["detail"]
    assert api.fakes.units.merged == {}


async def test_units_are_the_bureaus_to_merge(api: Api) -> None:
    """A unit sees its own subtree in the register and changes nothing."""
    await put(api, OTHER, UNIT, 403, "water")
    await put(api, UNIT, OTHER, 403, "water")
    listed = (await api.get(f"{V1}/units", **bearer("water")))["items"]
    assert [unit["key"] for unit in listed] == [UNIT]
    for path, token, status in (("/units", "water", 403), ("/units", "bureau", 200), ("/", "water", 200)):
        async with api.http.get(path, headers=bearer(token)["headers"] | {"Accept": "text/html"}) as answer:
            assert answer.status == status
            assert ('href="/units"' in await answer.text()) == (token == "bureau")


async def test_what_was_merged_belongs_to_the_subtree(api: Api) -> None:
    """The merged unit's forms are there for whoever sees the unit that it came to, by its aliases too."""
    detail = builders.form_detail()
    api.fakes.forms.details[detail.row.form_id] = detail._replace(row=detail.row._replace(unit=OTHER))
    path = f"{V1}/forms/{detail.row.form_id}"
    await api.get(path, 404, **bearer("water"))
    await put(api, OTHER, UNIT, 200)
    await api.get(path, 200, **bearer("water"))
    await api.get(path, 404, **bearer("school"))


async def test_a_token_that_names_an_alias_is_the_units_own(start_api: StartApi) -> None:
    api = await start_api(tokens=("所:x:区水务",), need_token=True, loopback=False)
    api.fakes.units.parent, api.fakes.units.aliases = {UNIT: None}, {"区水务": UNIT}
    detail = builders.form_detail()
    api.fakes.forms.details[detail.row.form_id] = detail
    await api.get(f"{V1}/forms/{detail.row.form_id}", 200, **bearer("x"))
    made = await api.post(f"{V1}/subscriptions", 201, json={"target": HOOK}, **bearer("x"))
    assert made["bound"] == UNIT
    assert len((await api.get(f"{V1}/subscriptions", **bearer("x")))["items"]) == 1


async def test_the_page_merges_and_parts(start_api: StartApi) -> None:
    api = await start_api()
    api.fakes.units.parent = {UNIT: "青禾区", OTHER: None, '"><b>所': None}
    api.fakes.units.registered = {UNIT}
    page = await html(api, "/units")
    assert "<b>所" not in page and page.index(OTHER) < page.index("名册单位")
    page = await html(api, "/units/merge", key=OTHER, into=UNIT, name="水务")
    assert f"已并入 {UNIT}" in page and 'value="水务"' in page and "&lt;b&gt;" in page
    assert "撤销合并" not in await html(api, "/units/merge", key=OTHER)
    assert "没有找到单位" in await html(api, "/units/merge", 404, key=OTHER, into="没有的单位")
