"""The scorer's step: a form becomes its assessment, kept and told."""

from collections.abc import Sequence
from datetime import datetime

from jixiao.events import FormParsed, FormScored
from jixiao.events.topics import SCORED
from jixiao.identity import derived_id
from jixiao.runtime import metrics
from jixiao.runtime.message import Incoming, Outgoing, cloud_event, outgoing
from jixiao.runtime.postgres import Connection
from jixiao_scorer import assess, store
from jixiao_scorer.profiles import Profile, profile_for
from jixiao_scorer.rules import RULES_VERSION


class Scorer:
    """Recomputes each form, keeps stated beside recomputed figures, and emits the findings."""

    async def prepare(self, message: Incoming) -> FormScored:
        """Judge the form. Raises Unreadable when the message holds none."""
        parsed = message.decode(FormParsed)
        profile: Profile = profile_for(parsed.form.layout)
        assessment = assess(parsed.form, profile)
        return FormScored(
            identity=parsed.identity,
            version=parsed.version,
            forms_in_upload=parsed.forms_in_upload,
            rules_version=RULES_VERSION,
            profile=profile.name,
            profile_hash=profile.hash,
            figures=assessment.figures,
            findings=assessment.findings,
        )

    async def decide(self, conn: Connection, prepared: FormScored, message: Incoming) -> Sequence[Outgoing]:
        """Keep the assessment; one event tells it."""
        await store.keep(conn, prepared)
        for finding in prepared.findings:
            metrics.FINDINGS.labels(finding.rule.value, finding.severity.value).inc()
        now: datetime = await conn.fetchval("SELECT now()")
        event_id = derived_id("scored", prepared.version.form_id)
        headers = cloud_event("jixiao.form.scored", "/jixiao/scorer", event_id, now, message.trace)
        return [outgoing(SCORED, prepared.identity.project, prepared, headers)]
