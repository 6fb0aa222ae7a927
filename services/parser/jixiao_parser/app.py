"""The parser's step: an upload becomes its forms, kept and told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from jixiao.events import FormParsed
from jixiao.events.topics import PARSED
from jixiao.forms import Form
from jixiao.identity import FormIdentity, Version, derived_id
from jixiao.runtime import metrics
from jixiao.runtime.errors import Unreadable
from jixiao.runtime.message import Incoming, Outgoing, cloud_event, outgoing
from jixiao.runtime.postgres import Connection
from jixiao.runtime.tally import after_commit
from jixiao_parser import store
from jixiao_parser.isolated import read_isolated
from jixiao_parser.reading import Reading
from jixiao_parser.upload import Upload

log = structlog.get_logger(__name__)

PARSER_VERSION = 4  # raised by hand when the same bytes may give another record


@dataclass(frozen=True, slots=True)
class ReadUpload:
    """An upload and what was read from it."""

    upload: Upload
    content: bytes
    reading: Reading


class Parser:
    """Reads each upload in a process of its own, then keeps it and emits one event a form."""

    async def prepare(self, message: Incoming) -> ReadUpload:
        """Read the file. Raises Unreadable with a reason for the clerk."""
        upload = Upload.of(message)
        content = message.value or b""
        try:
            return ReadUpload(upload, content, await read_isolated(content, upload.name))
        except Unreadable:
            if not upload.again:
                raise
            return ReadUpload(upload, content, Reading())  # what it once gave stays

    async def decide(self, conn: Connection, prepared: ReadUpload, message: Incoming) -> Sequence[Outgoing]:
        """Keep original, upload and forms; the events tell each form, final accounts behind the others."""
        upload, reading = prepared.upload, prepared.reading
        if upload.again:
            return await _read_again(conn, upload, (*reading.forms, *reading.accounts), message.cause)
        notes = "\n".join(reading.remarks) or None
        await store.keep_upload(conn, upload, prepared.content, len(reading.forms), len(reading.accounts), notes)
        forms = (*reading.forms, *reading.accounts)
        now: datetime = await conn.fetchval("SELECT now()")
        events = []
        for form in forms:
            event = await _identified(conn, upload, form, len(forms))
            await store.keep_project(conn, event.identity, form.code.text)
            await store.keep_form(conn, event)
            events.append(_told(event, upload, now, derived_id("parsed", upload.id, form.ordinal)))
            after_commit(metrics.FORMS.labels(form.layout).inc)
        return events


async def _read_again(conn: Connection, upload: Upload, forms: Sequence[Form], cause: UUID) -> list[Outgoing]:
    """Put what today's parser reads in the place of what is kept; the events tell what differs.

    A form that would be another project's, year's or unit's, or that is only there now or only was, stays as it was:
    only a new upload can say that.
    """
    kept = await store.kept_forms(conn, upload.id)
    now: datetime = await conn.fetchval("SELECT now()")
    events = []
    taken: set[int] = set()
    for form in forms:
        event = await _identified(conn, upload, form, len(kept))
        before = kept.get(form.ordinal)
        if before is None or before.whose != (event.identity.key, event.identity.unit):
            continue
        taken.add(form.ordinal)
        await store.keep_project(conn, event.identity, form.code.text)
        await store.replace_form(conn, event)
        if before.form != event.form.model_dump(mode="json"):
            events.append(_told(event, upload, now, derived_id("parsed", cause, form.ordinal)))
    for ordinal in {*kept, *(form.ordinal for form in forms)} - taken:
        log.warning("read again, left as it was", upload=str(upload.id), ordinal=ordinal)
    return events


async def _identified(conn: Connection, upload: Upload, form: Form, forms: int) -> FormParsed:
    """A form with whom it belongs to; ``forms`` counts all of its upload."""
    unit = await store.unit_of(conn, form.unit.text or upload.unit or upload.bound or "", form.budget_unit.text)
    known = await store.project_of(conn, unit, form.name.text or "", form.code.text)
    identity = FormIdentity.of(form, unit, upload.year, known)
    outside = upload.bound is not None and await store.is_outside(conn, unit, upload.bound)
    return FormParsed(
        identity=identity,
        version=Version(
            upload_id=upload.id,
            uploaded_at=upload.at,
            document_id=upload.document_id,
            ordinal=form.ordinal,
            outside=outside,
        ),
        forms_in_upload=forms,
        parser_version=PARSER_VERSION,
        form=form,
    )


def _told(event: FormParsed, upload: Upload, now: datetime, event_id: UUID) -> Outgoing:
    """The event of a form."""
    headers = cloud_event("jixiao.form.parsed", "/jixiao/parser", event_id, now, upload.trace)
    # a form that its reader cannot decode can still be told by these
    headers |= {"upload_id": str(upload.id), "ordinal": str(event.form.ordinal), "form_id": str(event.version.form_id)}
    return outgoing(PARSED, event.identity.project, event, headers)
