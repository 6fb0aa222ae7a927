"""The versions of forms in PostgreSQL, and which of them are admitted; run inside the caller's transaction."""

import json
from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter

from jixiao.events import FormScored
from jixiao.findings import Finding
from jixiao.identity import FormIdentity, Version
from jixiao.runtime.postgres import Connection
from jixiao_alerts.admission import FormVersion, Ruling

_FINDINGS = TypeAdapter(tuple[Finding, ...])


async def add_version(conn: Connection, event: FormScored) -> None:
    """Add a scored form as a version, or as another assessment of a known one."""
    identity, version = event.identity, event.version
    added = await conn.fetchval(
        """INSERT INTO versions (form_id, identity_key, project, year, kind, upload_id, uploaded_at, document_id,
                                 ordinal, identity, findings, rules_version, profile_hash, assessment, outside,
                                 doubted)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
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
        version.outside,
        _doubted(event),
    )
    if not added:
        await _add_assessment(conn, event)


def _doubted(event: FormScored) -> str:
    """The labels of the doubted figures by their paths, as JSON."""
    doubted = {figure.path: figure.label.partition("（")[0] for figure in event.figures if figure.doubted}
    return json.dumps(doubted, ensure_ascii=False, sort_keys=True)


def _assessed(event: FormScored) -> tuple[int, int, str, str, str, str]:
    """An assessment as it is compared and stored: its place in the order of assessments first."""
    return (
        event.assessment,
        event.rules_version,
        event.profile_hash,
        _FINDINGS.dump_json(event.findings).decode(),
        _doubted(event),
        event.identity.model_dump_json(),
    )


async def _add_assessment(conn: Connection, event: FormScored) -> None:
    """Of two assessments of a form the newer counts, whichever came first; the other is kept as superseded.

    The form may have been read anew in between: its names, and whether it is classified, are the newer one's too.
    """
    form_id = event.version.form_id
    row = await conn.fetchrow(
        "SELECT assessment, rules_version, profile_hash, findings, doubted, identity FROM versions WHERE form_id = $1",
        form_id,
    )
    known = _FINDINGS.dump_json(_FINDINGS.validate_json(row["findings"])).decode()
    whose = FormIdentity.model_validate_json(row["identity"]).model_dump_json()
    stored = (*list(row.values())[:3], known, row["doubted"], whose)
    older, newer = sorted((stored, _assessed(event)))
    if older == newer:
        return
    await conn.execute(
        """INSERT INTO superseded (form_id, assessment, rules_version, profile_hash, findings)
           VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING""",
        form_id,
        *older[:4],
    )
    await conn.execute(
        """UPDATE versions SET (assessment, rules_version, profile_hash, findings, doubted, identity)
                             = ($2, $3, $4, $5, $6, $7) WHERE form_id = $1""",
        form_id,
        *newer,
    )


async def rows_of(conn: Connection, key: str) -> Sequence[Any]:
    """All versions of a form as they are stored."""
    rows: Sequence[Any] = await conn.fetch(
        """SELECT v.*, coalesce((SELECT jsonb_path_query_array(jsonb_agg(s.findings), '$[*][*]')
                                 FROM superseded s WHERE s.form_id = v.form_id), '[]') AS superseded
           FROM versions v WHERE identity_key = $1""",
        key,
    )
    return rows


async def write_rulings(conn: Connection, stored: Sequence[Any], ruled: Sequence[Ruling]) -> None:
    """What changed of which versions are admitted, and which alert asks for it."""
    known = {row["form_id"]: (row["admitted"], row["held_by"]) for row in stored}
    rows = [(each.form.version.form_id, each.admitted, each.alert_id) for each in ruled]
    changed = [(form_id, *now) for form_id, *now in rows if tuple(now) != known[form_id]]
    if changed:
        await conn.executemany("UPDATE versions SET admitted = $2, held_by = $3 WHERE form_id = $1", changed)


def version_of(row: Any) -> FormVersion:
    """A stored version as a fact."""
    version = Version(
        upload_id=row["upload_id"],
        uploaded_at=row["uploaded_at"],
        document_id=row["document_id"],
        ordinal=row["ordinal"],
        outside=row["outside"],
    )
    return FormVersion(
        FormIdentity.model_validate_json(row["identity"]),
        version,
        _FINDINGS.validate_json(row["findings"]),
        _FINDINGS.validate_json(row["superseded"]),
        json.loads(row["doubted"]),
    )
