"""The gateway's store of its own tables on the real database, and on the fake."""

import asyncio
import json
from datetime import timedelta
from decimal import Decimal

import asyncpg
import pytest

from jixiao_gateway.store import Store
from jixiao_gateway.store.events import EventStore, LiveEvent
from jixiao_gateway.store.query import encode_cursor
from jixiao_gateway.store.subscriptions import SubscriptionRow
from tests.unit.gateway import builders


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
