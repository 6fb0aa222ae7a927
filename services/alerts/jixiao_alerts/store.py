"""The alerts' facts, states and messages to be sent, in PostgreSQL. Its own schema, written by nobody else.

Both entry points run inside the caller's transaction. They take a lock on the project, add the fact, fold all facts of
the form anew, and write what differs from the stored state together with the deliveries that follow.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from jixiao.events import AlertChanged, AlertCommand, AlertState, FormScored
from jixiao.findings import Finding
from jixiao.identity import FormIdentity, Version
from jixiao.runtime.errors import Unreadable
from jixiao.runtime.postgres import Connection
from jixiao_alerts.outbox import event_id, release, write_deliveries
from jixiao_alerts.states import FormVersion, advance, changes

_FINDINGS = TypeAdapter(tuple[Finding, ...])


async def apply_scored(conn: Connection, event: FormScored, cause: UUID, now: datetime) -> list[AlertChanged]:
    """Add a scored form as a version, or as another assessment of a known one, and write what follows."""
    await _lock(conn, event.identity.project)
    await _add_version(conn, event)
    changed = await _refold(conn, event.identity.key, cause, now)
    upload, forms = event.version.upload_id, event.forms_in_upload
    # a form judged again may be one of thousands
    whole = event.assessment == 0 and await _is_whole(conn, upload, forms)
    if changed:
        await write_deliveries(conn, changed, upload, whole)
    if whole and forms > 1:
        await release(conn, upload, now)
    return changed


async def _is_whole(conn: Connection, upload: UUID, forms: int) -> bool:
    """Whether all forms of an upload have been scored."""
    if forms <= 1:
        return True
    return bool(await conn.fetchval("SELECT count(*) >= $2 FROM versions WHERE upload_id = $1", upload, forms))


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
    return await _refold_and_tell(conn, alert["identity_key"], cause, now, command)


async def apply_deadline(conn: Connection, alert: UUID, cause: UUID, now: datetime) -> list[AlertChanged]:
    """Write what follows from a deadline that passed; nothing when the unit has answered meanwhile."""
    row = await conn.fetchrow("SELECT identity_key, project FROM alerts WHERE alert_id = $1", alert)
    await _lock(conn, row["project"])
    return await _refold_and_tell(conn, row["identity_key"], cause, now)


async def _refold_and_tell(
    conn: Connection, key: str, cause: UUID, now: datetime, given: AlertCommand | None = None
) -> list[AlertChanged]:
    changed = await _refold(conn, key, cause, now, given)
    if changed:
        await write_deliveries(conn, changed, changed[0].after.version.upload_id, whole=True)
    return changed


async def _lock(conn: Connection, project: str) -> None:
    await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended('alerts ' || $1, 0))", project)


async def _add_version(conn: Connection, event: FormScored) -> None:
    identity, version = event.identity, event.version
    added = await conn.fetchval(
        """INSERT INTO versions (form_id, identity_key, project, year, kind, upload_id, uploaded_at, document_id,
                                 ordinal, identity, findings, rules_version, profile_hash, assessment)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
           ON CONFLICT DO NOTHING RETURNING true""",
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
        event.assessment,
    )
    if not added:
        await _add_assessment(conn, event)


async def _add_assessment(conn: Connection, event: FormScored) -> None:
    """Of two assessments of a form the newer counts, whichever came first; the other is kept as superseded."""
    form_id = event.version.form_id
    row = await conn.fetchrow(
        "SELECT assessment, rules_version, profile_hash, findings FROM versions WHERE form_id = $1", form_id
    )
    stored = (*list(row.values())[:3], _FINDINGS.dump_json(_FINDINGS.validate_json(row["findings"])).decode())
    findings = _FINDINGS.dump_json(event.findings).decode()
    arrived = (event.assessment, event.rules_version, event.profile_hash, findings)
    older, newer = sorted((stored, arrived))
    if older == newer:
        return
    await conn.execute(
        """INSERT INTO superseded (form_id, assessment, rules_version, profile_hash, findings)
           VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING""",
        form_id,
        *older,
    )
    await conn.execute(
        """UPDATE versions SET assessment = $2, rules_version = $3, profile_hash = $4, findings = $5
           WHERE form_id = $1""",
        form_id,
        *newer,
    )


async def _versions(conn: Connection, key: str) -> list[FormVersion]:
    rows = await conn.fetch(
        """SELECT v.*, coalesce((SELECT jsonb_path_query_array(jsonb_agg(s.findings), '$[*][*]')
                                 FROM superseded s WHERE s.form_id = v.form_id), '[]') AS superseded
           FROM versions v WHERE identity_key = $1""",
        key,
    )
    return [_version(row) for row in rows]


async def _refold(
    conn: Connection, key: str, cause: UUID, now: datetime, given: AlertCommand | None = None
) -> list[AlertChanged]:
    versions = await _versions(conn, key)
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
            command=given if given is not None and given.alert_id == change.alert_id else None,
        )
        for change in changes(before, advance(versions, commands, now))
    ]
    if changed:
        await _write_states(conn, changed)
        await _write_history(conn, changed)
    return changed


def _version(row: Any) -> FormVersion:
    version = Version(
        upload_id=row["upload_id"],
        uploaded_at=row["uploaded_at"],
        document_id=row["document_id"],
        ordinal=row["ordinal"],
    )
    return FormVersion(
        FormIdentity.model_validate_json(row["identity"]),
        version,
        _FINDINGS.validate_json(row["findings"]),
        _FINDINGS.validate_json(row["superseded"]),
    )


async def _write_states(conn: Connection, changed: Iterable[AlertChanged]) -> None:
    await conn.executemany(
        """INSERT INTO alerts (alert_id, identity_key, project, year, kind, unit, unit_name, project_name, rule, stage,
                               severity, condition, handling, deadline, sentence, stated, computed, amount, is_doubt,
                               follows, form_id, upload_id, state, changed_at, overdue)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
                   $23, $24, $25)
           ON CONFLICT (alert_id) DO UPDATE SET
               (unit, unit_name, project_name, stage, severity, condition, handling, deadline, sentence, stated,
                computed, amount, is_doubt, follows, form_id, upload_id, state, changed_at, overdue)
             = (excluded.unit, excluded.unit_name, excluded.project_name, excluded.stage, excluded.severity,
                excluded.condition, excluded.handling, excluded.deadline, excluded.sentence, excluded.stated,
                excluded.computed, excluded.amount, excluded.is_doubt, excluded.follows, excluded.form_id,
                excluded.upload_id, excluded.state, excluded.changed_at, excluded.overdue)""",
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
        state.overdue,
    )


async def _write_history(conn: Connection, changed: Iterable[AlertChanged]) -> None:
    await conn.executemany(
        "INSERT INTO alert_changes (event_id, alert_id, change, changed_at) VALUES ($1, $2, $3, $4)",
        [(event_id(change), change.alert_id, change.model_dump_json(), change.changed_at) for change in changed],
    )
