"""The versions of a form as the alerts service publishes them: which is in force, which wait for a reviewer."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg


class VersionRow(NamedTuple):
    """One version of a form. ``held_by`` is the alert that asked to adopt it; None: it was admitted by itself.

    ``handling`` is what the reviewer said to that, ``why`` the sentence of the alert.
    """

    form_id: UUID
    upload_id: UUID
    uploaded_at: datetime
    ordinal: int
    admitted: bool
    in_force: bool
    held_by: UUID | None
    handling: str | None
    why: str | None

    @property
    def state(self) -> str:
        """in_force, replaced (by a newer one), held (waits for a reviewer) or rejected."""
        if self.in_force:
            return "in_force"
        if self.admitted:
            return "replaced"
        return "rejected" if self.handling in ("dismissed", "returned") else "held"


class VersionStore:
    """Reads versions."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def of_form(self, form_id: UUID) -> list[VersionRow]:
        """All versions of the form that this one is a version of, the newest first."""
        rows = await self._pool.fetch(
            """SELECT v.form_id, v.upload_id, v.uploaded_at, v.ordinal, v.admitted, v.in_force, v.held_by,
                      a.handling, a.sentence AS why
               FROM alerts_views.versions v LEFT JOIN alerts_views.alerts a ON a.alert_id = v.held_by
               WHERE v.identity_key = (SELECT identity_key FROM alerts_views.versions WHERE form_id = $1)
               ORDER BY v.uploaded_at DESC, v.upload_id DESC, v.ordinal DESC""",
            form_id,
        )
        return [VersionRow(*row) for row in rows]
