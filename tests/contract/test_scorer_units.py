"""Forms judged beyond their unit, on the real database: merged units, one code in two units, adopted versions."""

import asyncio
import random
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field, replace
from typing import Any

import asyncpg
import pytest
from pydantic import TypeAdapter

from jixiao.events import FormScored
from jixiao.findings import Cause, Finding, RuleId, Stage
from jixiao.identity import FormIdentity
from jixiao.runtime import inbox as runtime_inbox
from jixiao.runtime.errors import RetryLater
from jixiao.runtime.health import Health
from jixiao.runtime.inbox import Inbox
from jixiao.runtime.message import Outgoing
from jixiao.runtime.postgres import connect_pool
from jixiao_parser.register import RegisteredUnit
from jixiao_parser.store import register_unit
from jixiao_scorer import assess, form_store
from jixiao_scorer.context import Member, facts_of, judge_projects, judge_texts, judge_unit, merged
from jixiao_scorer.profiles import profile_for
from jixiao_scorer.rejudge import Rejudging
from tests.contract.test_scorer import FORMS, arrive, handed_in, latest, plain
from tests.fakes.producer import FakeProducer
from tests.unit.scorer.test_texts import accounts_member

_FINDINGS = TypeAdapter(tuple[Finding, ...])
LAST_YEAR: Mapping[str, str] = {"year": "2022", "funds.fiscal.executed": "650000.00", "indicators[1].target": "≥400米"}


@dataclass
class House:
    """The scorer on empty tables, beside the services that it hears of units and versions from."""

    pool: asyncpg.Pool
    gateway: asyncpg.Connection
    parser: asyncpg.Connection
    alerts: asyncpg.Connection
    producer: FakeProducer = field(default_factory=FakeProducer)
    forms: dict[uuid.UUID, Member] = field(default_factory=dict)
    arrived: list[Outgoing] = field(default_factory=list)

    async def take(self, *forms: Member) -> None:
        """Forms that arrive at once."""
        for events in await asyncio.gather(*(arrive(self.pool, each, cause_of(each)) for each in forms)):
            self.arrived += events
        self.forms = {each.form_id: each for each in forms} | self.forms

    async def read_anew(self, form: Member) -> None:
        """A form that is read by another version of the parser."""
        self.arrived += await arrive(self.pool, form)
        self.forms[form.form_id] = form

    def copy(self) -> Rejudging:
        """A copy of the service as it looks for what is to be judged again."""
        return Rejudging(Inbox(self.pool, "scorer"), self.producer, Health())

    async def look(self) -> None:
        """Until nothing is left to judge."""
        copy = self.copy()
        while await copy.look():
            pass

    async def merge(self, unit: str, into: str | None) -> None:
        """Merge a unit into another, or part it from what it was merged into."""
        await self.gateway.execute("DELETE FROM unit_merges WHERE unit = $1", unit)
        if into is not None:
            await self.gateway.execute("INSERT INTO unit_merges VALUES ($1, $2, '科长', now())", unit, into)

    async def call(self, alias: str, unit: str) -> None:
        """Enter another name of a unit in the register."""
        await register_unit(self.parser, RegisteredUnit(unit, aliases=(alias,)))

    async def rule(self, form: Member, adopted: bool) -> None:
        """Let a reviewer adopt a version that is held, or take it back."""
        identity, version = form.identity, form.version
        await self.alerts.execute(
            """INSERT INTO versions (form_id, identity_key, project, kind, upload_id, uploaded_at, document_id, ordinal,
                                     identity, findings, rules_version, profile_hash, outside, admitted, held_by)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '{}', '[]', 1, '', true, $9, $1)
               ON CONFLICT (form_id) DO UPDATE SET admitted = excluded.admitted""",
            form.form_id,
            identity.key,
            identity.project,
            identity.kind,
            version.upload_id,
            version.uploaded_at,
            version.document_id,
            version.ordinal,
            adopted,
        )

    def told(self) -> list[Outgoing]:
        """Everything that was sent."""
        return [*self.arrived, *self.producer.sent]

    async def across(self) -> dict[uuid.UUID, list[str]]:
        """What stands across forms and of each form, in an order that can be compared."""
        rows = await self.pool.fetch("SELECT form_id, findings FROM scorer_views.assessments")
        return {row["form_id"]: plain(_FINDINGS.validate_json(row["findings"])) for row in rows}


def scored(event: Outgoing) -> FormScored:
    return FormScored.model_validate_json(event.value)


def cause_of(form: Member) -> uuid.UUID:
    return uuid.uuid5(form.form_id, "parsed")


@pytest.fixture
async def house(clean_database: dict[str, str]) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        others = []
        for name in ("gateway", "parser", "alerts"):
            others.append(await asyncpg.connect(clean_database[name]))
            stack.push_async_callback(others[-1].close)
        pool = await connect_pool(clean_database["scorer"], "test")
        stack.push_async_callback(pool.close)
        await pool.execute("TRUNCATE assessments, units, judged_again, decisions CASCADE")
        await others[0].execute("TRUNCATE unit_merges")
        await others[1].execute("TRUNCATE units CASCADE")
        await others[2].execute("TRUNCATE versions CASCADE")
        yield House(pool, *others)


def wanted(
    forms: Sequence[Member], became: Mapping[str, str] = {}, rulings: Mapping[uuid.UUID, bool] = {}, told: bool = False
) -> dict[uuid.UUID, tuple[Finding, ...]]:
    """What all forms must come to; ``became``: unit → what it has become; ``told``: without what is in beta across."""
    judged = [
        replace(
            each,
            identity=each.identity.model_copy(update={"unit": became.get(each.identity.unit, each.identity.unit)}),
            version=each.version.model_copy(
                update={"outside": not rulings.get(each.form_id, not each.version.outside)}
            ),
        )
        for each in forms
    ]
    texts = judge_texts(judged)
    across = {form: (*found, *texts.get(form, ())) for form, found in judge_projects(judged).items()}
    for unit in {each.identity.unit for each in judged} - {""}:
        of_unit = judge_unit([facts_of(each) for each in judged if each.identity.unit == unit], profile_for)
        across |= {form: (*across[form], *found) for form, found in of_unit.items()}
    return {
        each.form_id: merged(
            assess(each.form, profile_for(each.form.layout)).findings,
            [finding for finding in across[each.form_id] if not told or finding.stage is Stage.LIVE],
        )
        for each in judged
    }


def rules(findings: Sequence[Finding]) -> set[tuple[RuleId, bool]]:
    """Which rules speak, and whether as a doubt."""
    return {(each.rule, each.cause is Cause.EXTRACTION_DOUBT) for each in findings}


async def test_a_merged_units_forms_are_judged_with_those_of_the_other(house: House) -> None:
    """Also where the project has no code; parted again, they are judged apart again."""
    last = handed_in("旧街道", 0, {**LAST_YEAR, "code": ""})
    this = handed_in("新街道", 1, {"code": ""})
    await house.take(last, this)
    assert last.identity.project != this.identity.project
    for into, lowered in (("新街道", True), (None, False), ("新街道", True)):
        await house.merge("旧街道", into)
        await house.look()
        found = rules(latest(house.told())[this.form_id])
        assert ((RuleId.TARGET_LOWERED, False) in found) is lowered
    assert latest(house.told()) == wanted([last, this], {"旧街道": "新街道"}, told=True)


async def test_an_old_name_that_the_register_learns_is_the_same_unit(house: House) -> None:
    """A unit that was renamed: its old name becomes an alias; a form that comes later still under the old key too."""
    last, this = handed_in("旧局", 0, LAST_YEAR, "000001"), handed_in("新局", 1, {}, "000001")
    await house.take(this)
    await house.call("旧局", "新局")
    await house.look()
    await house.take(last)
    await house.look()
    assert (RuleId.TARGET_LOWERED, False) in rules(latest(house.told())[this.form_id])


async def test_two_units_with_one_code_are_a_doubt_until_they_are_merged(house: House) -> None:
    """Whichever came last; only the bureau sees a doubt."""
    last = handed_in("甲", 0, LAST_YEAR, "000001")
    this = handed_in("乙", 1, {}, "000001")
    for order in ((last, this), (this, last)):
        await house.pool.execute("TRUNCATE assessments, units, judged_again, decisions CASCADE")
        house.arrived, house.producer = [], FakeProducer()
        for each in order:
            await house.take(each)
            await house.look()
        assert (RuleId.TARGET_LOWERED, True) in rules(latest(house.told())[this.form_id])
    await house.merge("甲", "乙")
    await house.look()
    assert (RuleId.TARGET_LOWERED, False) in rules(latest(house.told())[this.form_id])


async def test_a_version_from_outside_counts_once_it_is_adopted(house: House) -> None:
    """And no longer once the reviewer takes it back; what the alerts hear says still that it came from outside."""
    last = handed_in("甲", 0, LAST_YEAR, outside=True)
    this = handed_in("甲", 1)
    await house.take(last, this)
    for adopted in (True, False, True):
        await house.rule(last, adopted)
        await house.look()
        assert ((RuleId.TARGET_LOWERED, False) in rules(latest(house.told())[this.form_id])) is adopted
    assert all(scored(each).version.outside for each in house.told() if scored(each).version == last.version)


async def test_a_doubtful_version_that_is_held_counts_for_nothing(house: House) -> None:
    """Until a reviewer adopts it, or nothing speaks against it any more."""
    last, this = handed_in("甲", 0, LAST_YEAR), handed_in("甲", 1)
    held = handed_in("甲", 2, {**LAST_YEAR, "indicators[1].target": "≥100米"})
    await house.take(last, this, held)
    lowered = (RuleId.TARGET_LOWERED, False)
    assert lowered not in rules(latest(house.told())[this.form_id])
    for admitted in (False, True, False):
        await house.rule(held, admitted)
        await house.look()
        assert (lowered in rules(latest(house.told())[this.form_id])) is not admitted
    await house.alerts.execute("UPDATE versions SET admitted = true, held_by = NULL")
    await house.look()
    assert lowered not in rules(latest(house.told())[this.form_id])


async def test_what_waits_is_judged_once_and_told_only_if_it_changed(house: House) -> None:
    """Forms of other units with the same code, of which nothing follows, are judged and not told."""
    await house.take(handed_in("甲", 0, {}, "000001"), handed_in("乙", 1, {"year": "2020"}, "000001"))
    assert await house.pool.fetchval("SELECT count(*) FROM waiting") > 0
    await asyncio.gather(*(house.copy().look() for _ in range(3)))
    assert house.producer.sent == [] and await house.pool.fetchval("SELECT count(*) FROM waiting") == 0


UNITS = ("甲", "乙", "丙", "")
NAMES = ("湖滨步道日常维护", "绿地养护", "")
VARIANTS: Sequence[Mapping[str, str]] = (*FORMS, LAST_YEAR, {"funds.total.budget": "1200000.00"})


def of_chance(chance: random.Random, place: int) -> Member:
    """A form of some unit, perhaps without a code or its unit printed, perhaps from outside."""
    unit = chance.choice(UNITS)
    changes = {**chance.choice(VARIANTS), **chance.choice(({}, {}, {"code": ""}))}
    printed = {"unit": chance.choice((unit, "")), "budget_unit": chance.choice((*UNITS, ""))}
    return handed_in(unit, place, {**changes, **printed}, "000001", chance.random() < 0.3)


def accounts_of(unit: str) -> Member:
    """The final accounts of a unit, which speak of a project."""
    sample = accounts_member({})
    form = sample.form.model_validate_json(sample.form.model_dump_json().replace("澄湖区城管局", unit))
    return replace(sample, identity=FormIdentity.of(form, unit, None), form=form)


async def history(house: House, chance: random.Random, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forms, readings anew, merges and rulings in some order, at once and twice, with looks and kills in between."""
    forms = [of_chance(chance, place) for place in range(8)] + [accounts_of(chance.choice(UNITS[:3]))]
    waits, became, rulings = chance.sample(forms, len(forms)), {}, dict[uuid.UUID, bool]()
    keep, killed = runtime_inbox._keep, chance.random

    async def breaks(*arguments: Any) -> None:
        if killed() < 0.15:
            raise RetryLater("killed")
        await keep(*arguments)

    monkeypatch.setattr(runtime_inbox, "_keep", breaks)
    monkeypatch.setattr(form_store, "SMALL", chance.choice((0, 3, 200)))
    while waits or chance.random() < 0.7:
        step = chance.random()
        if waits and step < 0.5:
            now = [waits.pop() for _ in range(min(len(waits), chance.randint(1, 3)))]
            await _until_taken(house, [*now, *chance.sample(list(house.forms.values()), min(1, len(house.forms)))])
        elif step < 0.65:
            unit, into = chance.sample(UNITS[:3], 2)
            became = {} if became else {unit: into}
            for each in UNITS[:3]:
                await house.merge(each, became.get(each))
        elif step < 0.8 and house.forms:
            ruled = chance.choice(list(house.forms.values()))
            rulings[ruled.form_id] = chance.choice((True, False))
            await house.rule(ruled, rulings[ruled.form_id])
        elif step < 0.88 and (read := [each for each in house.forms.values() if each.form.accounts is None]):
            anew = chance.choice(read)
            identity = anew.identity.model_copy(update={"project_name": chance.choice(NAMES)})
            with suppress(RetryLater):
                await house.read_anew(replace(anew, identity=identity))
        else:
            await asyncio.gather(*(house.copy().look() for _ in range(2)), return_exceptions=True)
    monkeypatch.undo()
    await asyncio.gather(house.look(), house.look())
    forms = list(house.forms.values())
    assert latest(house.told()) == wanted(forms, became, rulings, told=True)
    found = wanted(forms, became, rulings)
    assert await house.across() == {form: plain(each) for form, each in found.items()}
    assert len({e.headers["ce_id"]: e.value for e in house.told()}) == len({e.value for e in house.told()})


async def _until_taken(house: House, forms: Sequence[Member]) -> None:
    for each in await asyncio.gather(*(house.take(form) for form in forms), return_exceptions=True):
        assert each is None or isinstance(each, RetryLater | asyncpg.DeadlockDetectedError)
    for form in forms:
        while form.form_id not in house.forms:
            try:
                await house.take(form)
            except RetryLater:
                continue


@pytest.mark.parametrize("seed", range(12))
async def test_any_history_ends_in_the_same(house: House, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if all forms, merges and rulings had been there from the beginning."""
    await history(house, random.Random(seed), monkeypatch)
