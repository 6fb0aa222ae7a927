"""``/uploads``: what became of what was handed in."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from jixiao.forms.model import ACCOUNTS
from jixiao_gateway.api.forms import severities
from jixiao_gateway.api.models import Listed, UploadDetail, UploadForm, UploadState, page_of
from jixiao_gateway.parts import Gateway, Paged, Parts
from jixiao_gateway.problems import not_found
from jixiao_gateway.scope import Scope, Within
from jixiao_gateway.store.forms import FormRow
from jixiao_gateway.store.query import Filters
from jixiao_gateway.store.uploads import UploadRow
from jixiao_gateway.upload import Upload

router = APIRouter(tags=["uploads"])


class UploadQuery(Paged):
    """Which uploads."""

    document_id: str | None = None
    uploader: str | None = Field(None, description="上报人")


@router.get("/uploads", summary="上报列表，最近的在前")
async def list_uploads(query: Annotated[UploadQuery, Query()], parts: Parts, scope: Within) -> Listed[UploadState]:
    """Uploads, newest first."""
    rows = await parts.store.uploads.page(query.cursor, query.limit + 1, {**query.filters, **own_uploads(scope)})
    return page_of(rows, query.limit, UploadState.model_validate, lambda row: (row.uploaded_at, row.id))


@router.get("/uploads/{upload_id}", summary="一次上报的进度和其中的自评表")
async def get_upload(upload_id: UUID, parts: Parts, scope: Within) -> UploadDetail:
    """One upload with its forms."""
    return await upload_detail(parts, scope, upload_id)


def own_uploads(scope: Scope) -> Filters:
    """What the list of uploads is narrowed by: a caller with a unit sees those he handed in himself."""
    return {} if scope.is_bureau else {"uploader": scope.caller}


async def upload_detail(parts: Gateway, scope: Scope, upload_id: UUID) -> UploadDetail:
    """One upload with its forms. Raises Problem 404."""
    waiting = parts.ledger.find(upload_id)
    row = await parts.store.uploads.get(upload_id)
    found = row or waiting
    if found is None or not (scope.is_bureau or found.uploader == scope.caller):
        raise not_found("上报", upload_id)
    if not isinstance(found, UploadRow):
        return _received(found)
    kept = await parts.store.forms.of_uploads([upload_id]) if found.read else []
    told: dict[bool, list[UploadForm]] = {True: [], False: []}
    for form in kept:
        if scope.covers(form.unit):
            told[form.kind == ACCOUNTS].append(upload_form(form, scope))
    outside = len(kept) - len(told[False]) - len(told[True])
    state = UploadState.model_validate(found).model_dump()
    return UploadDetail(**state, forms=told[False], accounts=told[True], outside=outside)


def upload_form(row: FormRow, scope: Scope) -> UploadForm:
    """A form as an upload lists it."""
    return UploadForm(
        form_id=row.form_id,
        ordinal=row.ordinal,
        code=row.code,
        name=row.project_name,
        unit=row.unit_name,
        state=row.state,
        reason=row.refusal,
        findings=severities(row, scope),
    )


def _received(upload: Upload) -> UploadDetail:
    return UploadDetail(**upload.model_dump(), state="received", reason=None, forms=[])
