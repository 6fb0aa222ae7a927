"""Uploads: the gateway's own rows, joined with what parser and scorer publish of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from jixiao_gateway.store.query import BY_TIME, NO_FILTERS, Filters, Where
from jixiao_gateway.upload import Upload


class UploadRow(NamedTuple):
    """An upload with what became of it. ``read_state`` is the parser's (None: not read yet).

    ``forms`` counts self-evaluation forms, ``accounts`` final accounts; ``scored`` and ``refused`` are of both.

    ``warned`` counts the alerts that came of it, ``told`` those of them that may leave the bureau.
    """

    id: UUID
    name: str
    size: int | None
    media_type: str | None
    uploader: str
    unit: str | None
    year: str | None
    document_id: str
    uploaded_at: datetime
    read_state: str | None
    reason: str | None
    forms: int
    scored: int
    refused: int
    warned: int
    told: int
    accounts: int = 0

    @property
    def read(self) -> int:
        """How many forms and accounts were read."""
        return self.forms + self.accounts

    @property
    def state(self) -> str:
        """received, read, scored, no_form or dead_lettered."""
        if self.read_state is None:
            return "received"
        if self.read_state == "read" and self.scored + self.refused >= self.read:
            return "scored"
        return self.read_state


_FILTERS = {"document_id": "document_id = {}", "uploader": "uploader = {}"}
# the parser knows of an upload even when our own row could not be written
_ROWS = """
    SELECT page.id, coalesce(u.name, p.name) AS name, u.size, u.media_type,
           coalesce(u.uploader, p.uploader, '') AS uploader, u.unit, u.year,
           coalesce(u.document_id, p.document_id) AS document_id, page.uploaded_at,
           p.state AS read_state, p.reason, coalesce(p.forms, 0) AS forms,
           (SELECT count(*) FROM scorer_views.assessments a WHERE a.upload_id = page.id) AS scored,
           (SELECT count(*) FROM scorer_views.dead_forms d WHERE d.upload_id = page.id) AS refused,
           w.warned, w.told, coalesce(p.accounts, 0) AS accounts
    FROM page
    LEFT JOIN uploads u ON u.id = page.id
    LEFT JOIN LATERAL (SELECT * FROM parser_views.uploads WHERE upload_id = page.id LIMIT 1) p ON true
    CROSS JOIN LATERAL (
        SELECT count(DISTINCT data ->> 'alert_id') AS warned,
               count(DISTINCT data ->> 'alert_id') FILTER (
                   WHERE data #>> '{after,finding,cause}' <> 'extraction_doubt'
                     AND data #>> '{after,finding,stage}' = 'live') AS told
        FROM events
        WHERE upload_id = page.id AND type = 'alerts.changed' AND data #>> '{after,condition}' <> 'fixed'
    ) w
    ORDER BY page.uploaded_at DESC, page.id DESC
"""


class UploadStore:
    """Reads and writes uploads."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def add(self, uploads: Sequence[Upload]) -> None:
        """Write accepted uploads; writing one again changes nothing."""
        await self._pool.executemany(
            """INSERT INTO uploads (id, name, size, media_type, uploader, unit, year, document_id, uploaded_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING""",
            [
                (u.id, u.name, u.size, u.media_type, u.uploader, u.unit, u.year, u.document_id, u.uploaded_at)
                for u in uploads
            ],
        )

    async def get(self, upload_id: UUID) -> UploadRow | None:
        """One upload; None when neither we nor the parser know it."""
        page = """WITH page AS (
            SELECT id, uploaded_at FROM uploads WHERE id = $1
            UNION SELECT upload_id, uploaded_at FROM parser_views.uploads WHERE upload_id = $1 LIMIT 1)"""
        row = await self._pool.fetchrow(page + _ROWS, upload_id)
        return UploadRow(*row) if row else None

    async def page(self, cursor: str | None, limit: int, filters: Filters = NO_FILTERS) -> list[UploadRow]:
        """Uploads, newest first. Filters: ``document_id``, ``uploader``."""
        args: list[Any] = []
        halves = []
        for table, key in (("uploads", "id"), ("parser_views.uploads", "upload_id")):
            where = Where()
            where.args = args
            where.add_all(_FILTERS, filters)
            where.after(f"uploaded_at, {key}", cursor, BY_TIME)
            size = where.arg(limit)
            halves.append(
                f"(SELECT {key} AS id, uploaded_at FROM {table} {where}"
                f" ORDER BY uploaded_at DESC, {key} DESC LIMIT {size})"
            )
        page = f"WITH page AS ({' UNION '.join(halves)} ORDER BY uploaded_at DESC, id DESC LIMIT {size})"
        return [UploadRow(*row) for row in await self._pool.fetch(page + _ROWS, *args)]
