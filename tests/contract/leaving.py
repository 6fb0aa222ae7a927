"""What parser, scorer and alerts leave in their tables, for the tests of who reads their views."""

import json

import asyncpg

from tests.unit.gateway import builders


async def read_upload(conn: asyncpg.Connection, number: int, forms: int, state: str = "read") -> None:
    """What the parser leaves of an upload."""
    upload = builders.upload(number)
    await conn.execute(
        "INSERT INTO documents (id, content, media_type) VALUES ($1, 'report', 'text/plain') ON CONFLICT DO NOTHING",
        upload.document_id,
    )
    await conn.execute(
        """INSERT INTO uploads (upload_id, document_id, name, uploader, uploaded_at, state, forms, trace)
           VALUES ($1, $2, $3, '本机', $4, $5, $6, '')""",
        upload.id,
        upload.document_id,
        upload.name,
        upload.uploaded_at,
        state,
        forms,
    )
    for ordinal in range(1, forms + 1):
        detail = builders.form_detail(number, ordinal)
        row = detail.row
        await conn.execute(
            """INSERT INTO forms (form_id, upload_id, document_id, ordinal, project, year, kind, unit, unit_name,
                                  project_name, code, parser_version, form, parsed_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, NULL, 1, $10, $11)""",
            row.form_id,
            row.upload_id,
            row.document_id,
            ordinal,
            row.project,
            row.year,
            row.kind,
            row.unit_name,
            row.project_name,
            detail.form,
            row.parsed_at,
        )


async def score_form(conn: asyncpg.Connection, number: int, ordinal: int = 1) -> None:
    """What the scorer leaves of a form."""
    event, detail = builders.scored_event(number), builders.form_detail(number, ordinal)
    row, found = detail.row, builders.finding()
    await conn.execute(
        """INSERT INTO assessments (form_id, upload_id, uploaded_at, document_id, ordinal, project, year, kind, unit,
               unit_name, project_name, figures, findings, rules_version, profile, profile_hash, scored_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $11, $12, 1, 'default', '', now())""",
        row.form_id,
        row.upload_id,
        event.version.uploaded_at,
        row.document_id,
        ordinal,
        row.project,
        row.year,
        row.kind,
        row.unit_name,
        row.project_name,
        detail.figures,
        detail.findings,
    )
    await conn.execute(
        """INSERT INTO findings (form_id, position, rule, stage, severity, cause, amount, sentence, finding)
           VALUES ($1, 0, $2, $3, $4, $5, $6, $7, $8)""",
        row.form_id,
        found.rule,
        found.stage,
        found.severity,
        found.cause,
        found.amount,
        found.sentence,
        found.model_dump_json(),
    )


async def refuse_form(conn: asyncpg.Connection, number: int, ordinal: int) -> None:
    """What the scorer leaves of a form it could not judge."""
    version = builders.version(number, ordinal)
    headers = {"form_id": str(version.form_id), "upload_id": str(version.upload_id), "ordinal": str(ordinal)}
    await conn.execute(
        """INSERT INTO dead_letters (topic, partition, "offset", consumer_group, fault, reason, headers)
           VALUES ('reports.parsed', 0, 0, 'scorer', 'Unreadable', '无法复核', $1)""",
        json.dumps(headers),
    )


async def leave_units(conn: asyncpg.Connection, parents: dict[str, str | None]) -> None:
    """What the parser has of some units, each with an alias."""
    await conn.execute("TRUNCATE units CASCADE")
    for key, parent in parents.items():
        await conn.execute("INSERT INTO units (key, name, parent) VALUES ($1, $1, $2)", key, parent)
        await conn.execute("INSERT INTO unit_names VALUES ($1, $1), ($1 || '的别名', $1)", key)


async def leave_alert(conn: asyncpg.Connection) -> None:
    """What the alerts service leaves of a warning that was sent once, in vain."""
    alert, event = builders.alert_row(), builders.scored_event()
    change = builders.change_row(alert)
    await conn.execute("TRUNCATE alert_changes, deliveries, attempts CASCADE")
    await conn.execute(
        """INSERT INTO versions (form_id, identity_key, project, year, kind, upload_id, uploaded_at, document_id,
               ordinal, identity, findings, rules_version, profile_hash)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, '[]', 1, '')""",
        alert.form_id, alert.identity_key, alert.project, alert.year, alert.kind, event.version.upload_id,
        event.version.uploaded_at, event.version.document_id, event.identity.model_dump_json(),
    )  # fmt: skip
    await conn.execute(
        """INSERT INTO alerts (alert_id, identity_key, project, year, kind, unit, unit_name, project_name, rule, stage,
               severity, condition, handling, sentence, stated, computed, amount, is_doubt, form_id, upload_id, state,
               changed_at)
           VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, 'live', $9, 'new', 'open', $10, $11, $12, $13, false, $14, $15,
               $16, $17)""",
        alert.alert_id, alert.identity_key, alert.project, alert.year, alert.kind, alert.unit_name, alert.project_name,
        alert.rule, alert.severity, alert.sentence, alert.stated, alert.computed, alert.amount, alert.form_id,
        event.version.upload_id, json.dumps({"finding": json.loads(alert.finding)}), alert.changed_at,
    )  # fmt: skip
    await conn.execute("INSERT INTO alert_changes VALUES ($1, $2, $3, $4)", *change)
    await conn.execute(
        """INSERT INTO deliveries (delivery_id, event_id, subscription_id, alert_id, channel, target, body, attempts,
               next_attempt_at, created_at)
           VALUES ($1, $2, $3, $4, 'webhook', 'https://8.8.8.8', '', 1, now(), now())""",
        builders.uuid(7), change.event_id, builders.uuid(1), alert.alert_id,
    )  # fmt: skip
    await conn.execute("INSERT INTO delivery_changes VALUES ($1, $2)", builders.uuid(7), change.event_id)
    await conn.execute("INSERT INTO attempts VALUES ($1, 1, now(), 'status', 'HTTP 500')", builders.uuid(7))
