"""The alerts' facts, states and messages to be sent, in PostgreSQL. Its own schema, written by nobody else.

Both entry points run inside the caller's transaction. They take a lock on the project, add the fact, fold all facts of
the form anew, and write what differs from the stored state together with the deliveries that follow.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from jixiao.events import AlertChanged, AlertCommand, AlertState, FormScored
from jixiao.identity import FormIdentity
from jixiao.runtime.errors import Unreadable
from jixiao.runtime.postgres import Connection
from jixiao_alerts import versions
from jixiao_alerts.admission import rulings
from jixiao_alerts.outbox import event_id, release, write_deliveries
from jixiao_alerts.states import Change, advance, changes, is_told


async def apply_scored(conn: Connection, event: FormScored, cause: UUID, now: datetime) -> list[AlertChanged]:
    """Add a scored form as a version, or as another assessment of a known one, and write what follows."""
    await _lock(conn, event.identity.project)
    await versions.add_version(conn, event)
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
    identity = await _whose(conn, command.alert_id)
    if identity is None:
        raise Unreadable(f"没有编号为 {command.alert_id} 的预警，该处理意见无法执行。请刷新预警列表后重新提交。")
    await _lock(conn, identity.project)
    await conn.execute(
        """INSERT INTO commands (command_id, alert_id, identity_key, handling, given_by, given_at, command)
           VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING""",
        command.command_id,
        command.alert_id,
        identity.key,
        command.handling,
        command.by,
        command.given_at,
        command.model_dump_json(),
    )
    return await _refold_and_tell(conn, identity.key, cause, now, command)


async def apply_deadline(conn: Connection, alert: UUID, cause: UUID, now: datetime) -> list[AlertChanged]:
    """Write what follows from a deadline that passed; nothing when the unit has answered, or the alert is no more."""
    identity = await _whose(conn, alert)
    assert identity is not None, "it was there when its deadline was seen"
    await _lock(conn, identity.project)
    return await _refold_and_tell(conn, identity.key, cause, now)


async def _whose(conn: Connection, alert: UUID) -> FormIdentity | None:
    """The form of an alert that was ever there; one that is no more may come back, and keeps its commands."""
    found = await conn.fetchval("SELECT change -> 'identity' FROM alert_changes WHERE alert_id = $1 LIMIT 1", alert)
    return None if found is None else FormIdentity.model_validate_json(found)


async def _refold_and_tell(
    conn: Connection, key: str, cause: UUID, now: datetime, given: AlertCommand | None = None
) -> list[AlertChanged]:
    changed = await _refold(conn, key, cause, now, given)
    if changed:
        await write_deliveries(conn, changed, changed[0].after.version.upload_id, whole=True)
    return changed


async def _lock(conn: Connection, project: str) -> None:
    await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended('alerts ' || $1, 0))", project)


async def _refold(
    conn: Connection, key: str, cause: UUID, now: datetime, given: AlertCommand | None = None
) -> list[AlertChanged]:
    stored = await versions.rows_of(conn, key)
    forms = [versions.version_of(row) for row in stored]
    commands, before = await _commands(conn, key), await _states(conn, key)
    after = advance(forms, commands, now)
    await versions.write_rulings(conn, stored, rulings(forms, commands))
    identities = {form.version.form_id: form.identity for form in forms}
    different = changes(before, after)
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
        for change in different
        if is_told(change)
    ]
    await _write_quietly(conn, [change for change in different if not is_told(change)])
    if changed:
        await _write_states(conn, changed)
        await _write_history(conn, changed)
    if gone := before.keys() - after.keys():
        await conn.execute("DELETE FROM alerts WHERE alert_id = ANY ($1)", list(gone))
    return changed


async def _commands(conn: Connection, key: str) -> list[AlertCommand]:
    rows = await conn.fetch("SELECT command FROM commands WHERE identity_key = $1", key)
    return [AlertCommand.model_validate_json(row["command"]) for row in rows]


async def _states(conn: Connection, key: str) -> dict[UUID, AlertState]:
    rows = await conn.fetch("SELECT alert_id, state FROM alerts WHERE identity_key = $1", key)
    return {row["alert_id"]: AlertState.model_validate_json(row["state"]) for row in rows}


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


async def _write_quietly(conn: Connection, changed: Iterable[Change]) -> None:
    """Keep what nobody is told; the time of the last change stays."""
    await conn.executemany(
        "UPDATE alerts SET state = $2 WHERE alert_id = $1",
        [(change.alert_id, change.after.model_dump_json()) for change in changed],
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
