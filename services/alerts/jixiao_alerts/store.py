"""The alerts' facts, states and messages to be sent, in PostgreSQL. Its own schema, written by nobody else.

Both entry points run inside the caller's transaction. They take a lock on the project, add the fact, fold all facts of
the form anew, and write what differs from the stored state together with the deliveries that follow.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from pydantic import TypeAdapter, ValidationError

from jixiao.events import AlertChanged, AlertCommand, AlertState, FormScored
from jixiao.findings import Finding
from jixiao.identity import FormIdentity, Version, derived_id
from jixiao.runtime.errors import Unreadable
from jixiao.runtime.postgres import Connection
from jixiao_alerts.match import Reason, Subscription, match, news
from jixiao_alerts.render import message
from jixiao_alerts.states import FormVersion, advance, changes

log = structlog.get_logger(__name__)

COMMITTED = "alerts_deliveries"  # PostgreSQL notifies on this channel when new deliveries are committed

_FINDINGS = TypeAdapter(tuple[Finding, ...])


def event_id(change: AlertChanged) -> UUID:
    """The id of an ``alerts.changed`` event; it follows from the cause, so that a repeat has the same."""
    return derived_id("alert-changed", change.cause, change.alert_id)


async def apply_scored(conn: Connection, event: FormScored, cause: UUID, now: datetime) -> list[AlertChanged]:
    """Add a scored form as a version and write what follows. A form that is known already changes nothing."""
    await _lock(conn, event.identity.project)
    await _add_version(conn, event)
    return await _refold(conn, event.identity.key, cause, now)


async def apply_command(conn: Connection, command: AlertCommand, cause: UUID, now: datetime) -> list[AlertChanged]:
    """Add a person's command and write what follows. Raises Unreadable when there is no such alert."""
    alert = await conn.fetchrow("SELECT identity_key, project FROM alerts WHERE alert_id = $1", command.alert_id)
    if alert is None:
        raise Unreadable(f"没有编号为 {command.alert_id} 的预警，该处理意见无法执行。请刷新预警列表后重新提交。")
    await _lock(conn, alert["project"])
    await conn.execute(
        """INSERT INTO commands (command_id, alert_id, identity_key, handling, given_by, given_at, command)
           VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING""",
        command.command_id,
        command.alert_id,
        alert["identity_key"],
        command.handling,
        command.by,
        command.given_at,
        command.model_dump_json(),
    )
    return await _refold(conn, alert["identity_key"], cause, now)


async def _lock(conn: Connection, project: str) -> None:
    await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended('alerts ' || $1, 0))", project)


async def _add_version(conn: Connection, event: FormScored) -> None:
    identity, version = event.identity, event.version
    await conn.execute(
        """INSERT INTO versions (form_id, identity_key, project, year, kind, upload_id, uploaded_at, document_id,
                                 ordinal, identity, findings, rules_version, profile_hash)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING""",
        version.form_id,
        identity.key,
        identity.project,
        identity.year,
        identity.kind,
        version.upload_id,
        version.uploaded_at,
        version.document_id,
        version.ordinal,
        identity.model_dump_json(),
        _FINDINGS.dump_json(event.findings).decode(),
        event.rules_version,
        event.profile_hash,
    )


async def _refold(conn: Connection, key: str, cause: UUID, now: datetime) -> list[AlertChanged]:
    versions = [_version(row) for row in await conn.fetch("SELECT * FROM versions WHERE identity_key = $1", key)]
    rows = await conn.fetch("SELECT command FROM commands WHERE identity_key = $1", key)
    commands = [AlertCommand.model_validate_json(row["command"]) for row in rows]
    rows = await conn.fetch("SELECT alert_id, state FROM alerts WHERE identity_key = $1", key)
    before = {row["alert_id"]: AlertState.model_validate_json(row["state"]) for row in rows}
    identities = {form.version.form_id: form.identity for form in versions}
    changed = [
        AlertChanged(
            alert_id=change.alert_id,
            identity=identities[change.after.version.form_id],
            cause=cause,
            changed_at=now,
            before=change.before,
            after=change.after,
        )
        for change in changes(before, advance(versions, commands))
    ]
    if changed:
        await _write_states(conn, changed)
        await _write_history(conn, changed)
        await _write_deliveries(conn, changed)
    return changed


def _version(row: Any) -> FormVersion:
    version = Version(
        upload_id=row["upload_id"],
        uploaded_at=row["uploaded_at"],
        document_id=row["document_id"],
        ordinal=row["ordinal"],
    )
    return FormVersion(
        FormIdentity.model_validate_json(row["identity"]), version, _FINDINGS.validate_json(row["findings"])
    )


async def _write_states(conn: Connection, changed: Iterable[AlertChanged]) -> None:
    await conn.executemany(
        """INSERT INTO alerts (alert_id, identity_key, project, year, kind, unit, unit_name, project_name, rule, stage,
                               severity, condition, handling, deadline, sentence, stated, computed, amount, is_doubt,
                               follows, form_id, upload_id, state, changed_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
                   $23, $24)
           ON CONFLICT (alert_id) DO UPDATE SET
               (unit, unit_name, project_name, stage, severity, condition, handling, deadline, sentence, stated,
                computed, amount, is_doubt, follows, form_id, upload_id, state, changed_at)
             = (excluded.unit, excluded.unit_name, excluded.project_name, excluded.stage, excluded.severity,
                excluded.condition, excluded.handling, excluded.deadline, excluded.sentence, excluded.stated,
                excluded.computed, excluded.amount, excluded.is_doubt, excluded.follows, excluded.form_id,
                excluded.upload_id, excluded.state, excluded.changed_at)""",
        [_state_row(change) for change in changed],
    )


def _state_row(change: AlertChanged) -> tuple[object, ...]:
    identity, state = change.identity, change.after
    finding = state.finding
    return (
        change.alert_id,
        identity.key,
        identity.project,
        identity.year,
        identity.kind,
        identity.unit,
        identity.unit_name,
        identity.project_name,
        finding.rule,
        finding.stage,
        finding.severity,
        state.condition,
        state.handling,
        state.deadline,
        finding.sentence,
        finding.stated,
        finding.computed,
        finding.amount,
        finding.is_doubt,
        finding.follows,
        state.version.form_id,
        state.version.upload_id,
        state.model_dump_json(),
        change.changed_at,
    )


async def _write_history(conn: Connection, changed: Iterable[AlertChanged]) -> None:
    await conn.executemany(
        "INSERT INTO alert_changes (event_id, alert_id, change, changed_at) VALUES ($1, $2, $3, $4)",
        [(event_id(change), change.alert_id, change.model_dump_json(), change.changed_at) for change in changed],
    )


async def _write_deliveries(conn: Connection, changed: Iterable[AlertChanged]) -> None:
    subscriptions = await _subscriptions(conn)
    rows = [_delivery_row(s, c) for c in changed for s in subscriptions if match(s, c) is Reason.SEND]
    await conn.executemany(
        """INSERT INTO deliveries (delivery_id, event_id, subscription_id, alert_id, channel, target, body,
                                   next_attempt_at, created_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)""",
        rows,
    )
    if rows:
        await conn.execute(f"NOTIFY {COMMITTED}")


def _delivery_row(subscription: Subscription, change: AlertChanged) -> tuple[object, ...]:
    condition = news(change)
    assert condition is not None, "what matched is news"
    delivery_id = derived_id("delivery", event_id(change), subscription.id)
    return (
        delivery_id,
        event_id(change),
        subscription.id,
        change.alert_id,
        subscription.channel,
        subscription.target,
        message(delivery_id, change, condition),
        change.changed_at,
    )


async def _subscriptions(conn: Connection) -> Sequence[Subscription]:
    """The gateway's subscriptions; one that makes no sense must not hold up the others' warnings."""
    rows = await conn.fetch(
        """SELECT id, subscriber, channel, target, unit, project, rules, least_severity, least_amount, conditions,
                  paused FROM gateway_views.subscriptions"""
    )
    valid = []
    for row in rows:
        try:
            valid.append(Subscription.model_validate(dict(row)))
        except ValidationError as fault:
            log.error("subscription makes no sense, nothing is sent to it", id=str(row["id"]), fault=str(fault))
    return valid
