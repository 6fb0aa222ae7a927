"""Documents, forms and findings, as parser and scorer publish them."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from jixiao_gateway.store.query import BY_TIME, NO_FILTERS, Filters, Readers, Where

BY_FINDING: Readers = (datetime.fromisoformat, UUID, int)


class DocumentRow(NamedTuple):
    """A file's content, met at least once; ``name`` is that of its first upload."""

    id: str
    name: str
    size: int
    media_type: str | None


class FormRow(NamedTuple):
    """A form in a list. ``severities`` is JSON: how many findings of each severity; None when it is not scored yet.

    ``told`` is the same of the findings that may leave the bureau.
    """

    form_id: UUID
    upload_id: UUID
    document_id: str
    ordinal: int
    project: str
    year: str | None
    kind: str
    unit: str
    unit_name: str
    project_name: str
    code: str | None
    parsed_at: datetime
    scored_at: datetime | None
    severities: str | None
    told: str | None
    refusal: str | None

    @property
    def state(self) -> str:
        """read, scored or dead_lettered."""
        if self.scored_at is not None:
            return "scored"
        return "dead_lettered" if self.refusal is not None else "read"


class FormDetail(NamedTuple):
    """A form with everything known of it; ``form``, ``figures`` and ``findings`` are JSON."""

    row: FormRow
    form: str
    figures: str | None
    findings: str | None
    rules_version: int | None
    profile: str | None


class FindingRow(NamedTuple):
    """A finding with the form it stands on; ``finding`` is JSON."""

    form_id: UUID
    position: int
    upload_id: UUID
    ordinal: int
    project: str
    year: str | None
    kind: str
    unit_name: str
    project_name: str
    scored_at: datetime
    finding: str


_COUNTED = """CASE WHEN a.form_id IS NOT NULL THEN (
        SELECT coalesce(json_object_agg(severity, n), '{{}}') FROM (
            SELECT severity, count(*) AS n FROM scorer_views.findings s WHERE s.form_id = f.form_id{} GROUP BY severity
        ) counted) END"""
_TOLD = "cause <> 'extraction_doubt' AND stage = 'live'"
_COLUMNS = f"""f.form_id, f.upload_id, f.document_id, f.ordinal, f.project, f.year, f.kind, f.unit, f.unit_name,
    f.project_name, f.code, f.parsed_at, a.scored_at,
    {_COUNTED.format("")} AS severities, {_COUNTED.format(f" AND {_TOLD}")} AS told,
    d.reason AS refusal"""
_FROM = """FROM parser_views.forms f LEFT JOIN scorer_views.assessments a ON a.form_id = f.form_id
    LEFT JOIN scorer_views.dead_forms d ON d.form_id = f.form_id"""

_FORM_FILTERS = {
    "upload_id": "f.upload_id = {}",
    "unit": "position({} IN f.unit_name) > 0",
    "within": "f.unit = ANY({})",
    "project": "f.project = {}",
    "year": "f.year = {}",
    "kind": "f.kind = {}",
}
_FINDING_FILTERS = {
    "upload_id": "upload_id = {}",
    "form_id": "form_id = {}",
    "unit": "position({} IN unit_name) > 0",
    "within": f"unit = ANY({{}}) AND {_TOLD}",
    "project": "project = {}",
    "year": "year = {}",
    "rule": "rule = {}",
    "severity": "severity = {}",
}
# an extraction doubt only asks for a look: it never lights red or yellow
_LIGHTS = """
    SELECT rank, count(*) FROM (
        SELECT coalesce(min(CASE WHEN f.cause = 'extraction_doubt' THEN 3 ELSE
                   array_position(ARRAY['error', 'serious', 'warning', 'notice'], f.severity) - 1 END), 4) AS rank
        FROM scorer_views.assessments a
        LEFT JOIN scorer_views.findings f ON f.form_id = a.form_id AND f.stage = 'live'{}
        WHERE a.scored_at > now() - interval '30 days'{} GROUP BY a.form_id
    ) forms GROUP BY rank
"""
_ALL_LIGHTS = _LIGHTS.format("", "")
_LIGHTS_WITHIN = _LIGHTS.format(" AND f.cause <> 'extraction_doubt'", " AND a.unit = ANY($1)")


class FormStore:
    """Reads documents, forms and findings."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def document(self, document_id: str) -> DocumentRow | None:
        """One document."""
        row = await self._pool.fetchrow(
            "SELECT id, name, size, media_type FROM parser_views.documents WHERE id = $1", document_id
        )
        return DocumentRow(*row) if row else None

    async def page(self, cursor: str | None, limit: int, filters: Filters = NO_FILTERS) -> list[FormRow]:
        """Forms, newest first. Filters: ``upload_id``, ``unit`` (a part of the printed name), ``project``, ``year``."""
        where = Where()
        where.add_all(_FORM_FILTERS, filters)
        where.after("f.parsed_at, f.form_id", cursor, BY_TIME)
        rows = await self._pool.fetch(
            f"SELECT {_COLUMNS} {_FROM} {where} ORDER BY f.parsed_at DESC, f.form_id DESC LIMIT {where.arg(limit)}",
            *where.args,
        )
        return [FormRow(*row) for row in rows]

    async def of_uploads(self, upload_ids: list[UUID]) -> list[FormRow]:
        """All forms of some uploads, in the order of their places."""
        rows = await self._pool.fetch(
            f"SELECT {_COLUMNS} {_FROM} WHERE f.upload_id = ANY($1) ORDER BY f.upload_id, f.ordinal", upload_ids
        )
        return [FormRow(*row) for row in rows]

    async def get(self, form_id: UUID) -> FormDetail | None:
        """One form with its record, figures and findings."""
        row = await self._pool.fetchrow(
            f"""SELECT {_COLUMNS}, f.form, a.figures, a.findings, a.rules_version, a.profile
                {_FROM} WHERE f.form_id = $1""",
            form_id,
        )
        if row is None:
            return None
        *columns, form, figures, findings, rules_version, profile = row
        return FormDetail(FormRow(*columns), form, figures, findings, rules_version, profile)

    async def findings(self, cursor: str | None, limit: int, filters: Filters = NO_FILTERS) -> list[FindingRow]:
        """Findings, those of the newest form first, within a form the worst first. Filters: ``_FINDING_FILTERS``."""
        where = Where()
        where.add_all(_FINDING_FILTERS, filters)
        where.after("scored_at, form_id, -position", cursor, BY_FINDING)
        rows = await self._pool.fetch(
            f"""SELECT form_id, position, upload_id, ordinal, project, year, kind, unit_name, project_name,
                       scored_at, finding
                FROM scorer_views.findings {where}
                ORDER BY scored_at DESC, form_id DESC, -position DESC LIMIT {where.arg(limit)}""",
            *where.args,
        )
        return [FindingRow(*row) for row in rows]

    async def lights(self, units: frozenset[str] | None = None) -> dict[int, int]:
        """How many forms of the last 30 days have which worst severity (0 to 3 as ranked, 4: no finding).

        ``units``: the forms of these alone, without the doubts of our reading; None: all.
        """
        asked = (_ALL_LIGHTS,) if units is None else (_LIGHTS_WITHIN, list(units))
        return {row[0]: row[1] for row in await self._pool.fetch(*asked)}
