"""Scored forms straight onto the topic and subscriptions straight into the table, to drive the alerts service alone."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg

from jixiao.events import FormScored
from jixiao.events.topics import SCORED
from jixiao.identity import derived_id
from jixiao.runtime.message import cloud_event, outgoing
from tests.contract.subscriptions import EVERY_CONDITION, SECRET
from tests.system.pipeline import Pipeline
from tests.unit.alerts.builders import finding, form, scored

LOOPBACK_ALLOWED = {"JIXIAO_WEBHOOK_ALLOW": "127.0.0.0/8"}


async def subscribe(pipeline: Pipeline, targets: Sequence[str]) -> None:
    """A webhook for everything, one a target."""
    conn = await asyncpg.connect(pipeline.dsns["gateway"])
    try:
        await conn.executemany(
            """INSERT INTO subscriptions (id, subscriber, channel, target, secret, least_severity, conditions)
               VALUES ($1, '测试订阅方', 'webhook', $2, $3, 'notice', $4)""",
            [(uuid4(), target, SECRET, EVERY_CONDITION) for target in targets],
        )
    finally:
        await conn.close()


def alarming(number: int) -> FormScored:
    """A form of a project of its own, with one finding; handed in now."""
    event = scored(form(0, finding()))
    identity = event.identity.model_copy(update={"project": f"{number:021}"})
    upload = derived_id("alarming", number)
    version = event.version.model_copy(update={"upload_id": upload, "uploaded_at": datetime.now(UTC)})
    return event.model_copy(update={"identity": identity, "version": version})


async def send(pipeline: Pipeline, event: FormScored) -> UUID:
    """Put a scored form onto its topic; the id of the event."""
    cause = derived_id("scored", event.version.form_id)
    headers = cloud_event("test", "/test", cause, datetime.now(UTC), cause.hex)
    await pipeline.producer.send(outgoing(SCORED, event.identity.project, event, headers))
    return cause
