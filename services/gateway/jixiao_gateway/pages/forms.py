"""A form: stated and recomputed figures beside each other, every value with its place, findings at their row."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from jixiao_gateway.api.forms import form_detail
from jixiao_gateway.pages import words
from jixiao_gateway.pages.render import page
from jixiao_gateway.parts import Parts
from jixiao_gateway.scope import Within

router = APIRouter()


@router.get("/forms/{form_id}")
async def show_form(request: Request, form_id: UUID, parts: Parts, scope: Within, sent: str = "") -> HTMLResponse:
    """The page of a form."""
    form = await form_detail(parts, scope, form_id)
    upload = await parts.store.uploads.get(form.upload_id)
    own = upload is not None and (scope.is_bureau or upload.uploader == scope.caller)
    lights = [words.light(finding) for finding in form.findings if finding["stage"] == "live"]
    at_row: defaultdict[int | None, list[dict[str, Any]]] = defaultdict(list)
    for finding in form.findings:
        at_row[finding["indicator"]].append(finding)
    return page(
        request,
        "form.html",
        sent=sent,
        form=form,
        upload=upload,
        file=upload.name if upload and own else None,
        values=form.evidence,
        light=words.worst(dict.fromkeys(lights, 1)) if form.state == "scored" else None,
        at_row=at_row,
        doubts=_doubts(form.evidence),
        this=next((each for each in form.versions if each.form_id == form_id), None),
        in_force=next((each for each in form.versions if each.state == "in_force"), None),
    )


def _doubts(values: dict[str, Any]) -> list[str]:
    return [doubt["note"] for doubt in values.get("doubts") or []]
