"""A unit's token through the real services: it hands in, sees its subtree and no doubt of our reading, and no more."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from jixiao_cli.local.broker import Broker
from jixiao_cli.local.database import Database
from jixiao_gateway.scope import is_told
from tests.fakes.receiver import Receiver
from tests.system.pipeline import PIPE, Pipeline, all_ready, kept_alive, until
from tests.system.reports import report
from tests.system.test_journey import LOOPBACK_ALLOWED, Site

STREET, CENTRE, SCHOOL = "云溪区青禾街道办事处", "云溪区青禾街道综治中心", "云溪区教育局"
BUREAU = "审核科"
UNIT_OF = {"街道": STREET, "综治": CENTRE, "教育": SCHOOL}
TOKEN_OF = {BUREAU: "bureau", "街道": "street", "综治": "centre", "教育": "school"}
TOKENS = ",".join(f"{name}:{token}:{UNIT_OF.get(name, '')}".rstrip(":") for name, token in TOKEN_OF.items())
LOST_ROW = "\t\t成本\t总成本\t≤20万元\t18万元\t5\t5\t\n"
LOW, DOUBT = "EXEC-LOW", "ROW-LOST"


@dataclass
class House:
    """The running product as each caller meets it. ``forms``, ``uploads``: by unit; ``alerts``: by (unit, rule)."""

    sites: Mapping[str, Site]
    receivers: Mapping[str, Receiver]
    uploads: dict[str, str] = field(default_factory=dict)
    forms: dict[str, str] = field(default_factory=dict)
    alerts: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    async def page(self, name: str, path: str) -> tuple[int, str]:
        """What a caller gets at an address."""
        async with self.sites[name].session.get(path, headers={"Accept": "text/html"}) as answer:
            return answer.status, await answer.text()

    def own_words(self, unit: str) -> list[str]:
        """What only those who may see the unit can know."""
        return [unit, self.forms[unit], *(each["alert_id"] for (of, _), each in self.alerts.items() if of == unit)]


def form_of(project: int, unit: str, above: str) -> str:
    """A form of a unit that spent little of its money."""
    text = report(project, spent=False).decode().replace(f"实施单位:\t{STREET}", f"实施单位:\t{unit}")
    return text.replace(f"一级预算单位:\t{STREET}", f"一级预算单位:\t{above}")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(broker: Broker, database: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Four services; centre and school have subscribed and handed in a form each, the centre's with a row lost."""
    folder = tmp_path_factory.mktemp("units")
    settings = LOOPBACK_ALLOWED | {"JIXIAO_API_TOKENS": TOKENS, "JIXIAO_REQUIRE_TOKEN": "1"}
    async with AsyncExitStack() as stack:
        pipeline = await stack.enter_async_context(Pipeline.fresh(broker, database))
        services = [pipeline.service(name, folder, **settings) for name in (*PIPE, "gateway")]
        await stack.enter_async_context(kept_alive(services))
        sites = {}
        for name in (BUREAU, *UNIT_OF):
            headers = {"Authorization": f"Bearer {TOKEN_OF[name]}"}
            session = aiohttp.ClientSession(services[-1].url, headers=headers)
            sites[name] = Site(await stack.enter_async_context(session))
        receivers = {name: await stack.enter_async_context(Receiver()) for name in UNIT_OF}
        await all_ready(services)
        house = House(sites, receivers)
        await subscribe(house)
        await hand_in(house, "综治", form_of(2001, CENTRE, STREET).replace(LOST_ROW, ""))
        await hand_in(house, "教育", form_of(2002, SCHOOL, SCHOOL))
        await remember(house)
        yield house


async def subscribe(house: House) -> None:
    """Each unit asks for everything that it may be told."""
    for name, receiver in house.receivers.items():
        wanted = {"target": receiver.url, "least_severity": "notice"}
        async with house.sites[name].session.post("/api/v1/subscriptions", json=wanted) as answer:
            assert answer.status == 201, await answer.text()


async def hand_in(house: House, name: str, text: str) -> None:
    """A unit's token uploads; the upload comes to its end."""
    accepted = await house.sites[name].upload(text.encode(), f"{name}自评表.txt")
    ended = await house.sites[name].ended(accepted["upload_id"])
    unit = UNIT_OF[name]
    house.uploads[unit], house.forms[unit] = accepted["upload_id"], ended["forms"][0]["form_id"]


async def remember(house: House) -> None:
    """The alerts as the bureau sees them, once all are there."""
    expected = {(CENTRE, LOW), (CENTRE, DOUBT), (SCHOOL, LOW)}

    async def are_there() -> bool:
        rows = (await house.sites[BUREAU].get("/alerts", limit="500"))["items"]
        house.alerts = {(row["unit_name"], row["rule"]): row for row in rows}
        return expected <= house.alerts.keys()

    await until(are_there, 60, lambda: asyncio.sleep(0, sorted(house.alerts)))
    for alert in house.alerts.values():
        alert["finding"] = (await house.sites[BUREAU].get(f"/alerts/{alert['alert_id']}"))["finding"]


@pytest.mark.parametrize(("name", "units"), [("街道", [CENTRE]), ("综治", [CENTRE]), ("教育", [SCHOOL])])
async def test_lists_hold_the_subtree_and_no_doubt(house: House, name: str, units: list[str]) -> None:
    site = house.sites[name]
    for path in ("/forms", "/findings", "/alerts"):
        items = (await site.get(path, limit="500"))["items"]
        assert {each["unit_name"] for each in items} == set(units), path
        assert DOUBT not in json.dumps(items), path
    own = [house.uploads[unit] for unit in units if UNIT_OF[name] == unit]
    assert [each["id"] for each in (await site.get("/uploads"))["items"]] == own
    everything = (await house.sites[BUREAU].get("/alerts", limit="500"))["items"]
    assert {each["unit_name"] for each in everything} == {CENTRE, SCHOOL}


@pytest.mark.parametrize("name", [BUREAU, *UNIT_OF])
async def test_pages_and_details_are_there_for_those_who_may_see_them(house: House, name: str) -> None:
    """The doubt's own page for the bureau alone; no page tells a unit of it."""
    allowed = {BUREAU: (CENTRE, SCHOOL), "街道": (CENTRE,), "综治": (CENTRE,), "教育": (SCHOOL,)}[name]
    for (unit, rule), alert in house.alerts.items():
        seen = unit in allowed and (name == BUREAU or is_told(alert["finding"]))
        for path in (f"/alerts/{alert['alert_id']}", f"/api/v1/alerts/{alert['alert_id']}"):
            status, text = await house.page(name, path)
            assert status == (200 if seen else 404), (rule, path)
    for unit, form in house.forms.items():
        for path in (f"/forms/{form}", f"/api/v1/forms/{form}"):
            status, text = await house.page(name, path)
            assert status == (200 if unit in allowed else 404), path
            assert (DOUBT in text) == (name == BUREAU and unit == CENTRE), path
    for path in ("/", "/alerts", "/parts/overview", "/subscriptions"):
        status, text = await house.page(name, path)
        assert status == 200
        hidden = [word for unit in {CENTRE, SCHOOL} - set(allowed) for word in house.own_words(unit)]
        assert not [word for word in hidden if word in text], path
        assert name == BUREAU or house.alerts[CENTRE, DOUBT]["sentence"] not in text, path


async def test_the_first_page_counts_what_may_be_seen(house: House) -> None:
    raised = [each for (unit, _), each in house.alerts.items() if unit == CENTRE]
    told = [each for each in raised if is_told(each["finding"])]
    assert len(told) < len(raised)
    for name, counted in (("综治", told), (BUREAU, raised)):
        _, text = await house.page(name, "/")
        assert f"已预警 {len(counted)} 条" in text


@pytest.mark.parametrize(
    ("name", "units"), [(BUREAU, {CENTRE, SCHOOL}), *((n, {CENTRE}) for n in ("街道", "综治")), ("教育", {SCHOOL})]
)
async def test_the_live_stream_tells_each_his_own(house: House, name: str, units: set[str]) -> None:
    """From the beginning, up to an upload of the caller's own that comes last."""
    last = await house.sites[name].upload(f"没有表 {name}".encode(), "末.txt")
    seen = []
    async for _, kind, data in house.sites[name].events(after="0"):
        if kind == "reports.uploaded" and data["id"] == last["upload_id"]:
            break
        seen.append((kind, data))
    told = {data["identity"]["unit_name"] for _, data in seen if "identity" in data}
    assert told == units
    assert (DOUBT in json.dumps(seen)) == (name == BUREAU)
    uploaders = {data["uploader"] for kind, data in seen if kind == "reports.uploaded"}
    assert name == BUREAU or uploaders <= {name}


async def test_an_attachment_goes_to_those_who_see_its_alert(house: House) -> None:
    alert = house.alerts[CENTRE, LOW]["alert_id"]
    form = aiohttp.FormData({"handling": "returned", "note": "请核对执行数"})
    form.add_field("files", "退回意见".encode(), filename="意见.txt", content_type="text/plain")
    async with house.sites[BUREAU].session.post(f"/api/v1/alerts/{alert}/commands", data=form) as answer:
        assert answer.status in (200, 202), await answer.text()
    found: list[str] = []

    async def is_there() -> bool:
        history = (await house.sites[BUREAU].get(f"/alerts/{alert}"))["history"]
        found.extend(
            each["document_id"] for change in history for each in (change["command"] or {}).get("attachments", [])
        )
        return bool(found)

    await until(is_there, 60)
    for name, status in ((BUREAU, 200), ("街道", 200), ("综治", 200), ("教育", 404)):
        async with house.sites[name].session.get(f"/api/v1/alerts/{alert}/attachments/{found[0]}") as answer:
            assert answer.status == status, name
    command = {"handling": "closed"}
    for name, status in (("综治", 403), ("教育", 404)):
        async with house.sites[name].session.post(f"/api/v1/alerts/{alert}/commands", json=command) as answer:
            assert answer.status == status, name


async def test_subscribers_are_told_of_their_subtree_and_of_no_doubt(house: House) -> None:
    """Each its own message; what the other's upload brought has been delivered too, so nothing more is to come."""
    bodies = {}
    for name, receiver in house.receivers.items():
        bodies[name] = b"".join(each.body for each in await receiver.wait_for(1, 60)).decode()
    for name, unit, other in (("街道", CENTRE, SCHOOL), ("综治", CENTRE, SCHOOL), ("教育", SCHOOL, CENTRE)):
        assert unit in bodies[name] and other not in bodies[name] and DOUBT not in bodies[name]
    await asyncio.sleep(0.5)
    assert [len(each.received) for each in house.receivers.values()] == [1, 1, 1]


async def test_a_merged_unit_is_seen_and_told_as_the_one_that_it_came_to(house: House) -> None:
    """The bureau hands in under a name that nobody knows, and merges it; then another version comes."""
    bureau, other = house.sites[BUREAU], "青禾街道综治办"
    accepted = await bureau.upload(form_of(2003, other, other).encode(), "又名.txt")
    [form] = (await bureau.ended(accepted["upload_id"]))["forms"]
    path = f"/api/v1/forms/{form['form_id']}"
    assert (await house.page("综治", path))[0] == 404
    async with bureau.session.put(f"/api/v1/units/{other}/merge", json={"into": CENTRE}) as answer:
        assert answer.status == 200, await answer.text()
    assert [(await house.page(name, path))[0] for name in ("综治", "街道", "教育")] == [200, 200, 404]
    before = len(house.receivers["街道"].received)
    later = await bureau.upload(form_of(2004, other, other).encode(), "又名二.txt")
    [form] = (await bureau.ended(later["upload_id"]))["forms"]
    assert (await house.page("综治", f"/api/v1/forms/{form['form_id']}"))[0] == 200
    for name in ("街道", "综治"):
        received = await house.receivers[name].wait_for(before + 1, 60)
        assert other in received[-1].body.decode()


async def test_a_form_of_a_stranger_waits_until_the_bureau_adopts_it(house: House) -> None:
    """The centre hands in a form that names the school: nothing is raised or told until a reviewer adopts it."""
    bureau, centre, school = (house.sites[name] for name in (BUREAU, "综治", "教育"))
    before = len(house.receivers["教育"].received)
    accepted = await centre.upload(form_of(2005, SCHOOL, SCHOOL).encode(), "他人的表.txt")
    assert (await centre.ended(accepted["upload_id"]))["forms"] == [], "what is outside its subtree it does not see"
    held: list[dict[str, Any]] = []

    async def is_held() -> bool:
        held[:] = (await bureau.get("/alerts", rule="VERSION-HELD"))["items"]
        return bool(held)

    await until(is_held, 60)
    [alert] = held
    form = f"/forms/{alert['form_id']}"
    for site, name, count in ((bureau, BUREAU, 1), (school, "教育", 0), (centre, "综治", 0)):
        assert len((await site.get("/alerts", rule="VERSION-HELD"))["items"]) == count
        status, text = await house.page(name, form)
        assert ("采用该版本" in text) == (count == 1) and status == (404 if name == "综治" else 200)
    assert (await bureau.get("/alerts", form_id=alert["form_id"], rule=LOW))["items"] == []
    adopted = {"handling": "acknowledged", "seen": alert["form_id"], "back": form}
    async with bureau.session.post(f"/alerts/{alert['alert_id']}", data=adopted) as answer:
        assert answer.status == 200 and "现行版本" in await answer.text()
    await house.receivers["教育"].wait_for(before + 1, 60)
    assert len((await school.get("/alerts", form_id=alert["form_id"], rule=LOW))["items"]) == 1
    assert "VERSION-HELD" not in house.receivers["教育"].received[-1].body.decode()


async def test_a_subscription_cannot_reach_outside(house: House) -> None:
    for unit, status in ((SCHOOL, 403), (CENTRE, 201)):
        wanted = {"target": house.receivers["综治"].url, "unit": unit, "rhythm": "daily", "hour": 3}
        async with house.sites["综治"].session.post("/api/v1/subscriptions", json=wanted) as answer:
            assert answer.status == status, unit
