"""The gateway's store on the real database; its own tables also on the fake."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

import asyncpg
import pytest

from jixiao.events import AlertChanged
from jixiao.events.models import Condition, Handling
from jixiao.findings import Cause
from jixiao.runtime.postgres import connect_pool
from jixiao_gateway.store import Store
from jixiao_gateway.store.events import EventStore, LiveEvent
from jixiao_gateway.store.query import encode_cursor
from jixiao_gateway.store.subscriptions import SubscriptionRow
from tests.unit.gateway import builders
from tests.unit.gateway.fakes import FakeEvents, FakeSubscriptions, FakeUploads


@dataclass(frozen=True)
class OwnTables:
    uploads: FakeUploads
    subscriptions: FakeSubscriptions
    events: FakeEvents


@pytest.fixture
async def real(clean_database: dict[str, str]) -> AsyncIterator[Store]:
    """The store on empty tables of its own."""
    pool = await connect_pool(clean_database["gateway"], "test")
    await pool.execute("TRUNCATE uploads, events, subscriptions, unit_merges RESTART IDENTITY CASCADE")
    yield Store.on(pool)
    await pool.close()


@pytest.fixture(params=["fake", "real"])
def store(request: pytest.FixtureRequest, real: Store) -> Store:
    """What both backends must do alike."""
    return real if request.param == "real" else cast(Store, OwnTables(FakeUploads(), FakeSubscriptions(), FakeEvents()))


@pytest.fixture
async def others(clean_database: dict[str, str]) -> AsyncIterator[dict[str, asyncpg.Connection]]:
    """Connections of the other services, on empty tables."""
    tables = {"parser": "documents, dead_letters", "scorer": "assessments, dead_letters", "alerts": "versions"}
    connections = {name: await asyncpg.connect(clean_database[name]) for name in tables}
    for name, emptied in tables.items():
        await connections[name].execute(f"TRUNCATE {emptied} CASCADE")
    yield connections
    for connection in connections.values():
        await connection.close()


def live_event(number: int, kind: str = "reports.scored") -> LiveEvent:
    at = builders.NOON + timedelta(minutes=number)
    return LiveEvent(builders.uuid(number), kind, at, builders.upload().id, json.dumps({"名": number}))


def subscription(number: int) -> SubscriptionRow:
    return SubscriptionRow(
        id=builders.uuid(number),
        subscriber="甲",
        channel="webhook",
        target="https://8.8.8.8/hook",
        secret="whsec_x",
        unit=None,
        project=None,
        rules=["EXEC-LOW"],
        least_severity="warning",
        least_amount=Decimal("10000.00"),
        conditions=["new", "worse"],
        paused=False,
        created_at=builders.NOON + timedelta(minutes=number),
    )


async def test_an_upload_is_written_once_and_found(store: Store) -> None:
    upload = builders.upload()
    await store.uploads.add([upload])
    await store.uploads.add([upload, builders.upload(2)])
    row = await store.uploads.get(upload.id)
    assert row is not None and row.state == "received"
    assert row._asdict().items() >= upload.model_dump().items()
    assert await store.uploads.get(builders.uuid(99)) is None
    assert len(await store.uploads.page(None, 10)) == 2


async def test_uploads_are_paged_newest_first_and_filtered(store: Store) -> None:
    uploads = [builders.upload(number, b"same" if number == 3 else b"other") for number in range(1, 6)]
    await store.uploads.add(uploads)
    first = await store.uploads.page(None, 3)
    cursor = encode_cursor(first[-1].uploaded_at, first[-1].id)
    rest = await store.uploads.page(cursor, 3)
    assert [row.id for row in first + rest] == [upload.id for upload in reversed(uploads)]
    same = await store.uploads.page(None, 10, {"document_id": uploads[2].document_id})
    assert [row.id for row in same] == [uploads[2].id]
    assert await store.uploads.page(None, 10, {"uploader": "乙"}) == []


async def test_events_are_numbered_in_order_and_never_twice(store: Store) -> None:
    await store.events.append([live_event(1), live_event(2)])
    await store.events.append([live_event(2), live_event(3, "alerts.changed")])
    events = await store.events.after(0, 10)
    assert [json.loads(event.data)["名"] for event in events] == [1, 2, 3]
    assert [event.seq for event in events] == sorted(event.seq for event in events)
    assert await store.events.last() == events[-1].seq
    assert [event.type for event in await store.events.after(events[1].seq, 10)] == ["alerts.changed"]
    assert len(await store.events.after(0, 2)) == 2


async def test_old_events_are_pruned(store: Store) -> None:
    await store.events.append([live_event(1), live_event(2)])
    await store.events.prune(builders.NOON + timedelta(minutes=2))
    assert [json.loads(event.data)["名"] for event in await store.events.after(0, 10)] == [2]


async def test_subscriptions_come_and_go(store: Store) -> None:
    rows = [subscription(number) for number in (1, 2, 3)]
    for row in rows:
        await store.subscriptions.add(row)
    first = await store.subscriptions.page(None, 2)
    cursor = encode_cursor(first[-1].created_at, first[-1].id)
    assert first + await store.subscriptions.page(cursor, 2) == rows[::-1]
    assert await store.subscriptions.get(rows[0].id) == rows[0]
    bound = rows[1]._replace(id=builders.uuid(9), bound="青禾区", rhythm="weekly", hour=9, weekday=1, link_only=True)
    await store.subscriptions.add(bound)
    assert await store.subscriptions.page(None, 9, {"bound": ["青禾区", "蓝湾区"]}) == [bound]
    changed = bound._replace(paused=True, enabled_at=builders.NOON)
    await store.subscriptions.change(changed._replace(target="https://elsewhere.example/"))
    assert await store.subscriptions.get(bound.id) == changed
    edited = changed._replace(target="https://elsewhere.example/", rules=None, least_amount=Decimal("1.00"))
    assert await store.subscriptions.replace(edited._replace(bound=None, paused=False))
    assert await store.subscriptions.get(bound.id) == edited._replace(revision=2)
    assert not await store.subscriptions.replace(edited._replace(target="https://too-late.example/"))
    assert not await store.subscriptions.replace(edited._replace(id=builders.uuid(99)))
    await store.subscriptions.ask_test(builders.uuid(8), bound.id, builders.NOON)
    await store.subscriptions.reseal(rows[0].id, "sealed:x")
    assert {key for key, _ in await store.subscriptions.unsealed()} == {rows[1].id, rows[2].id, bound.id}
    assert await store.subscriptions.delete(rows[0].id)
    assert not await store.subscriptions.delete(rows[0].id)
    assert await store.subscriptions.get(rows[0].id) is None


async def test_a_watcher_never_sees_a_larger_number_before_a_smaller_one(real: Store) -> None:
    """Many writers at once: what a reader has seen up to a number stays all there is up to that number."""
    seen: list[int] = []

    async def read(events: EventStore) -> None:
        while len(seen) < 60:
            seen.extend(event.seq for event in await events.after(seen[-1] if seen else 0, 100))
            await asyncio.sleep(0.001)

    async with asyncio.TaskGroup() as group:
        group.create_task(read(real.events))
        for number in range(60):
            group.create_task(real.events.append([live_event(number)]))
    assert seen == [event.seq for event in await real.events.after(0, 100)]


async def test_the_alerts_service_reads_subscriptions_with_these_columns(
    real: Store, others: dict[str, asyncpg.Connection]
) -> None:
    await real.subscriptions.add(subscription(1))
    [row] = await others["alerts"].fetch("SELECT * FROM gateway_views.subscriptions")
    assert tuple(row.keys()) == tuple(name for name in SubscriptionRow._fields if name != "revision")
    await real.subscriptions.ask_test(builders.uuid(8), row["id"], builders.NOON)
    [message] = await others["alerts"].fetch("SELECT * FROM gateway_views.test_messages")
    assert tuple(message) == (builders.uuid(8), row["id"], builders.NOON)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await others["alerts"].execute("DELETE FROM gateway.subscriptions")


async def read_upload(conn: asyncpg.Connection, number: int, forms: int, state: str = "read") -> None:
    """What the parser leaves of an upload."""
    upload = builders.upload(number)
    await conn.execute(
        "INSERT INTO documents (id, content, media_type) VALUES ($1, 'report', 'text/plain') ON CONFLICT DO NOTHING",
        upload.document_id,
    )
    await conn.execute(
        """INSERT INTO uploads (upload_id, document_id, name, uploader, uploaded_at, state, forms, trace)
           VALUES ($1, $2, $3, '本机', $4, $5, $6, '')""",
        upload.id,
        upload.document_id,
        upload.name,
        upload.uploaded_at,
        state,
        forms,
    )
    for ordinal in range(1, forms + 1):
        detail = builders.form_detail(number, ordinal)
        row = detail.row
        await conn.execute(
            """INSERT INTO forms (form_id, upload_id, document_id, ordinal, project, year, kind, unit, unit_name,
                                  project_name, code, parser_version, form, parsed_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, NULL, 1, $10, $11)""",
            row.form_id,
            row.upload_id,
            row.document_id,
            ordinal,
            row.project,
            row.year,
            row.kind,
            row.unit_name,
            row.project_name,
            detail.form,
            row.parsed_at,
        )


async def score_form(conn: asyncpg.Connection, number: int, ordinal: int = 1) -> None:
    """What the scorer leaves of a form."""
    event, detail = builders.scored_event(number), builders.form_detail(number, ordinal)
    row, found = detail.row, builders.finding()
    await conn.execute(
        """INSERT INTO assessments (form_id, upload_id, uploaded_at, document_id, ordinal, project, year, kind, unit,
               unit_name, project_name, figures, findings, rules_version, profile, profile_hash, scored_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $11, $12, 1, 'default', '', now())""",
        row.form_id,
        row.upload_id,
        event.version.uploaded_at,
        row.document_id,
        ordinal,
        row.project,
        row.year,
        row.kind,
        row.unit_name,
        row.project_name,
        detail.figures,
        detail.findings,
    )
    await conn.execute(
        """INSERT INTO findings (form_id, position, rule, stage, severity, cause, amount, sentence, finding)
           VALUES ($1, 0, $2, $3, $4, $5, $6, $7, $8)""",
        row.form_id,
        found.rule,
        found.stage,
        found.severity,
        found.cause,
        found.amount,
        found.sentence,
        found.model_dump_json(),
    )


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


async def refuse_form(conn: asyncpg.Connection, number: int, ordinal: int) -> None:
    """What the scorer leaves of a form it could not judge."""
    version = builders.version(number, ordinal)
    headers = {"form_id": str(version.form_id), "upload_id": str(version.upload_id), "ordinal": str(ordinal)}
    await conn.execute(
        """INSERT INTO dead_letters (topic, partition, "offset", consumer_group, fault, reason, headers)
           VALUES ('reports.parsed', 0, 0, 'scorer', 'Unreadable', '无法复核', $1)""",
        json.dumps(headers),
    )


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
    assert await real.forms.lights({"within": [builders.identity().unit]}) == {1: 2}
    assert await real.forms.lights({"within": ["x"]}) == {}
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
    assert (await real.forms.lights(within), await real.forms.lights()) == ({4: 1}, {3: 1})
    [form] = await real.forms.page(None, 10, within)
    assert (json.loads(form.told or ""), json.loads(form.severities or "")) == ({}, {"serious": 1})


async def test_a_disabled_target_is_known_until_it_is_switched_on(
    real: Store, others: dict[str, asyncpg.Connection]
) -> None:
    row = subscription(1)
    await real.subscriptions.add(row)
    await others["alerts"].execute("TRUNCATE targets")
    await others["alerts"].execute(
        "INSERT INTO targets VALUES ($1, $2, 12, $2, '长期不能送达'), ($3, $2, 3, NULL, '')",
        row.id, builders.NOON, builders.uuid(2),
    )  # fmt: skip
    assert await real.subscriptions.disabled() == [(row.id, builders.NOON, "长期不能送达")]
    await real.subscriptions.change(row._replace(enabled_at=builders.NOON + timedelta(seconds=1)))
    assert await real.subscriptions.disabled() == []


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


async def test_an_attachment_is_kept_once(real: Store) -> None:
    for content in (b"first", b"second"):
        await real.attachments.add("0" * 64, content)
    assert (await real.attachments.get("0" * 64), await real.attachments.get("1" * 64)) == (b"first", None)


async def test_an_attachment_without_a_command_goes_in_time(real: Store, others: dict[str, asyncpg.Connection]) -> None:
    """One that came with a command stays for ever; one handed in again is as new."""
    conn, gateway = others["alerts"], real.attachments
    await conn.execute("TRUNCATE commands")
    for digit in "abc":
        await gateway.add(digit * 64, b"x")
    await conn.execute(
        "INSERT INTO commands VALUES ($1, $1, 'k', 'returned', '甲', now(), $2)",
        builders.uuid(1), json.dumps({"attachments": [{"document_id": "a" * 64, "name": "意见.txt"}]}),
    )  # fmt: skip
    before = await conn.fetchval("SELECT clock_timestamp()")
    await gateway.add("c" * 64, b"x")
    await gateway.prune(before)
    assert [await gateway.get(digit * 64) for digit in "abc"] == [b"x", None, b"x"]


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


async def leave_units(conn: asyncpg.Connection, parents: dict[str, str | None]) -> None:
    """What the parser has of some units, each with an alias."""
    await conn.execute("TRUNCATE units CASCADE")
    for key, parent in parents.items():
        await conn.execute("INSERT INTO units (key, name, parent) VALUES ($1, $1, $2)", key, parent)
        await conn.execute("INSERT INTO unit_names VALUES ($1, $1), ($1 || '的别名', $1)", key)


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
    assert json.loads(change.change)["after"]["condition"] == "new"
    for since, rules, count in ((0, None, 1), (0, ["EXEC-LOW"], 1), (0, ["FUND-SUM"], 0), (1, None, 0)):
        asked = real.alerts.changes_since(change.changed_at + timedelta(seconds=since), rules, 10)
        assert [AlertChanged.model_validate_json(text).alert_id async for text in asked] == [alert.alert_id] * count
    [delivery] = await real.subscriptions.deliveries(builders.uuid(1), None, 10)
    assert await real.subscriptions.told([delivery.delivery_id]) == [(delivery.delivery_id, alert.alert_id)]
    [attempt] = await real.subscriptions.attempts([delivery.delivery_id])
    assert (delivery.state, attempt.outcome, attempt.detail) == ("pending", "status", "HTTP 500")


async def leave_alert(conn: asyncpg.Connection) -> None:
    """What the alerts service leaves of a warning that was sent once, in vain."""
    alert, event = builders.alert_row(), builders.scored_event()
    change = builders.change_row(alert)
    await conn.execute("TRUNCATE alert_changes, deliveries, attempts CASCADE")
    await conn.execute(
        """INSERT INTO versions (form_id, identity_key, project, year, kind, upload_id, uploaded_at, document_id,
               ordinal, identity, findings, rules_version, profile_hash)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, '[]', 1, '')""",
        alert.form_id, alert.identity_key, alert.project, alert.year, alert.kind, event.version.upload_id,
        event.version.uploaded_at, event.version.document_id, event.identity.model_dump_json(),
    )  # fmt: skip
    await conn.execute(
        """INSERT INTO alerts (alert_id, identity_key, project, year, kind, unit, unit_name, project_name, rule, stage,
               severity, condition, handling, sentence, stated, computed, amount, is_doubt, form_id, upload_id, state,
               changed_at)
           VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, 'live', $9, 'new', 'open', $10, $11, $12, $13, false, $14, $15,
               $16, $17)""",
        alert.alert_id, alert.identity_key, alert.project, alert.year, alert.kind, alert.unit_name, alert.project_name,
        alert.rule, alert.severity, alert.sentence, alert.stated, alert.computed, alert.amount, alert.form_id,
        event.version.upload_id, json.dumps({"finding": json.loads(alert.finding)}), alert.changed_at,
    )  # fmt: skip
    await conn.execute("INSERT INTO alert_changes VALUES ($1, $2, $3, $4)", *change)
    await conn.execute(
        """INSERT INTO deliveries (delivery_id, event_id, subscription_id, alert_id, channel, target, body, attempts,
               next_attempt_at, created_at)
           VALUES ($1, $2, $3, $4, 'webhook', 'https://8.8.8.8', '', 1, now(), now())""",
        builders.uuid(7), change.event_id, builders.uuid(1), alert.alert_id,
    )  # fmt: skip
    await conn.execute("INSERT INTO delivery_changes VALUES ($1, $2)", builders.uuid(7), change.event_id)
    await conn.execute("INSERT INTO attempts VALUES ($1, 1, now(), 'status', 'HTTP 500')", builders.uuid(7))
