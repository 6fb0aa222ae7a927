"""What is stored is judged again once another profile, or another release's rules, were adopted."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from uuid import UUID

import structlog

from jixiao.identity import derived_id
from jixiao.runtime import metrics
from jixiao.runtime.background import keep_looking, tell_decided
from jixiao.runtime.faults import is_world_broken
from jixiao.runtime.health import Health
from jixiao.runtime.inbox import Inbox
from jixiao.runtime.message import Outgoing
from jixiao.runtime.postgres import Connection
from jixiao.runtime.produce import Producer
from jixiao_scorer import assess, store
from jixiao_scorer.app import judge_together, live, told
from jixiao_scorer.profile_store import Adopted, release_in_force
from jixiao_scorer.release import RELEASE
from jixiao_scorer.standing import Standing, behind_in_all, to_judge_again
from jixiao_scorer.written import Profiles

log = structlog.get_logger(__name__)

LISTED = 1000  # forms that one look takes on
AT_ONCE = 50  # forms judged in one transaction, so that a large unit does not hold up new forms


class Rejudging:
    """Looks for forms that stand on rules no longer in force, until cancelled; any number of copies may look."""

    def __init__(self, inbox: Inbox, producer: Producer, health: Health, adopted: Adopted | None = None) -> None:
        self._inbox = inbox
        self._producer = producer
        self._health = health
        self._adopted = adopted or Adopted()
        self._left: set[str] = set()

    async def run(self) -> None:
        """For ever; what the world does is waited out."""

        async def more() -> bool:
            return await self.look() > 0

        await keep_looking("rejudging", more, self._health)

    async def look(self) -> int:
        """Judge again what stands on other rules, and tell it; how many forms it was."""
        await self._tell_decided()
        async with self._inbox.pool.acquire() as conn:
            profiles = await self._adopted.refresh(conn)
            self._remark("profiles", "；".join(self._adopted.refused))
            found = await to_judge_again(conn, profiles, LISTED, but=self._left)
            adopted = await release_in_force(conn) == RELEASE
            behind = found[0].of if found else 0
            metrics.TO_JUDGE_AGAIN.set(await behind_in_all(conn, profiles) if self._left else behind)
        waits = behind and not adopted  # its effect has not been seen yet, or another release's was seen since
        self._remark(
            "rules", f"{behind}张自评表仍按其他版本的规则核对，新规则等待启用（jixiao rules）。" if waits else ""
        )
        if waits:
            return 0
        for unit, forms in _batches(found):
            if unit not in self._left:
                await self._judge(unit, forms, profiles)
        return len(found)

    async def _judge(self, unit: str, forms: Sequence[Standing], profiles: Profiles) -> None:
        standing = (f"{each.form_id} {each.assessment}" for each in forms)
        cause = derived_id("judged again", RELEASE.rules_version, *standing)
        decide = partial(_judged_again, unit, [each.form_id for each in forms], profiles, cause)
        try:
            await self._inbox.decide(cause, decide)
        except Exception as fault:
            if is_world_broken(fault):
                raise
            # the others are not held up; a restart tries again
            log.exception("the forms of a unit cannot be judged again", unit=unit)
            self._left.add(unit)
            self._remark("rejudging", f"{len(self._left)}个单位的自评表无法按现行规则重新核对，原因见日志。")
        await self._tell_decided()

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


def _batches(found: Sequence[Standing]) -> Iterator[tuple[str, list[Standing]]]:
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
    # another copy may have judged some of them while this one waited for the unit
    left = [each.form_id for each in await to_judge_again(conn, profiles, len(form_ids), only=form_ids)]
    for member in await store.members(conn, left, profiles):
        await store.keep_again(conn, member, assess(member.form, member.profile), RELEASE.rules_version)
    changed = await judge_together(conn, unit, left, profiles)
    across = await store.cross_findings(conn, unit, changed)
    again = await store.judged_again(conn, {*left, *changed})
    now = await conn.fetchval("SELECT now()")
    await conn.execute("INSERT INTO judged_again (cause, unit, forms) VALUES ($1, $2, $3)", cause, unit, len(left))
    return [told(each, live(across.get(each.version.form_id, ())), now, cause.hex) for each in again]
