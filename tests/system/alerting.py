"""Scored forms straight onto the topic and subscriptions straight into the table, to drive the alerts service alone."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg

from jixiao.events import FormScored
from jixiao.events.topics import SCORED
from jixiao.findings import Subject
from jixiao.identity import derived_id
from jixiao.runtime.message import cloud_event, outgoing
from tests.contract.subscriptions import EVERY_CONDITION, SECRET
from tests.system.pipeline import Pipeline
from tests.unit.alerts.builders import FORM, finding, form, scored

LOOPBACK_ALLOWED = {"JIXIAO_WEBHOOK_ALLOW": "127.0.0.0/8"}


async def subscribe(
    pipeline: Pipeline, targets: Sequence[str], channel: str = "webhook", units: Sequence[str | None] | None = None
) -> None:
    """A subscription a target, for everything or for a unit each."""
    conn = await asyncpg.connect(pipeline.dsns["gateway"])
    try:
        await conn.executemany(
            """INSERT INTO subscriptions (id, subscriber, channel, target, secret, least_severity, conditions, unit)
               VALUES ($1, '测试订阅方', $2, $3, $4, 'notice', $5, $6)""",
            [
                (uuid4(), channel, target, SECRET, EVERY_CONDITION, unit)
                for target, unit in zip(targets, units or [None] * len(targets), strict=True)
            ],
        )
    finally:
        await conn.close()


def alarming(number: int, findings: int = 1, unit: str = FORM.unit, upload: int | None = None) -> FormScored:
    """A form of a project of its own, with so many findings; handed in now, alone or with others in an upload."""
    found = [finding(subject=Subject(kind="indicator", name=str(at)) if at else Subject()) for at in range(findings)]
    event = scored(form(0, *found))
    identity = event.identity.model_copy(update={"project": f"{number:021}", "unit": unit, "unit_name": unit})
    changed = {
        "upload_id": derived_id("alarming", number if upload is None else f"upload {upload}"),
        "uploaded_at": datetime.now(UTC),
        "ordinal": 1 if upload is None else number + 1,
    }
    version = event.version.model_copy(update=changed)
    return event.model_copy(update={"identity": identity, "version": version})


async def send(pipeline: Pipeline, event: FormScored) -> UUID:
    """Put a scored form onto its topic; the id of the event."""
    cause = derived_id("scored", event.version.form_id)
    headers = cloud_event("test", "/test", cause, datetime.now(UTC), cause.hex)
    await pipeline.producer.send(outgoing(SCORED, event.identity.project, event, headers))
    return cause
