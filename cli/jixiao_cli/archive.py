"""The parser's archive as an operator's command reads it: uploads in their order, originals, forms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from jixiao.events.topics import UPLOADED_BULK
from jixiao.forms.model import Form
from jixiao.identity import derived_id
from jixiao.runtime.message import Outgoing, cloud_event, text_headers

Connection = Any


@dataclass(frozen=True, slots=True)
class Archived:
    """An upload of the archive; ``bound`` is the unit of the uploader, ``size`` that of its original in bytes."""

    upload_id: UUID
    document_id: str
    name: str
    uploader: str | None
    unit: str | None
    year: str | None
    bound: str | None
    uploaded_at: datetime
    trace: str
    media_type: str | None
    size: int


@dataclass(frozen=True, slots=True)
class StoredForm:
    """A form as it is kept, with the version of the parser that read it."""

    ordinal: int
    form: Form
    parser_version: int


async def uploads(
    conn: Connection, ids: Sequence[UUID] = (), since: datetime | None = None, before: datetime | None = None
) -> list[Archived]:
    """The uploads with these ids, handed in between two moments, or all; in the order of their times."""
    rows = await conn.fetch(
        """SELECT u.upload_id, u.document_id, u.name, u.uploader, u.unit, u.year, u.bound, u.uploaded_at, u.trace,
                  d.media_type, length(d.content) AS size
           FROM uploads u JOIN documents d ON d.id = u.document_id
           WHERE (cardinality($1::uuid[]) = 0 OR u.upload_id = ANY ($1))
             AND ($2::timestamptz IS NULL OR u.uploaded_at >= $2)
             AND ($3::timestamptz IS NULL OR u.uploaded_at < $3)
           ORDER BY u.uploaded_at, u.upload_id""",
        list(ids),
        since,
        before,
    )
    return [Archived(**row) for row in rows]


async def original(conn: Connection, upload: Archived) -> bytes:
    """The file as it was handed in."""
    content: bytes = await conn.fetchval("SELECT content FROM documents WHERE id = $1", upload.document_id)
    return content


async def stored_forms(conn: Connection, upload: Archived) -> list[StoredForm]:
    """The forms that were read from an upload, in their order; none of another kind than self-evaluations."""
    rows = await conn.fetch(
        """SELECT ordinal, form, parser_version FROM forms
           WHERE upload_id = $1 AND kind = 'self_evaluation' ORDER BY ordinal""",
        upload.upload_id,
    )
    return [StoredForm(row["ordinal"], Form.model_validate_json(row["form"]), row["parser_version"]) for row in rows]


def message(upload: Archived, content: bytes, reread_by: int | None = None) -> Outgoing:
    """The upload as the gateway first sent it, with its id and time, on the bulk lane.

    ``reread_by``: to be read anew by this version of the parser; an event of its own, which names the upload.
    """
    event_id, more = upload.upload_id, {}
    if reread_by is not None:
        event_id, more = derived_id("reread", upload.upload_id, reread_by), {"upload_id": str(upload.upload_id)}
    headers = cloud_event("jixiao.report.uploaded", "/jixiao/gateway", event_id, upload.uploaded_at, upload.trace)
    headers |= more
    headers |= text_headers(
        name=upload.name,
        media_type=upload.media_type,
        uploader=upload.uploader,
        bound=upload.bound,
        unit=upload.unit,
        year=upload.year,
    )
    return Outgoing(UPLOADED_BULK.name, upload.document_id, content, headers)
