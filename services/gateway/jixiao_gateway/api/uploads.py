"""``/uploads``: what became of what was handed in."""

import json
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from jixiao_gateway.api.models import Listed, UploadDetail, UploadForm, UploadState, page_of
from jixiao_gateway.parts import Gateway, Paged, Parts
from jixiao_gateway.problems import not_found
from jixiao_gateway.store.forms import FormRow
from jixiao_gateway.upload import Upload

router = APIRouter(tags=["uploads"])


class UploadQuery(Paged):
    """Which uploads."""

    document_id: str | None = None
    uploader: str | None = Field(None, description="上报人")


@router.get("/uploads", summary="上报列表，最近的在前")
async def list_uploads(query: Annotated[UploadQuery, Query()], parts: Parts) -> Listed[UploadState]:
    """Uploads, newest first."""
    rows = await parts.store.uploads.page(query.cursor, query.limit + 1, query.filters)
    return page_of(rows, query.limit, UploadState.model_validate, lambda row: (row.uploaded_at, row.id))


@router.get("/uploads/{upload_id}", summary="一次上报的进度和其中的自评表")
async def get_upload(upload_id: UUID, parts: Parts) -> UploadDetail:
    """One upload with its forms."""
    return await upload_detail(parts, upload_id)


async def upload_detail(parts: Gateway, upload_id: UUID) -> UploadDetail:
    """One upload with its forms. Raises Problem 404."""
    waiting = parts.ledger.find(upload_id)
    row = await parts.store.uploads.get(upload_id)
    if row is not None:
        forms = await parts.store.forms.of_uploads([upload_id]) if row.forms else []
        state = UploadState.model_validate(row).model_dump()
        return UploadDetail(**state, forms=[upload_form(form) for form in forms])
    if waiting is not None:
        return _received(waiting)
    raise not_found("上报", upload_id)


def upload_form(row: FormRow) -> UploadForm:
    """A form as an upload lists it."""
    return UploadForm(
        form_id=row.form_id,
        ordinal=row.ordinal,
        code=row.code,
        name=row.project_name,
        unit=row.unit_name,
        state=row.state,
        reason=row.refusal,
        findings=json.loads(row.severities or "{}"),
    )


def _received(upload: Upload) -> UploadDetail:
    return UploadDetail(**upload.model_dump(), state="received", reason=None, forms=[])
