"""What is stored is judged again when other rules are adopted, on the real database."""

import asyncio
import random
import uuid
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any

import asyncpg
import pytest
from prometheus_client import Gauge

from jixiao.events import FormScored
from jixiao.findings import RuleId
from jixiao.runtime import inbox as runtime_inbox
from jixiao.runtime import metrics
from jixiao.runtime.errors import RetryLater
from jixiao.runtime.health import Health
from jixiao.runtime.inbox import Inbox
from jixiao.runtime.message import Outgoing
from jixiao.runtime.postgres import connect_pool
from jixiao_alerts.store import apply_scored
from jixiao_scorer import rejudge
from jixiao_scorer.profile_store import Adopted, adopt, adopt_release
from jixiao_scorer.profiles import profile_for
from jixiao_scorer.rejudge import Rejudging
from jixiao_scorer.release import RELEASE
from jixiao_scorer.written import written
from tests.contract.test_scorer import arrive, of_unit, plain, stored
from tests.contract.test_scorer_profiles import STRICT
from tests.fakes.producer import FakeProducer
from tests.unit.alerts.builders import NOON
from tests.unit.test_rules_command import HEAD

UNITS = ("units/一", "units/二")
PROFILE = written("strict.toml", STRICT)
# a limit of a release that is not this one
FOREIGN = HEAD + "\n[rules.EXEC-LOW]\nlimits = { of_another_release = 1 }\n"


@pytest.fixture
async def pool(clean_database: dict[str, str]) -> AsyncIterator[asyncpg.Pool]:
    """An empty scorer with its own role."""
    pool = await connect_pool(clean_database["scorer"], "test")
    await pool.execute("TRUNCATE assessments, adopted_profiles, adopted_rules, judged_again, decisions CASCADE")
    yield pool
    await pool.close()


async def handed_in(pool: asyncpg.Pool) -> list[Outgoing]:
    """The forms of two units; what was told of them."""
    return [event for unit in UNITS for form in of_unit(unit) for event in await arrive(pool, form)]


async def adopted(pool: asyncpg.Pool, content: str = STRICT) -> None:
    async with pool.acquire() as conn:
        await adopt(conn, written("strict.toml", content), content, "科长")


def copy_of(pool: asyncpg.Pool, producer: Any, health: Health | None = None) -> Rejudging:
    """A copy of the service as it looks for what is to be judged again."""
    return Rejudging(Inbox(pool, "scorer"), producer, health or Health())


async def behind(pool: asyncpg.Pool) -> int:
    """How many forms stand on another profile or rules version."""
    return int(
        await pool.fetchval(
            "SELECT count(*) FROM assessments WHERE (rules_version, profile_hash) <> ($1, $2)",
            RELEASE.rules_version,
            PROFILE.hash,
        )
    )


def events(told: Sequence[Outgoing]) -> list[FormScored]:
    return [FormScored.model_validate_json(each.value) for each in told]


def last(told: Sequence[Outgoing]) -> dict[uuid.UUID, FormScored]:
    """The greatest assessment of each form."""
    return {each.version.form_id: each for each in sorted(events(told), key=lambda each: each.assessment)}


async def afresh(pool: asyncpg.Pool) -> dict[str, dict[uuid.UUID, list[str]]]:
    """What the forms come to where the profile was in use from the first form on."""
    await pool.execute("TRUNCATE assessments, adopted_profiles, adopted_rules, judged_again, decisions CASCADE")
    await adopted(pool)
    await handed_in(pool)
    return await state(pool)


async def state(pool: asyncpg.Pool) -> dict[str, dict[uuid.UUID, list[str]]]:
    """What others read of both units, in an order that can be compared."""
    return {unit: {form: sorted(map(str, of)) for form, of in (await stored(pool, unit)).items()} for unit in UNITS}


async def test_adoption_takes_effect_on_what_is_stored(pool: asyncpg.Pool) -> None:
    """Every form is judged again and told once; then nothing is left to do, and a new form finds the same rules."""
    before = await handed_in(pool)
    producer = FakeProducer()
    copy = copy_of(pool, producer)
    assert await copy.look() == 0
    await adopted(pool)
    forms = len(last(before))
    assert await behind(pool) == forms
    assert await copy.look() == forms and await copy.look() == 0
    assert await behind(pool) == 0
    after = last(producer.sent)
    assert len(after) == len(producer.sent) == forms
    assert {each.profile_hash for each in after.values()} == {PROFILE.hash}
    assert all(event.assessment == last(before)[form].assessment + 1 for form, event in after.items())
    assert all(RuleId.EXEC_LOW in {each.rule for each in event.findings} for event in after.values())
    ended = await state(pool)
    assert ended == await afresh(pool)


async def test_several_copies_judge_a_form_again_once(pool: asyncpg.Pool) -> None:
    """Whoever comes first decides; the others tell the same, with the same ids, or nothing."""
    before = await handed_in(pool)
    await adopted(pool)
    producer = FakeProducer()
    await asyncio.gather(*(copy_of(pool, producer).look() for _ in range(3)))
    assert await behind(pool) == 0
    assert len({event.headers["ce_id"] for event in producer.sent}) == len(last(before))
    assert all(event.assessment == last(before)[form].assessment + 1 for form, event in last(producer.sent).items())


@pytest.mark.parametrize("point", ["in the transaction", "before the sending", "amid the sending"])
async def test_a_kill_changes_nothing_in_the_end(
    pool: asyncpg.Pool, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another copy, or the same one started again, ends what was begun; batches of two forms."""
    monkeypatch.setattr(rejudge, "AT_ONCE", 2)
    before = await handed_in(pool)
    await adopted(pool)
    producer = FakeProducer()
    if point == "in the transaction":
        keep, calls = runtime_inbox._keep, iter(range(99))

        async def breaks(*arguments: Any) -> None:
            if next(calls) == 2:
                raise RetryLater("killed")
            await keep(*arguments)

        monkeypatch.setattr(runtime_inbox, "_keep", breaks)
    elif point == "before the sending":
        producer.breaks = [RetryLater("killed")]
    else:
        sent, send = producer.sent, producer.send

        async def breaks_once(message: Outgoing) -> None:
            if len(sent) == 3:
                monkeypatch.setattr(producer, "send", send)
                raise RetryLater("killed")
            await send(message)

        monkeypatch.setattr(producer, "send", breaks_once)
    with pytest.raises(RetryLater):
        await copy_of(pool, producer).look()
    other = copy_of(pool, producer)
    while await other.look():
        pass
    ids = {event.headers["ce_id"]: event.value for event in producer.sent}
    assert len(ids) >= len(last(before))
    assert all(ids[event.headers["ce_id"]] == event.value for event in producer.sent)
    assert (
        await pool.fetchval(
            "SELECT count(*) FROM decisions WHERE cause IN (SELECT cause FROM judged_again) AND sent_at IS NULL"
        )
        == 0
    )
    ended = await state(pool)
    found = {form: plain(event.findings) for form, event in last([*before, *producer.sent]).items()}
    assert ended == await afresh(pool)
    assert {form for of in ended.values() for form in of} == set(found)


@pytest.mark.parametrize("seed", range(3))
async def test_alerts_come_to_the_same_in_any_order(
    pool: asyncpg.Pool, clean_database: dict[str, str], seed: int
) -> None:
    """The greatest assessment of a form counts, whenever it arrives."""
    before = await handed_in(pool)
    await adopted(pool)
    producer = FakeProducer()
    await copy_of(pool, producer).look()
    told = [*before, *producer.sent]
    alerts = await connect_pool(clean_database["alerts"], "test")
    try:
        ends = []
        for order in (told, random.Random(seed).sample(told, len(told))):
            await alerts.execute("TRUNCATE versions, commands, alerts, alert_changes, superseded CASCADE")
            for event in events(order):
                async with alerts.acquire() as conn, conn.transaction():
                    await apply_scored(conn, event, uuid.uuid4(), NOON)
            rows = await alerts.fetch("SELECT alert_id, rule, severity, condition, sentence, form_id FROM alerts")
            ends.append(sorted(map(str, rows)))
        assert ends[0] == ends[1] and any("EXEC-LOW" in row for row in ends[0])
        hashes = {row["profile_hash"] for row in await alerts.fetch("SELECT profile_hash FROM versions")}
        assert hashes == {PROFILE.hash}
    finally:
        await alerts.close()


async def test_a_release_takes_effect_by_its_row(pool: asyncpg.Pool) -> None:
    """Another rules version alone changes nothing that is stored, until its row says so."""
    before = await handed_in(pool)
    await pool.execute("UPDATE assessments SET rules_version = rules_version - 1")
    producer, health = FakeProducer(), Health()
    copy = copy_of(pool, producer, health)
    assert await copy.look() == 0 and producer.sent == []
    assert "等待启用" in health.remarks["rules"] and health.why_not_ready() is None
    async with pool.acquire() as conn:
        await adopt_release(conn, "科长")
        await adopt_release(conn, "科长")
    assert await pool.fetchval("SELECT count(*) FROM adopted_rules") == 1
    assert await copy.look() == len(last(before)) and health.remarks == {}
    assert {each.rules_version for each in last(producer.sent).values()} == {RELEASE.rules_version}
    # a release that was adopted later is another copy's to bring about
    await pool.execute("INSERT INTO adopted_rules (rules_version, profiles, adopted_by) VALUES (99, '', '')")
    await pool.execute("UPDATE assessments SET rules_version = 99")
    assert await copy.look() == 0


async def test_a_unit_that_cannot_be_judged_again_holds_up_no_other(
    pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It rests longer each time, and an operator is told; then it is tried again, and all is well."""
    await handed_in(pool)
    await adopted(pool)
    together = rejudge.judge_together

    async def fails(conn: Any, unit: str, *rest: Any) -> Any:
        if unit == UNITS[0]:
            raise ValueError("unknown")
        return await together(conn, unit, *rest)

    monkeypatch.setattr(rejudge, "judge_together", fails)
    health = Health()
    copy = copy_of(pool, FakeProducer(), health)
    while await copy.look():
        pass
    rows = await pool.fetch("SELECT DISTINCT unit FROM assessments WHERE profile_hash <> $1", PROFILE.hash)
    assert [row["unit"] for row in rows] == [UNITS[0]]
    assert "1个单位" in health.remarks["rejudging"] and health.why_not_ready() is None
    assert gauge(metrics.TO_JUDGE_AGAIN) == await behind(pool) > 0 and gauge(metrics.UNITS_LEFT) == 1
    now = rejudge.monotonic()
    for rests in (20, 40):
        now += rests / 2
        monkeypatch.setattr(rejudge, "monotonic", partial(float, now))
        assert await copy.look() > 0 and await copy.look() == 0
    monkeypatch.setattr(rejudge, "judge_together", together)
    assert await copy.look() == 0
    monkeypatch.setattr(rejudge, "monotonic", partial(float, now + 40))
    assert await copy.look() > 0
    assert await behind(pool) == 0 and health.remarks == {} and gauge(metrics.UNITS_LEFT) == 0


def gauge(metric: Gauge) -> float:
    return float(metric.collect()[0].samples[0].value)


async def test_a_profile_that_is_no_longer_taken_leaves_the_last_valid_one(pool: asyncpg.Pool) -> None:
    """Forms are judged on, and readiness says what is wrong; without a valid one the packaged profile judges."""
    await adopted(pool)
    insert = "INSERT INTO adopted_profiles (name, content, hash, adopted_by) VALUES ('shenzhen', $1, 'x', '')"
    await pool.execute(insert, FOREIGN)
    [event] = events(await arrive(pool, of_unit("units/三")[0]))
    assert event.profile_hash == PROFILE.hash
    health = Health()
    await copy_of(pool, FakeProducer(), health).look()
    assert "EXEC-LOW" in health.remarks["profiles"] and health.why_not_ready() is None
    await pool.execute("DELETE FROM adopted_profiles WHERE hash <> 'x'")
    async with pool.acquire() as conn:
        assert (await Adopted().refresh(conn))("shenzhen").hash == profile_for("shenzhen").hash
