"""The scorer's step: a form becomes its assessment, kept and told, and its unit's other forms are judged again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from jixiao.events import FormParsed, FormScored
from jixiao.events.topics import SCORED
from jixiao.findings import Finding
from jixiao.identity import derived_id
from jixiao.runtime import metrics
from jixiao.runtime.errors import Unreadable
from jixiao.runtime.message import Incoming, Outgoing, cloud_event, outgoing
from jixiao.runtime.postgres import Connection
from jixiao.runtime.tally import after_commit
from jixiao_scorer import assess, form_store, store, unit_store, waiting
from jixiao_scorer.assess import Assessment
from jixiao_scorer.context import Member, merged
from jixiao_scorer.profile_store import Adopted
from jixiao_scorer.rules import RULES_VERSION
from jixiao_scorer.together import judge_together, live


@dataclass(frozen=True, slots=True)
class Prepared:
    """A form judged by itself, and the form, to be judged among others."""

    event: FormScored
    member: Member


class Scorer:
    """Recomputes each form, keeps stated beside recomputed figures, and emits the findings.

    What depends on several forms is judged anew with every form of the unit, over all that is stored and under the
    unit's lock, so that the order of arrival does not matter; only forms whose findings changed are told again. What
    other units have of the same code waits to be judged anew, and so does a large unit as a whole.
    """

    def __init__(self, pool: asyncpg.Pool, adopted: Adopted | None = None) -> None:
        self._pool = pool
        self._adopted = adopted or Adopted()

    async def prepare(self, message: Incoming) -> Prepared:
        """Judge the form by itself. Raises Unreadable when the message holds none."""
        parsed = message.decode(FormParsed)
        async with self._pool.acquire() as conn:
            profiles = await self._adopted.refresh(conn)
        profile = profiles(parsed.form.layout)
        assessment = assess(parsed.form, profile)
        event = FormScored(
            identity=parsed.identity,
            version=parsed.version,
            forms_in_upload=parsed.forms_in_upload,
            rules_version=RULES_VERSION,
            profile=profile.name,
            profile_hash=profile.hash,
            figures=assessment.figures,
            findings=assessment.findings,
        )
        return Prepared(event, Member(parsed.identity, parsed.version, parsed.form, profile))

    async def decide(self, conn: Connection, prepared: Prepared, message: Incoming) -> Sequence[Outgoing]:
        """Keep the assessment and what changed between forms; one event for this form and each that changed."""
        event, member = prepared.event, prepared.member
        unit = await unit_store.enter(conn, event.identity.unit)
        if (name := await form_store.name_of(conn, member.form_id)) is not None:
            return await self._read_again(conn, unit, prepared, name, message.trace)
        await store.keep(conn, event, member, unit)
        changed = await self._judge_together(conn, unit, [member.form_id], member.form_id)
        own = changed.pop(member.form_id, ())
        again = await store.judged_again(conn, changed)
        now: datetime = await conn.fetchval("SELECT now()")
        all_of_them = [(event, own), *((each, changed[each.version.form_id]) for each in again)]
        for finding in (*event.findings, *own):
            after_commit(metrics.FINDINGS.labels(finding.rule.value, finding.severity.value).inc)
        return [told(each, across, now, message.trace) for each, across in all_of_them]

    async def _read_again(
        self, conn: Connection, unit: str, prepared: Prepared, name: str, trace: str
    ) -> list[Outgoing]:
        """The form was read anew by another version of the parser: one assessment more of it.

        Its project was called ``name`` until now; what that brought on other forms ends.
        """
        event, member = prepared.event, prepared.member
        near = await form_store.family_of(conn, unit, [member.form_id])
        await store.replace_form(conn, member, unit)
        await store.keep_again(conn, member, Assessment(event.figures, event.findings), event.rules_version)
        changed = await self._judge_together(conn, unit, near, member.form_id, [name])
        across = await store.cross_findings(conn, {member.form_id, *changed})
        now: datetime = await conn.fetchval("SELECT now()")
        again = await store.judged_again(conn, {member.form_id, *changed})
        return [told(each, live(across.get(each.version.form_id, ())), now, trace) for each in again]

    async def _judge_together(
        self, conn: Connection, unit: str, form_ids: Collection[UUID], arrived: UUID, old_names: Collection[str] = ()
    ) -> dict[UUID, tuple[Finding, ...]]:
        """Judge what a form that arrived may concern; other units' forms wait, and so does a large unit as a whole."""
        whole = await form_store.is_small(conn, unit)
        changed = await judge_together(conn, unit, form_ids, self._adopted.profiles, old_names, whole)
        others = await form_store.others(conn, unit, [arrived])
        await waiting.mark(conn, others if whole else {arrived, *others})
        return changed


def told(event: FormScored, across: Sequence[Finding], now: datetime, trace: str) -> Outgoing:
    """The event of a form; its first keeps the id that it has without other forms."""
    form_id, place = event.version.form_id, event.assessment
    event_id = derived_id("scored", form_id, place) if place else derived_id("scored", form_id)
    headers = cloud_event("jixiao.form.scored", "/jixiao/scorer", event_id, now, trace)
    whole = event.model_copy(update={"findings": merged(event.findings, across)})
    try:
        return outgoing(SCORED, event.identity.project, whole, headers)
    except Unreadable:
        # too large with what other forms bring, which is not the fault of the form that brought it; the tables have it
        return outgoing(SCORED, event.identity.project, event, headers)
