"""The alerts' store on the real database."""

import asyncio
import itertools
import json
import random
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from jixiao.events import AlertChanged, AlertCommand, AlertState, FormScored
from jixiao.events.models import Attachment, Condition, Handling
from jixiao.findings import Cause, RuleId, Severity, Subject
from jixiao.identity import FormIdentity, derived_id
from jixiao.runtime.errors import Unreadable
from jixiao.runtime.postgres import connect_pool
from jixiao_alerts import FormVersion, advance, ledger
from jixiao_alerts.admission import alert_id
from jixiao_alerts.outbox import COMMITTED, event_id
from jixiao_alerts.sealing import sealed
from jixiao_alerts.store import apply_command, apply_scored
from jixiao_alerts.targets import House
from tests.contract.subscriptions import publish_subscriptions, subscribe
from tests.unit.alerts.builders import FORM, NOON, command, finding, form, scored, version
from tests.unit.alerts.model import expected, histories, told

ALERT = alert_id(FORM, finding())


@pytest.fixture(scope="module")
async def pool(clean_database: dict[str, str]) -> AsyncIterator[asyncpg.Pool]:
    """A pool with the service's own role; the gateway's published subscriptions stand beside."""
    await publish_subscriptions(clean_database["gateway"])
    pool = await connect_pool(clean_database["alerts"], "test")
    yield pool
    await pool.close()


@pytest.fixture
async def conn(pool: asyncpg.Pool) -> AsyncIterator[Any]:
    """A connection in a transaction that is undone after the test."""
    async with pool.acquire() as conn:
        transaction = conn.transaction()
        await transaction.start()
        yield conn
        await transaction.rollback()


def of_project(form: FormVersion, project: str) -> FormVersion:
    upload = derived_id(project, form.version.upload_id)
    return replace(
        form,
        identity=form.identity.model_copy(update={"project": project}),
        version=form.version.model_copy(update={"upload_id": upload}),
    )


async def states(conn: Any, key: str = FORM.key) -> dict[UUID, AlertState]:
    rows = await conn.fetch("SELECT alert_id, state FROM alerts WHERE identity_key = $1", key)
    return {row["alert_id"]: AlertState.model_validate_json(row["state"]) for row in rows}


async def apply(conn: Any, fact: FormVersion | AlertCommand) -> list[AlertChanged]:
    if isinstance(fact, FormVersion):
        return await apply_scored(conn, scored(fact), uuid4(), NOON)
    return await apply_command(conn, fact, uuid4(), NOON)


async def test_a_scored_form_becomes_an_alert_with_its_history(conn: Any) -> None:
    """The state, the list's columns, the view and the history agree with what is returned."""
    [change] = await apply(conn, form(0, finding()))
    assert change.before is None and change.after.condition is Condition.NEW
    row = await conn.fetchrow("SELECT * FROM alerts_views.alerts WHERE alert_id = $1", change.alert_id)
    assert (row["rule"], row["severity"], row["unit_name"]) == ("EXEC-LOW", "error", "云溪区教育局")
    assert str(row["amount"]) == "4027614.14"
    assert json.loads(row["finding"])["sentence"] == change.after.finding.sentence
    history = await conn.fetchrow("SELECT * FROM alerts_views.alert_changes WHERE alert_id = $1", change.alert_id)
    assert history["event_id"] == event_id(change)
    assert AlertChanged.model_validate_json(history["change"]) == change


async def test_the_same_form_again_changes_nothing(conn: Any) -> None:
    """A repeat under another cause finds the version and tells nothing."""
    await apply(conn, form(0, finding()))
    assert await apply(conn, form(0, finding())) == []


async def test_any_order_of_arrival_comes_to_the_same_state(pool: asyncpg.Pool) -> None:
    """Five versions in every order, with commands after them: the stored state is the fold over all."""
    facts = [
        form(0, finding()),
        form(1, finding(amount=None)),
        form(2),
        form(3, finding(severity=Severity.WARNING), finding(RuleId.FUND_SUM)),
    ]
    orders = list(itertools.permutations(facts))
    for order in random.Random(1).sample(orders, 12):
        project = uuid4().hex
        versions = [of_project(each, project) for each in order]
        alert = alert_id(versions[0].identity, finding())
        orders_given = [command(0.5, alert, Handling.DISMISSED), command(1.5, alert, Handling.RETURNED)]
        async with pool.acquire() as conn:
            for fact in (*versions, *reversed(orders_given), *versions):
                async with conn.transaction():
                    await apply(conn, fact)
            assert await states(conn, versions[0].identity.key) == advance(versions, orders_given, NOON)


async def test_the_newer_assessment_counts_in_any_order_of_arrival(pool: asyncpg.Pool) -> None:
    """Judged again twice: the greatest (assessment, rules version) is the fact, whatever came first or twice."""
    project = uuid4().hex
    judged = [(0, 1, finding()), (0, 2, finding(stated="2")), (1, 1, finding(RuleId.FUND_SUM))]
    for at, order in enumerate(itertools.permutations(judged)):
        version = of_project(form(0), f"{project}{at}")
        events = [
            scored(replace(version, findings=(found,))).model_copy(
                update={"assessment": assessment, "rules_version": rules}
            )
            for assessment, rules, found in (*order, order[0])
        ]
        async with pool.acquire() as conn:
            for event in events:
                async with conn.transaction():
                    await apply_scored(conn, event, uuid4(), NOON)
            found = replace(version, findings=(judged[2][2],), superseded=tuple(found for _, _, found in judged[:2]))
            assert await states(conn, version.identity.key) == advance([found], [], NOON)


async def test_other_rules_that_say_the_same_are_no_news(conn: Any) -> None:
    """After a release all that is stored is judged again: the state has it, nobody is told, lists keep their order."""
    first = of_project(form(0, finding(), finding(RuleId.FUND_SUM)), uuid4().hex)
    await apply_scored(conn, scored(first), uuid4(), NOON)
    again = replace(first, findings=(finding(rule_version=2), finding(RuleId.FUND_SUM, rule_version=2, stated="2")))
    event = scored(again).model_copy(update={"assessment": 1, "rules_version": 2})
    [told] = await apply_scored(conn, event, uuid4(), NOON + timedelta(hours=1))
    assert (told.after.finding.rule, told.after.finding.stated) == (RuleId.FUND_SUM, "2")
    rows = await conn.fetch(
        "SELECT rule, changed_at, state -> 'finding' -> 'rule_version' AS version FROM alerts WHERE identity_key = $1",
        first.identity.key,
    )
    assert {(row["rule"], row["changed_at"] - NOON, row["version"]) for row in rows} == {
        ("EXEC-LOW", timedelta(0), "2"),
        ("FUND-SUM", timedelta(hours=1), "2"),
    }


@pytest.mark.parametrize("newer_first", [False, True])
async def test_a_form_read_anew_as_secret_is_told_as_secret(conn: Any, newer_first: bool) -> None:
    """Whom it belongs to is what its newest assessment says, whichever comes first; nothing is sent of it any more."""
    await subscribe(conn)
    first = scored(form(0, finding()))
    secret = first.identity.model_copy(update={"classified": True, "project_name": "校舍修缮工程"})
    anew = scored(form(0, finding(), finding(RuleId.FUND_SUM)))
    anew = anew.model_copy(update={"assessment": 1, "identity": secret})
    for event in (anew, first) if newer_first else (first, anew):
        changed = await apply_scored(conn, event, uuid4(), NOON)
    assert all(each.identity == secret for each in changed)
    [row] = await conn.fetch("SELECT DISTINCT identity::text FROM versions WHERE form_id = $1", first.version.form_id)
    assert FormIdentity.model_validate_json(row["identity"]) == secret
    told = await conn.fetchval("SELECT count(*) FROM delivery_changes")
    assert told == (0 if newer_first else 1)


async def test_what_waits_is_not_sent_once_its_form_is_secret(conn: Any) -> None:
    """A message of two forms goes out with the other alone, a message of this one not at all."""
    await subscribe(conn, rhythm="daily", hour=8, channel="mail")
    other = of_project(form(0, finding()), "another")
    first = scored(form(0, finding()))
    for event in (first, scored(other)):
        await apply_scored(conn, event, uuid4(), NOON)
    secret = first.model_copy(
        update={"assessment": 1, "identity": first.identity.model_copy(update={"classified": True})}
    )
    await apply_scored(conn, secret, uuid4(), NOON)
    [message] = await conn.fetch("SELECT delivery_id FROM deliveries")
    [told] = (await ledger.changes_of(conn, [message["delivery_id"]])).values()
    assert [AlertChanged.model_validate_json(each).identity.project for each in told] == ["another"]

    await conn.execute("DELETE FROM delivery_changes WHERE event_id <> $1", await first_event(conn, first))
    later, mail = NOON + timedelta(days=2), ledger.Pace(("mail",), 1, timedelta())
    due = await ledger.claim(conn, later, later, [], mail, 10)
    assert [each.body for each in await sealed(conn, due, House(), later)] == [None]


async def first_event(conn: Any, event: FormScored) -> UUID:
    """The id of the change by which an event's alert came to be."""
    found: UUID = await conn.fetchval(
        "SELECT event_id FROM alert_changes WHERE alert_id = $1", alert_id(event.identity, event.findings[0])
    )
    return found


@pytest.mark.parametrize("seed", range(10))
async def test_random_histories_end_as_the_small_model_says(seed: int, pool: asyncpg.Pool) -> None:
    """Twenty each: versions judged again, arriving out of order and twice, with commands between, from two copies."""
    chance = random.Random(seed)
    for history in histories(chance, 20):
        forms = [*history.forms, *chance.sample(history.forms, len(history.forms) // 2)]
        chance.shuffle(forms)
        # a command follows the first form of its alert, the rest comes in any order
        late: list[Any] = [*chance.sample(history.forms, len(history.forms) // 2), *history.commands, *history.commands]
        chance.shuffle(late)

        async def copy(facts: list[Any]) -> None:
            for fact in facts:
                with suppress(Unreadable):  # what people say of a version's alerts once it is not adopted any more
                    async with pool.acquire() as conn, conn.transaction():
                        step = apply_scored if isinstance(fact, FormScored) else apply_command
                        await step(conn, fact, uuid4(), NOON)  # type: ignore[operator]

        await copy(forms)
        for _ in history.forms:  # a version is asked for perhaps once another was adopted
            await copy(chance.sample(history.verdicts, len(history.verdicts)))
        await asyncio.gather(copy(late[::2]), copy(late[1::2]))
        stored = await states(pool, history.forms[0].identity.key)
        assert {key: told(state) for key, state in stored.items()} == expected(history)


async def test_two_copies_at_once_come_to_the_same_state(pool: asyncpg.Pool) -> None:
    """Versions of one form applied at the same moment wait for each other; none is folded without the others."""
    project = uuid4().hex
    versions = [of_project(form(hour, finding()), project) for hour in range(6)]

    async def work(version: FormVersion) -> None:
        async with pool.acquire() as conn, conn.transaction():
            await apply(conn, version)

    await asyncio.gather(*(work(each) for each in versions))
    async with pool.acquire() as conn:
        assert await states(conn, versions[0].identity.key) == advance(versions, [], NOON)


async def test_a_command_changes_the_handling(conn: Any) -> None:
    """Applied twice it changes once; the deadline stands in the view."""
    await apply(conn, form(0, finding()))
    given = command(1, ALERT, Handling.RETURNED, deadline=NOON)
    [change] = await apply(conn, given)
    assert (change.before.handling, change.after.handling) == (Handling.OPEN, Handling.RETURNED)  # type: ignore[union-attr]
    assert await apply(conn, given) == []
    row = await conn.fetchrow("SELECT * FROM alerts_views.alerts WHERE alert_id = $1", ALERT)
    assert (row["handling"], row["deadline"]) == ("returned", NOON)


async def test_the_history_says_who_did_what(conn: Any) -> None:
    """The command with its note and attachments stands in the change that it made, and in no other."""
    await apply(conn, form(0, finding(), finding(RuleId.FUND_SUM)))
    file = Attachment(document_id="0" * 64, name="情况说明.pdf", media_type="application/pdf")
    given = command(1, ALERT, Handling.ACKNOWLEDGED, note="已电话核实", attachments=(file,))
    [change] = await apply(conn, given)
    assert change.command == given
    assert {later.command for later in await apply(conn, form(2, finding(), finding(RuleId.FUND_SUM)))} == {None}


async def test_a_command_for_no_alert_is_unreadable(conn: Any) -> None:
    """It can never be carried out; its reason is for people."""
    with pytest.raises(Unreadable, match="没有编号为"):
        await apply(conn, command(1, uuid4(), Handling.ACKNOWLEDGED))


async def test_deliveries_stand_with_the_change(conn: Any, pool: asyncpg.Pool) -> None:
    """One row a matching subscription, with id and body of their own; a doubt sends nothing; no secret is published."""
    wanted = await subscribe(conn, least_severity="serious")
    await subscribe(conn, rules=["FUND-SUM"])
    doubt = finding(RuleId.TOTAL_SUM, cause=Cause.EXTRACTION_DOUBT)
    await apply(conn, form(0, finding(), doubt))
    [row] = await conn.fetch("SELECT * FROM deliveries")
    assert (row["subscription_id"], row["state"], row["next_attempt_at"]) == (wanted, "pending", NOON)
    assert row["body"] is None, "written when it goes out for the first time"
    told = await conn.fetch("SELECT * FROM alerts_views.delivery_changes")
    assert [(each["delivery_id"], each["alert_id"]) for each in told] == [(row["delivery_id"], ALERT)]
    published = await conn.fetch("SELECT * FROM alerts_views.deliveries")
    assert len(published) == 1 and not {"body", "target"} & set(published[0].keys())


async def test_one_upload_is_one_message(conn: Any) -> None:
    """Five hundred findings, then the upload's other form: one message each subscription, due when all are there."""
    await subscribe(conn)
    await subscribe(conn, rhythm="daily", hour=8)
    many = [finding(subject=Subject(kind="indicator", name=str(at))) for at in range(500)]
    for ordinal in (1, 2):
        several = replace(form(0, *many), version=version(0, ordinal))
        event = scored(of_project(several, f"p{ordinal}"))
        event = event.model_copy(update={"version": several.version, "forms_in_upload": 2})
        await apply_scored(conn, event, uuid4(), NOON)
        rows = await conn.fetch("SELECT next_attempt_at, delivery_id FROM deliveries ORDER BY 1")
        at_once, digest = (row["next_attempt_at"] - NOON for row in rows)
        assert at_once == (timedelta(seconds=10) if ordinal == 1 else timedelta())
        assert digest == timedelta(hours=12), "eight in the morning in Beijing"
    assert await conn.fetchval("SELECT count(*) FROM delivery_changes") == 2000


async def test_a_senseless_subscription_holds_up_no_other(conn: Any) -> None:
    """It is left out; the sound one gets its delivery."""
    await subscribe(conn, least_severity="terrible")
    wanted = await subscribe(conn)
    await apply(conn, form(0, finding()))
    assert [row["subscription_id"] for row in await conn.fetch("SELECT * FROM deliveries")] == [wanted]


@pytest.fixture
async def register(clean_database: dict[str, str]) -> AsyncIterator[None]:
    """The bureau has 云溪区教育局 under 云溪区 and knows it as 云教局 too; people merged 云溪教育 into it."""
    parser, gateway = [await asyncpg.connect(clean_database[name]) for name in ("parser", "gateway")]
    rows = [("云溪区", None), ("云溪区教育局", "云溪区"), ("云溪教育", None), ("云溪区水务局", "云溪区")]
    await parser.executemany("INSERT INTO units (key, name, parent) VALUES ($1, $1, $2)", rows)
    names = [(key, key) for key, _ in rows] + [("云教局", "云溪区教育局")]
    await parser.executemany("INSERT INTO unit_names VALUES ($1, $2)", names)
    await gateway.execute("INSERT INTO unit_merges VALUES ('云溪教育', '云溪区教育局', '审核科', now())")
    yield
    await parser.execute("TRUNCATE units CASCADE")
    await gateway.execute("DELETE FROM unit_merges")
    for each in (parser, gateway):
        await each.close()


@pytest.mark.parametrize("scope", ["unit", "bound"])
async def test_a_subscription_follows_its_unit(register: None, conn: Any, scope: str) -> None:
    """To what it was merged into, or is an alias of by now; others' units and strangers' hear nothing."""
    told = {name: await subscribe(conn, **{scope: name}) for name in ("云溪区", "云溪教育", "云教局（新）", "云教局")}
    for name in ("云溪区水务局", "没有的单位"):
        await subscribe(conn, **{scope: name})
    await apply(conn, form(0, finding()))
    found = {row["subscription_id"] for row in await conn.fetch("SELECT subscription_id FROM deliveries")}
    assert found == {told["云溪区"], told["云溪教育"], told["云教局"]}


async def test_new_deliveries_are_notified_at_commit(pool: asyncpg.Pool) -> None:
    """The worker hears of them once they can be read, not before."""
    heard = asyncio.Event()
    async with pool.acquire() as listener, pool.acquire() as conn:

        def hear(*_: object) -> None:
            heard.set()

        await listener.add_listener(COMMITTED, hear)
        async with conn.transaction():
            subscription = await subscribe(conn)
            await apply(conn, of_project(form(0, finding()), uuid4().hex))
            await asyncio.sleep(0.05)
            assert not heard.is_set()
        await asyncio.wait_for(heard.wait(), 5)
        await listener.remove_listener(COMMITTED, hear)
        await conn.execute("DELETE FROM gateway_views.subscriptions WHERE id = $1", subscription)
