"""The scorer's assessments and findings in PostgreSQL. Its own schema, written by nobody else."""

import json

from jixiao.events import FormScored
from jixiao.runtime.postgres import Connection


async def keep(conn: Connection, event: FormScored) -> None:
    """Keep one assessment and its findings, each in a row of its own."""
    identity, version = event.identity, event.version
    dumped = event.model_dump(mode="json")
    await conn.execute(
        """INSERT INTO assessments (form_id, upload_id, uploaded_at, document_id, ordinal, project, year, kind, unit,
                                    unit_name, project_name, figures, findings, rules_version, profile, profile_hash)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)""",
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
        json.dumps(dumped["figures"], ensure_ascii=False),
        json.dumps(dumped["findings"], ensure_ascii=False),
        event.rules_version,
        event.profile,
        event.profile_hash,
    )
    await conn.executemany(
        """INSERT INTO findings (form_id, position, rule, stage, severity, cause, amount, sentence, finding)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        [
            (version.form_id, at, f.rule, f.stage, f.severity, f.cause, f.amount, f.sentence, f.model_dump_json())
            for at, f in enumerate(event.findings)
        ],
    )
