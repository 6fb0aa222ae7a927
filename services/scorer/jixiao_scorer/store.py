"""The scorer's assessments and findings in PostgreSQL. Its own schema, written by nobody else."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from jixiao.events import FormScored
from jixiao.events.models import Computed
from jixiao.findings import Finding
from jixiao.identity import FormIdentity, Version
from jixiao.runtime.postgres import Connection
from jixiao_scorer.assess import Assessment
from jixiao_scorer.context import Member, facts_of
from jixiao_scorer.form_store import department_names

_FINDINGS = TypeAdapter(tuple[Finding, ...])
_FIGURES = TypeAdapter(tuple[Computed, ...])


async def lock(conn: Connection, unit: str) -> None:
    """Hold off everybody else who judges forms of this unit until the transaction ends."""
    await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended('scorer ' || $1, 0))", unit)


async def keep(conn: Connection, event: FormScored, member: Member, unit: str) -> None:
    """Keep one assessment, its findings each in a row of its own, and the form, to be judged with those of ``unit``."""
    identity, version = event.identity, event.version
    await conn.execute(
        """INSERT INTO assessments (form_id, upload_id, uploaded_at, document_id, ordinal, project, year, kind, unit,
                                    unit_name, project_name, figures, findings, rules_version, profile, profile_hash,
                                    layout)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)""",
        version.form_id,
        version.upload_id,
        version.uploaded_at,
        version.document_id,
        version.ordinal,
        identity.project,
        identity.year,
        identity.kind,
        identity.unit,
        identity.unit_name,
        identity.project_name,
        _FIGURES.dump_json(event.figures).decode(),
        _FINDINGS.dump_json(event.findings).decode(),
        event.rules_version,
        event.profile,
        event.profile_hash,
        member.form.layout,
    )
    await _keep_findings(conn, version.form_id, event.findings)
    await conn.execute(
        """INSERT INTO forms (form_id, unit, project, project_name, identity, version, forms_in_upload, form, facts,
                              departments)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)""",
        version.form_id,
        unit,
        identity.project,
        member.name,
        identity.model_dump_json(),
        version.model_dump_json(),
        event.forms_in_upload,
        member.form.model_dump_json(exclude_defaults=True),
        facts_of(member).model_dump_json(),
        department_names(member, unit),
    )


async def keep_again(conn: Connection, member: Member, found: Assessment, rules_version: int) -> None:
    """Put what a form comes to under other rules in the place of what it came to before."""
    await conn.execute(
        """UPDATE assessments SET figures = $2, findings = $3, rules_version = $4, profile = $5, profile_hash = $6,
                                  layout = $7
           WHERE form_id = $1""",
        member.form_id,
        _FIGURES.dump_json(found.figures).decode(),
        _FINDINGS.dump_json(found.findings).decode(),
        rules_version,
        member.profile.name,
        member.profile.hash,
        member.form.layout,
    )
    await conn.execute("DELETE FROM findings WHERE form_id = $1", member.form_id)
    await _keep_findings(conn, member.form_id, found.findings)
    facts = facts_of(member).model_dump_json()
    await conn.execute("UPDATE forms SET facts = $2 WHERE form_id = $1", member.form_id, facts)


async def replace_form(conn: Connection, member: Member, unit: str) -> None:
    """Put a form as another version of the parser read it in the place of what is kept.

    Its identity's key and unit are as before, but how names are printed and whether it is classified may differ.
    """
    identity = member.identity
    await conn.execute(
        "UPDATE forms SET form = $2, departments = $3, identity = $4, project_name = $5 WHERE form_id = $1",
        member.form_id,
        member.form.model_dump_json(exclude_defaults=True),
        department_names(member, unit),
        identity.model_dump_json(),
        member.name,
    )
    await conn.execute(
        "UPDATE assessments SET unit_name = $2, project_name = $3 WHERE form_id = $1",
        member.form_id,
        identity.unit_name,
        identity.project_name,
    )


async def _keep_findings(conn: Connection, form_id: UUID, findings: Sequence[Finding]) -> None:
    await conn.executemany(
        """INSERT INTO findings (form_id, position, rule, stage, severity, cause, amount, sentence, finding)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        [
            (form_id, at, f.rule, f.stage, f.severity, f.cause, f.amount, f.sentence, f.model_dump_json())
            for at, f in enumerate(findings)
        ],
    )


async def cross_findings(
    conn: Connection, form_ids: Iterable[UUID], unit: str | None = None
) -> dict[UUID, tuple[Finding, ...]]:
    """The findings across forms as they stand, of each of these forms, and of every form of the unit, that has any."""
    rows = await conn.fetch(
        """SELECT form_id, jsonb_agg(finding ORDER BY position) AS findings FROM cross_findings
           WHERE form_id = ANY(ARRAY(SELECT unnest($1::uuid[]) UNION SELECT form_id FROM forms WHERE unit = $2))
           GROUP BY form_id""",
        list(form_ids),
        unit,
    )
    return {row["form_id"]: _FINDINGS.validate_json(row["findings"]) for row in rows}


async def all_findings(conn: Connection) -> tuple[dict[UUID, tuple[Finding, ...]], dict[UUID, tuple[Finding, ...]]]:
    """Every form's own findings as they stand, and those across forms."""
    own = await conn.fetch("SELECT form_id, findings FROM assessments")
    across = await conn.fetch(
        "SELECT form_id, jsonb_agg(finding ORDER BY position) AS findings FROM cross_findings GROUP BY form_id"
    )
    first, second = (
        {row["form_id"]: _FINDINGS.validate_json(row["findings"]) for row in rows} for rows in (own, across)
    )
    return first, second


async def replace_cross_findings(conn: Connection, form_id: UUID, findings: Sequence[Finding]) -> None:
    """Put these in the place of what stood there."""
    await conn.execute("DELETE FROM cross_findings WHERE form_id = $1", form_id)
    await conn.executemany(
        "INSERT INTO cross_findings (form_id, position, finding) VALUES ($1, $2, $3)",
        [(form_id, at, each.model_dump_json()) for at, each in enumerate(findings)],
    )


async def judged_again(conn: Connection, form_ids: Iterable[UUID]) -> list[FormScored]:
    """Count one more assessment of each form; what was assessed of it, with its own findings only."""
    ordered = sorted(form_ids)
    await conn.execute("UPDATE assessments SET assessment = assessment + 1 WHERE form_id = ANY($1)", ordered)
    rows = await conn.fetch(
        """SELECT f.identity, f.version, f.forms_in_upload, a.assessment, a.rules_version, a.profile, a.profile_hash,
                  a.figures, a.findings
           FROM assessments a JOIN forms f USING (form_id) WHERE form_id = ANY($1) ORDER BY form_id""",
        ordered,
    )
    return [_event(row) for row in rows]


def _event(row: Any) -> FormScored:
    return FormScored(
        identity=FormIdentity.model_validate_json(row["identity"]),
        version=Version.model_validate_json(row["version"]),
        assessment=row["assessment"],
        forms_in_upload=row["forms_in_upload"],
        rules_version=row["rules_version"],
        profile=row["profile"],
        profile_hash=row["profile_hash"],
        figures=_FIGURES.validate_json(row["figures"]),
        findings=_FINDINGS.validate_json(row["findings"]),
    )
