"""The gateway's store on what the other services left, through their views."""

import json
from datetime import timedelta
from typing import Any, cast

import asyncpg

from jixiao.events import AlertChanged
from jixiao.events.models import Condition, Handling
from jixiao.findings import Cause
from jixiao_gateway.store import Store
from jixiao_gateway.store.alerts import Order, place
from jixiao_gateway.store.events import LiveEvent
from jixiao_gateway.store.query import encode_cursor
from tests.contract.leaving import leave_alert, leave_units, read_upload, refuse_form, score_form
from tests.unit.gateway import builders


async def test_an_upload_comes_to_its_end_through_the_views_of_the_others(
    real: Store, others: dict[str, asyncpg.Connection]
) -> None:
    await real.uploads.add([builders.upload()])
    await read_upload(others["parser"], 1, forms=2)
    assert await state(real) == "read"
    await score_form(others["scorer"], 1)
    assert await state(real) == "read"
    await refuse_form(others["scorer"], 1, 2)
    assert await state(real) == "scored"
    await real.events.append(told_changes())
    [row] = await real.uploads.page(None, 10)
    assert (row.forms, row.scored, row.refused, row.warned, row.told) == (2, 1, 1, 2, 1)
    forms = await real.forms.of_uploads([row.id])
    assert [(form.ordinal, form.state) for form in forms] == [(1, "scored"), (2, "dead_lettered")]
    assert json.loads(forms[0].severities or "") == {"serious": 1} and forms[1].refusal == "无法复核"


async def test_an_upload_waits_for_its_accounts_too(real: Store, others: dict[str, asyncpg.Connection]) -> None:
    await real.uploads.add([builders.upload()])
    await read_upload(others["parser"], 1, forms=1)
    await others["parser"].execute("UPDATE uploads SET accounts = 1 WHERE upload_id = $1", builders.upload().id)
    await score_form(others["scorer"], 1)
    assert await state(real) == "read"
    await refuse_form(others["scorer"], 1, 0)
    assert await state(real) == "scored"
    [row] = await real.uploads.page(None, 10)
    assert (row.forms, row.accounts, row.read) == (1, 1, 2)


def told_changes() -> list[LiveEvent]:
    """An alert, the same handled, a doubt, and one that this upload corrected."""
    new = builders.changed(builders.uuid(1), builders.uuid(2))
    doubt = new.after.finding.model_copy(update={"cause": Cause.EXTRACTION_DOUBT})
    states = [
        (1, new.after),
        (1, new.after.model_copy(update={"handling": Handling.ACKNOWLEDGED})),
        (3, new.after.model_copy(update={"finding": doubt})),
        (4, new.after.model_copy(update={"condition": Condition.FIXED})),
    ]
    changes = [new.model_copy(update={"alert_id": builders.uuid(alert), "after": after}) for alert, after in states]
    return [
        LiveEvent(builders.uuid(20 + at), "alerts.changed", builders.NOON, builders.upload().id, each.model_dump_json())
        for at, each in enumerate(changes)
    ]


async def state(store: Store) -> str:
    row = await store.uploads.get(builders.upload().id)
    assert row is not None
    return row.state


async def test_an_upload_that_only_the_parser_knows_is_found(
    real: Store, others: dict[str, asyncpg.Connection]
) -> None:
    await read_upload(others["parser"], 1, forms=0, state="no_form")
    row = await real.uploads.get(builders.upload().id)
    assert row is not None and (row.state, row.name) == ("no_form", builders.upload().name)
    await real.uploads.add([builders.upload(), builders.upload(2)])
    listed = await real.uploads.page(None, 10)
    assert [row.id for row in listed] == [builders.upload(2).id, builders.upload().id]


async def test_forms_and_findings_are_read_with_filters(real: Store, others: dict[str, asyncpg.Connection]) -> None:
    for number in (1, 2):
        await read_upload(others["parser"], number, forms=1)
        await score_form(others["scorer"], number)
    detail = await real.forms.get(builders.form_detail().row.form_id)
    assert detail is not None and json.loads(detail.findings or "")[0]["rule"] == "EXEC-LOW"
    as_read = detail.row._replace(scored_at=None, severities=None, told=None)
    assert as_read == builders.form_detail().row._replace(scored_at=None, severities=None, told=None)
    newest = builders.form_detail(2).row.form_id
    assert [row.form_id for row in await real.forms.page(None, 1)] == [newest]
    for filters, count in (
        ({"unit": "水务"}, 2),
        ({"unit": "教育"}, 0),
        ({"upload_id": builders.upload().id}, 1),
        ({"year": "2023"}, 2),
        ({"project": "other"}, 0),
        ({"within": [builders.identity().unit, "x"]}, 2),
        ({"within": ["x"], "year": "2023"}, 0),
    ):
        assert len(await real.forms.page(None, 10, cast(Any, filters))) == count, filters
        assert len(await real.forms.findings(None, 10, cast(Any, filters))) == count, filters
    for filters, count in (({"rule": "EXEC-LOW"}, 2), ({"rule": "FUND-SUM"}, 0), ({"severity": "serious"}, 2)):
        assert len(await real.forms.findings(None, 10, cast(Any, filters))) == count, filters
    first = (await real.forms.findings(None, 1))[0]
    cursor = encode_cursor(first.scored_at, first.form_id, -first.position)
    [second] = await real.forms.findings(cursor, 10)
    assert second.form_id != first.form_id
    assert await real.forms.lights() == {1: 2}
    assert await real.forms.lights(frozenset({builders.identity().unit})) == {1: 2}
    assert await real.forms.lights(frozenset({"x"})) == {}
    document = await real.forms.document(builders.upload().document_id)
    assert document is not None and (document.size, document.media_type) == (6, "text/plain")
    assert await real.forms.document("0" * 64) is None


async def test_a_doubt_is_not_shown_outside_the_bureau(real: Store, others: dict[str, asyncpg.Connection]) -> None:
    """Neither as a finding, nor as a warning, nor by the light of its form."""
    await read_upload(others["parser"], 1, forms=1)
    await score_form(others["scorer"], 1)
    await leave_alert(others["alerts"])
    await others["scorer"].execute("UPDATE findings SET cause = 'extraction_doubt'")
    await others["alerts"].execute("UPDATE alerts SET is_doubt = true")
    within = {"within": [builders.identity().unit]}
    assert await real.forms.findings(None, 10, within) == []
    assert await real.alerts.page(None, 10, within) == []
    units = frozenset({builders.identity().unit})
    assert (await real.forms.lights(units), await real.forms.lights()) == ({4: 1}, {3: 1})
    [form] = await real.forms.page(None, 10, within)
    assert (json.loads(form.told or ""), json.loads(form.severities or "")) == ({}, {"serious": 1})


async def test_the_versions_of_a_form(real: Store, others: dict[str, asyncpg.Connection]) -> None:
    """The newest admitted one is in force; what holds a version is told with what was said to it."""
    conn, alert = others["alerts"], builders.alert_row()
    await leave_alert(conn)
    held = builders.version(2)
    await conn.execute(
        """INSERT INTO versions SELECT $1, identity_key, project, year, kind, $2, $3, document_id, 1, identity, '[]',
                                       1, '' FROM versions""",
        held.form_id, held.upload_id, held.uploaded_at,
    )  # fmt: skip
    one, two = builders.version(1).form_id, held.form_id
    assert [(row.form_id, row.state) for row in await real.versions.of_form(one)] == [
        (two, "in_force"), (one, "replaced"),
    ]  # fmt: skip
    await conn.execute("UPDATE versions SET admitted = false, held_by = $2 WHERE form_id = $1", two, alert.alert_id)
    rows = await real.versions.of_form(two)
    assert [(row.form_id, row.state) for row in rows] == [(two, "held"), (one, "in_force")]
    assert (rows[0].held_by, rows[0].handling, rows[0].why) == (alert.alert_id, "open", alert.sentence)
    assert await real.versions.of_form(builders.uuid(404)) == []


async def test_a_subtree_is_all_that_stands_under_a_unit(real: Store, others: dict[str, asyncpg.Connection]) -> None:
    parents = {"青禾区": None, "教育局": "青禾区", "一小": "教育局", "水务局": "青禾区", "甲": "乙", "乙": "甲"}
    await others["parser"].execute("TRUNCATE units CASCADE")
    for key, parent in parents.items():
        await others["parser"].execute(
            "INSERT INTO units (key, name, parent) VALUES ($1, $1 || '（本级）', $2)", key, parent
        )
    assert await real.units.parents() == parents
    await others["parser"].execute(
        "INSERT INTO unit_names SELECT key, key FROM units UNION ALL SELECT '区教育', '教育局'"
    )
    await others["parser"].execute("UPDATE units SET parent = '区教育' WHERE key = '一小'")
    assert await real.units.parents() == parents, "called by another name"
    assert await real.units.within("教育局") == {"教育局", "一小"}
    assert await real.units.within("青禾区") == {"青禾区", "教育局", "一小", "水务局"}
    assert await real.units.within("甲") == {"甲", "乙"}
    assert await real.units.within("不在册") == {"不在册"}
    assert await real.units.find("水务局（本级）", "水务局本级") == "水务局"
    assert await real.units.find("不在册", "不在册") is None


async def test_a_merged_unit_is_the_one_that_it_came_to(real: Store, others: dict[str, asyncpg.Connection]) -> None:
    """For those who look it up and in subtrees; a chain is followed, a circle refused, and a merge undone."""
    await leave_units(
        others["parser"], {"区府": None, "水务局": "区府", "区水务": None, "河湖所": "区水务", "水利": None}
    )
    units = real.units
    assert await units.merge("水利", "区水务", "审核科", builders.NOON)
    assert await units.merge("区水务", "水务局", "审核科", builders.NOON)
    for circle in ("水利", "区水务", "水务局"):
        assert not await units.merge("水务局", circle, "审核科", builders.NOON)
    for name in ("水务局", "区水务", "水利", "水利的别名"):
        assert (await units.resolve(name), await units.find(name, name)) == ("水务局", "水务局")
    assert await units.resolve("不在册") == "不在册"
    assert await units.within("区府") == {"区府", "水务局", "区水务", "河湖所", "水利"}
    assert (await units.parents())["水利"] == "水务局"
    published = await others["alerts"].fetch("SELECT * FROM gateway_views.unit_merges ORDER BY unit")
    assert [tuple(row) for row in published] == [("区水务", "水务局"), ("水利", "水务局")]
    await units.part("区水务")
    assert (await units.resolve("区水务"), await units.resolve("水利")) == ("区水务", "区水务")


async def test_units_are_listed_with_those_first_that_wait_for_a_decision(
    real: Store, others: dict[str, asyncpg.Connection]
) -> None:
    conn = others["parser"]
    await leave_units(conn, {"甲": None, "乙": "甲", "丙": None, "": None})
    await conn.execute("UPDATE units SET provisional = false, code = '101' WHERE key = '甲'")
    await read_upload(conn, 1, forms=2)
    await conn.execute("UPDATE forms SET unit = '丙'")
    await real.units.merge("乙", "甲", "审核科", builders.NOON)
    rows = await real.units.page(None, 10)
    assert [(row.key, row.open, row.forms) for row in rows] == [("丙", True, 2), ("甲", False, 0), ("乙", False, 0)]
    assert (rows[1].code, rows[1].provisional, rows[1].aliases) == ("101", False, ["甲的别名"])
    assert (rows[2].merged_into, rows[2].merged_by, rows[2].merged_at) == ("甲", "审核科", builders.NOON)
    cursor = encode_cursor(rows[0].open, rows[0].key)
    assert await real.units.page(cursor, 10) == rows[1:]
    for filters, keys in (
        ({"name": "甲"}, "甲"),
        ({"within": ["乙"]}, "乙"),
        ({"open": True}, "丙"),
        ({"key": "x"}, ""),
    ):
        assert "".join(row.key for row in await real.units.page(None, 10, cast(Any, filters))) == keys
    assert await real.units.get("甲") == rows[1] and await real.units.get("x") is None


async def test_alerts_by_money_and_what_follows_under_its_first(
    real: Store, others: dict[str, asyncpg.Connection]
) -> None:
    """What nobody knows the money of comes last; what follows from a warning that the caller does not see leads."""
    conn, first = others["alerts"], builders.alert_row()
    await leave_alert(conn)
    for number, rule, amount, follows in ((1, "A", 5, "EXEC-LOW"), (2, "B", None, None), (3, "C", 10**12, None)):
        await conn.execute(
            """INSERT INTO alerts SELECT $1, identity_key, project, year, kind, unit, unit_name, project_name, $2,
                   stage, severity, condition, handling, deadline, sentence, stated, computed, $3, is_doubt, $4,
                   form_id, upload_id, state, changed_at FROM alerts WHERE alert_id = $5""",
            builders.uuid(5000 + number), rule, amount, follows, first.alert_id,
        )  # fmt: skip

    async def listed(filters: dict[str, Any]) -> str:
        found, cursor = [], None
        while rows := await real.alerts.page(cursor, 1, filters, Order.AMOUNT):
            found.append(rows[0].rule)
            cursor = encode_cursor(*place(rows[0], Order.AMOUNT))
        return " ".join(found)

    assert await listed({}) == "C EXEC-LOW A B"
    assert await listed({"leading": "bureau"}) == "C EXEC-LOW B"
    assert await listed({"follows_in": [first.form_id]}) == "A"
    await conn.execute("UPDATE alerts SET is_doubt = rule = 'EXEC-LOW'")
    unit = {"within": [first.unit], "leading": "unit"}
    assert (await listed(unit), await listed({"leading": "bureau"})) == ("C A B", "C EXEC-LOW B")


async def test_alerts_and_deliveries_are_read(real: Store, others: dict[str, asyncpg.Connection]) -> None:
    alert, conn = builders.alert_row(), others["alerts"]
    await leave_alert(conn)
    assert await real.alerts.get(alert.alert_id) == alert._replace(finding=(await real.alerts.page(None, 1))[0].finding)
    for filters, count in (
        ({"unit": "水务"}, 1),
        ({"severity": "notice"}, 0),
        ({"rule": "EXEC-LOW", "condition": "new", "handling": "open"}, 1),
        ({"form_id": alert.form_id, "upload_id": builders.upload().id}, 1),
        ({"year": "2022"}, 0),
        ({"project": alert.project}, 1),
        ({"within": [alert.unit], "year": "2023"}, 1),
        ({"within": ["x"]}, 0),
        ({"overdue": False}, 1),
        ({"overdue": True}, 0),
        ({"follows": "EXEC-LOW"}, 0),
    ):
        assert len(await real.alerts.page(None, 10, cast(Any, filters))) == count, filters
    [change] = await real.alerts.history(alert.alert_id)
    assert await real.alerts.page(None, 10, {"follows_in": [alert.form_id]}) == []
    assert json.loads(change.change)["after"]["condition"] == "new"
    for since, rules, count in ((0, None, 1), (0, ["EXEC-LOW"], 1), (0, ["FUND-SUM"], 0), (1, None, 0)):
        asked = real.alerts.changes_since(change.changed_at + timedelta(seconds=since), rules, 10)
        assert [AlertChanged.model_validate_json(text).alert_id async for text in asked] == [alert.alert_id] * count
    [delivery] = await real.subscriptions.deliveries(builders.uuid(1), None, 10)
    assert await real.subscriptions.told([delivery.delivery_id]) == [(delivery.delivery_id, alert.alert_id)]
    [attempt] = await real.subscriptions.attempts([delivery.delivery_id])
    assert (delivery.state, attempt.outcome, attempt.detail) == ("pending", "status", "HTTP 500")
