"""What is stored is judged again once other rules were adopted, or what it is judged beside changed elsewhere."""

from collections.abc import Collection, Iterator, Sequence
from functools import partial
from itertools import groupby
from time import monotonic
from typing import NamedTuple, TypeVar
from uuid import UUID

import structlog

from jixiao.identity import derived_id
from jixiao.runtime import metrics
from jixiao.runtime.background import keep_looking, tell_decided
from jixiao.runtime.faults import is_world_broken
from jixiao.runtime.health import Health
from jixiao.runtime.inbox import Decide, Inbox
from jixiao.runtime.message import Outgoing
from jixiao.runtime.postgres import Connection
from jixiao.runtime.produce import Producer
from jixiao_scorer import assess, form_store, store, unit_store, waiting
from jixiao_scorer.app import told
from jixiao_scorer.profile_store import Adopted, release_in_force
from jixiao_scorer.release import RELEASE
from jixiao_scorer.standing import Standing, behind_in_all, to_judge_again
from jixiao_scorer.together import judge_together, live
from jixiao_scorer.waiting import Waiting
from jixiao_scorer.written import Profiles

log = structlog.get_logger(__name__)

LISTED = 1000  # forms that one look takes on
AT_ONCE = 50  # forms judged in one transaction, so that a large unit does not hold up new forms
FIRST_WAIT, LONGEST_WAIT = 10.0, 3600.0  # seconds until a unit that could not be judged is tried again

To_judge = TypeVar("To_judge", Standing, Waiting)


class _Left(NamedTuple):
    """A unit that could not be judged: how long it waits, and until when."""

    wait: float
    until: float


class Rejudging:
    """Looks for forms that wait or stand on rules no longer in force, until cancelled; any number of copies may."""

    def __init__(self, inbox: Inbox, producer: Producer, health: Health, adopted: Adopted | None = None) -> None:
        self._inbox = inbox
        self._producer = producer
        self._health = health
        self._adopted = adopted or Adopted()
        self._left: dict[str, _Left] = {}

    async def run(self) -> None:
        """For ever; what the world does is waited out."""

        async def more() -> bool:
            return await self.look() > 0

        await keep_looking("rejudging", more, self._health)

    async def look(self) -> int:
        """Judge again what waits and what stands on other rules, and tell it; how many forms it was."""
        await self._tell_decided()
        async with self._inbox.pool.acquire() as conn:
            profiles = await self._adopted.refresh(conn)
            self._remark("profiles", "；".join(self._adopted.refused))
            await unit_store.regroup(conn)
            await unit_store.note_rulings(conn)
            wait = await waiting.listed(conn, LISTED, but=self._resting())
        for unit, marked in _batches(wait):
            ids = [each.id for each in marked]
            cause = derived_id("judged beside", unit, *ids)
            await self._judge(unit, cause, partial(_judged_beside, unit, ids, profiles, cause))
        found = await self._look_for_other_rules(profiles)
        self._show_left({*(each.unit for each in wait), *(each.unit for each in found)})
        return len(wait) + len(found)

    async def _look_for_other_rules(self, profiles: Profiles) -> list[Standing]:
        async with self._inbox.pool.acquire() as conn:
            behind = await behind_in_all(conn, profiles)
            metrics.TO_JUDGE_AGAIN.set(behind)
            adopted = await release_in_force(conn) == RELEASE
            found = await to_judge_again(conn, profiles, LISTED, but=self._resting()) if behind and adopted else []
        waits = behind and not adopted  # its effect has not been seen yet, or another release's was seen since
        self._remark(
            "rules", f"{behind}张自评表仍按其他版本的规则核对，新规则等待启用（jixiao rules）。" if waits else ""
        )
        for unit, forms in _batches(found):
            standing = (f"{each.form_id} {each.assessment}" for each in forms)
            cause = derived_id("judged again", RELEASE.rules_version, *standing)
            form_ids = [each.form_id for each in forms]
            await self._judge(unit, cause, partial(_judged_again, unit, form_ids, profiles, cause))
        return found

    async def _judge(self, unit: str, cause: UUID, decide: Decide) -> None:
        """Decide and tell; a unit whose forms cannot be judged rests, so that it does not hold up the others."""
        if unit in self._resting():
            return
        try:
            await self._inbox.decide(cause, decide)
        except Exception as fault:
            if is_world_broken(fault):
                raise
            last = self._left.get(unit)
            wait = min(last.wait * 2, LONGEST_WAIT) if last is not None else FIRST_WAIT
            log.exception("the forms of a unit cannot be judged again", unit=unit, tried_again_after=wait)
            self._left[unit] = _Left(wait, monotonic() + wait)
        else:
            self._left.pop(unit, None)
        await self._tell_decided()

    def _show_left(self, tried: Collection[str]) -> None:
        """Tell operators of the units that could not be judged; what came to nothing meanwhile is forgotten."""
        still = {*tried, *self._resting()}
        self._left = {unit: left for unit, left in self._left.items() if unit in still}
        left = len(self._left)
        metrics.UNITS_LEFT.set(left)
        self._remark("rejudging", f"{left}个单位的自评表无法重新核对，将定时重试，原因见日志。" if left else "")

    def _resting(self) -> list[str]:
        """The units that could not be judged and are not to be tried again yet."""
        now = monotonic()
        return [unit for unit, left in self._left.items() if left.until > now]

    def _remark(self, about: str, remark: str) -> None:
        if remark:
            self._health.remarks[about] = remark
        else:
            self._health.remarks.pop(about, None)

    async def _tell_decided(self) -> None:
        """Also what a process decided that died before it could tell."""
        rows = await self._inbox.pool.fetch(
            "SELECT cause FROM judged_again JOIN decisions USING (cause) WHERE sent_at IS NULL ORDER BY judged_at"
        )
        await tell_decided(self._inbox, self._producer, [row["cause"] for row in rows])


def _batches(found: Sequence[To_judge]) -> Iterator[tuple[str, list[To_judge]]]:
    """The forms of one unit at a time, and not too many of them."""
    for unit, forms in groupby(found, key=lambda each: each.unit):
        rest = list(forms)
        for at in range(0, len(rest), AT_ONCE):
            yield unit, rest[at : at + AT_ONCE]


async def _judged_again(
    unit: str, form_ids: Sequence[UUID], profiles: Profiles, cause: UUID, conn: Connection
) -> list[Outgoing]:
    """Judge these forms under the rules in force, and their unit with them; one assessment more of each."""
    await store.lock(conn, unit)
    # another copy may have judged some of them while this one waited for the unit, or they are another unit's now
    standing = await to_judge_again(conn, profiles, len(form_ids), only=form_ids)
    left = [each.form_id for each in standing if each.unit == unit]
    for member in await form_store.members(conn, left, profiles):
        await store.keep_again(conn, member, assess(member.form, member.profile), RELEASE.rules_version)
    changed = await judge_together(conn, unit, left, profiles)
    return await _told(conn, unit, {*left, *changed}, cause)


async def _judged_beside(
    unit: str, ids: Sequence[int], profiles: Profiles, cause: UUID, conn: Connection
) -> list[Outgoing]:
    """Judge these waiting forms beside what there is now; one assessment more of each that comes to something else."""
    await store.lock(conn, unit)
    form_ids = await waiting.still(conn, unit, ids)
    changed = await judge_together(conn, unit, form_ids, profiles)
    await waiting.judged(conn, form_ids, ids)
    return await _told(conn, unit, changed, cause)


async def _told(conn: Connection, unit: str, form_ids: Collection[UUID], cause: UUID) -> list[Outgoing]:
    across = await store.cross_findings(conn, form_ids)
    again = await store.judged_again(conn, form_ids)
    now = await conn.fetchval("SELECT now()")
    await conn.execute("INSERT INTO judged_again (cause, unit, forms) VALUES ($1, $2, $3)", cause, unit, len(form_ids))
    return [told(each, live(across.get(each.version.form_id, ())), now, cause.hex) for each in again]
