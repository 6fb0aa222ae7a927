"""``POST /reports``: handing files in."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import JSONResponse

from jixiao.identity import normalise_year
from jixiao_gateway import body
from jixiao_gateway.api.models import Accepted, FileResult, FileResults
from jixiao_gateway.parts import Gateway, Parts
from jixiao_gateway.problems import Problem
from jixiao_gateway.upload import Declared, Upload, clean_name, clean_text

router = APIRouter(tags=["reports"])

TEXT_LIMIT = 200

_BODY = {
    "multipart/form-data": {
        "schema": {
            "type": "object",
            "required": ["files"],
            "properties": {
                "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
                "unit": {"type": "string"},
                "year": {"type": "string"},
            },
        }
    },
    "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
}


@router.post(
    "/reports",
    status_code=202,
    response_model=Accepted,
    responses={207: {"model": FileResults, "description": "多个文件各自的结果"}},
    openapi_extra={"requestBody": {"required": True, "content": _BODY}},
    summary="上报文件：请求体为单个文件（202），或多部分表单的若干文件（207）",
)
async def post_reports(
    request: Request,
    parts: Parts,
    unit: Annotated[str | None, Query(description="填报单位")] = None,
    year: Annotated[str | None, Query(description="预算年度，四位数字")] = None,
    name: Annotated[str | None, Query(description="文件名（请求体为单个文件时）")] = None,
) -> JSONResponse:
    """Take files in; answered only after the brokers confirmed each."""
    if body.is_multipart(request):
        form = await body.form(request)
        try:
            declared = _declared(request, _text(form, "unit", unit), _text(form, "year", year))
            return await _take_all(parts, form, declared)
        finally:
            await form.close()
    declared = _declared(request, unit, year)
    file = await body.raw_file(request)
    try:
        upload = await parts.intake.accept(file, body.raw_name(request), declared)
    finally:
        await file.close()
    accepted = _accepted(upload)
    return JSONResponse(accepted.model_dump(mode="json"), 202, {"Location": accepted.status_url})


async def _take_all(parts: Gateway, form: FormData, declared: Declared) -> JSONResponse:
    files = body.files(form)
    if not files:
        raise Problem(422, "no-file", "表单中没有文件。请选择文件（字段名不限）后重新上报。")
    results: list[FileResult] = []
    unconfirmed: Problem | None = None
    for file in files:
        result, problem = await _take(parts, file, declared, unconfirmed)
        results.append(result)
        # brokers that did not answer for one file are not waited for again
        if problem is not None and problem.status == 503:
            unconfirmed = problem
    if unconfirmed is not None and all(result.upload_id is None for result in results):
        raise unconfirmed
    return JSONResponse(FileResults(results=results).model_dump(mode="json", exclude_none=True), 207)


async def _take(
    parts: Gateway, file: UploadFile, declared: Declared, unconfirmed: Problem | None
) -> tuple[FileResult, Problem | None]:
    name = clean_name(file.filename or "")
    try:
        if unconfirmed is not None:
            raise unconfirmed
        upload = await parts.intake.accept(file, name, declared)
    except Problem as problem:
        return FileResult(name=name, status=problem.status, problem=problem.document()), problem
    return FileResult(name=name, status=202, **_accepted(upload).model_dump()), None


def _accepted(upload: Upload) -> Accepted:
    return Accepted(upload_id=upload.id, document_id=upload.document_id, status_url=f"/api/v1/uploads/{upload.id}")


def _declared(request: Request, unit: str | None, year: str | None) -> Declared:
    if year and normalise_year(year) is None:
        raise Problem(422, "bad-year", f"预算年度“{clean_text(year)[:20]}”不是四位年份，例如 2023。请修改后重新上报。")
    return Declared(
        uploader=str(request.state.caller),
        bound=request.state.unit,
        unit=clean_text(unit or "")[:TEXT_LIMIT] or None,
        year=normalise_year(year),
    )


def _text(form: FormData, field: str, fallback: str | None) -> str | None:
    value = form.get(field)
    return value if isinstance(value, str) and value else fallback
