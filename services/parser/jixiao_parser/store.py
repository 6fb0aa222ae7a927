"""The parser's archive in PostgreSQL: originals, uploads, forms, units. Its own schema, written by nobody else."""

import json
from typing import Any, NamedTuple
from uuid import UUID

from jixiao.events import FormParsed
from jixiao.identity import FormIdentity, known_project, normalise_name
from jixiao.runtime.postgres import Connection
from jixiao_parser.register import RegisteredUnit
from jixiao_parser.upload import Upload


async def keep_upload(
    conn: Connection, upload: Upload, content: bytes, forms: int, accounts: int, reason: str | None
) -> None:
    """Keep the original once a content, and the upload with how many forms and final accounts came of it."""
    await conn.execute(
        "INSERT INTO documents (id, content, media_type) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        upload.document_id,
        content,
        upload.media_type,
    )
    await conn.execute(
        """INSERT INTO uploads
               (upload_id, document_id, name, uploader, unit, year, uploaded_at, state, reason, forms, trace,
                accounts, bound)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)""",
        upload.id,
        upload.document_id,
        upload.name,
        upload.uploader,
        upload.unit,
        upload.year,
        upload.at,
        "read" if forms or accounts else "no_form",
        reason,
        forms,
        upload.trace,
        accounts,
        upload.bound,
    )


async def unit_of(conn: Connection, name: str, parent_name: str | None) -> str:
    """The key of the unit with this name; an unknown name becomes a provisional unit of its own."""
    key = normalise_name(name)
    known = await _known_unit(conn, key)
    if known is not None:
        return known
    parent = normalise_name(parent_name or "")
    await conn.execute(
        "INSERT INTO units (key, name, parent) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        key,
        name,
        parent if parent and parent != key else None,
    )
    await conn.execute("INSERT INTO unit_names (name, unit) VALUES ($1, $1) ON CONFLICT DO NOTHING", key)
    return key


async def _known_unit(conn: Connection, name: str) -> str | None:
    """The key of the unit of a normalised name; of one that people merged into another, that one's."""
    known: str | None = await conn.fetchval(
        """SELECT coalesce(m.into_unit, n.unit)
           FROM unit_names n LEFT JOIN gateway_views.unit_merges m ON m.unit = n.unit WHERE n.name = $1""",
        name,
    )
    return known


async def is_outside(conn: Connection, unit: str, root: str) -> bool:
    """Whether a unit (by its key) is neither the unit of this name nor below it in the register."""
    key = normalise_name(root)
    outside: bool = await conn.fetchval(
        """WITH RECURSIVE line AS (
               SELECT $1::text AS key
               UNION SELECT coalesce(m.into_unit, u.parent)
               FROM parser_views.units u JOIN line USING (key) LEFT JOIN gateway_views.unit_merges m ON m.unit = u.key)
           SELECT NOT EXISTS (SELECT FROM line WHERE key = $2)""",
        unit,
        await _known_unit(conn, key) or key,
    )
    return outside


async def project_of(conn: Connection, unit: str, name: str, code: str | None) -> str | None:
    """The key of a known project of the unit with this name and nearly this code; holds the unit until the end."""
    await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended('parser unit ' || $1, 0))", unit)
    rows = await conn.fetch(
        """SELECT project, code FROM projects
           WHERE name = $2 AND unit = ANY(ARRAY(
               SELECT $1 UNION SELECT m.unit FROM gateway_views.unit_merges m WHERE m.into_unit = $1
               UNION SELECT n.name FROM unit_names n WHERE n.unit = $1)) ORDER BY id""",
        unit,
        normalise_name(name),
    )
    return known_project(code, [(row["project"], row["code"]) for row in rows])


async def keep_project(conn: Connection, identity: FormIdentity, code: str | None) -> None:
    """Remember under which code and name a project has been met."""
    await conn.execute(
        "INSERT INTO projects (project, unit, name, code) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        identity.project,
        identity.unit,
        normalise_name(identity.project_name),
        code,
    )


async def register_unit(conn: Connection, unit: RegisteredUnit) -> None:
    """Enter or correct a unit of the bureau's register; a provisional unit of one of its names becomes this one."""
    key = normalise_name(unit.name)
    await conn.execute(
        """INSERT INTO units (key, name, code, parent, provisional) VALUES ($1, $2, $3, $4, false)
           ON CONFLICT (key) DO UPDATE SET name = $2, code = $3, parent = $4, provisional = false""",
        key,
        unit.name,
        unit.code,
        normalise_name(unit.parent) if unit.parent else None,
    )
    for name in {key, *map(normalise_name, unit.aliases)}:
        await conn.execute(
            "INSERT INTO unit_names (name, unit) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET unit = $2", name, key
        )


class KeptForm(NamedTuple):
    """A form as it is kept: its identity's key and unit, and its JSON."""

    whose: tuple[str, str]
    form: Any


async def kept_forms(conn: Connection, upload_id: UUID) -> dict[int, KeptForm]:
    """The forms of an upload by their ordinals; held until the end of the transaction."""
    rows = await conn.fetch(
        "SELECT ordinal, project, year, kind, unit, form FROM forms WHERE upload_id = $1 FOR UPDATE", upload_id
    )
    return {row["ordinal"]: KeptForm((_key(row), row["unit"]), json.loads(row["form"])) for row in rows}


def _key(row: Any) -> str:
    identity = FormIdentity(
        project=row["project"], unit="", unit_name="", project_name="", year=row["year"], kind=row["kind"]
    )
    return identity.key


async def replace_form(conn: Connection, event: FormParsed) -> None:
    """Put a form as another version of the parser read it in the place of what is kept of it."""
    await conn.execute(
        """UPDATE forms SET unit_name = $2, project_name = $3, code = $4, parser_version = $5, form = $6
           WHERE form_id = $1""",
        event.version.form_id,
        event.identity.unit_name,
        event.identity.project_name,
        event.form.code.text,
        event.parser_version,
        event.form.model_dump_json(),
    )


async def keep_form(conn: Connection, event: FormParsed) -> None:
    """Keep one form with its identity."""
    identity, version = event.identity, event.version
    await conn.execute(
        """INSERT INTO forms (form_id, upload_id, document_id, ordinal, project, year, kind, unit, unit_name,
                              project_name, code, parser_version, form)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)""",
        version.form_id,
        version.upload_id,
        version.document_id,
        version.ordinal,
        identity.project,
        identity.year,
        identity.kind,
        identity.unit,
        identity.unit_name,
        identity.project_name,
        event.form.code.text,
        event.parser_version,
        event.form.model_dump_json(),
    )
