"""Forms: the list; and one with stated and recomputed figures beside each other, findings at their row."""

import json
from collections import defaultdict
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from jixiao_gateway.api.forms import form_detail, severities
from jixiao_gateway.pages import words
from jixiao_gateway.pages.render import page
from jixiao_gateway.parts import PAGE, Parts
from jixiao_gateway.scope import Scope, Within
from jixiao_gateway.store.forms import FormRow
from jixiao_gateway.store.query import encode_cursor

router = APIRouter()


@router.get("/forms")
async def show_forms(
    request: Request,
    parts: Parts,
    scope: Within,
    unit: str = "",
    year: str = "",
    project: str = "",
    upload_id: UUID | None = None,
    cursor: str = "",
) -> HTMLResponse:
    """The list, newest first, of all or of one upload; an empty filter means everything."""
    chosen = {"unit": unit, "year": year, "project": project}
    filters: dict[str, Any] = {name: text.strip() for name, text in chosen.items() if text.strip()}
    filters |= {"upload_id": upload_id} if upload_id else {}
    rows = await parts.store.forms.page(cursor or None, PAGE + 1, {**filters, **scope.filters})
    behind = None
    if len(rows) > PAGE:
        last = rows[PAGE - 1]
        behind = "?" + urlencode(filters | {"cursor": encode_cursor(last.parsed_at, last.form_id)})
    shown: dict[str, Any] = {"forms": [lit(row, scope) for row in rows[:PAGE]], "next": behind, "first": not cursor}
    return page(request, "forms.html", chosen=chosen, upload_id=upload_id, **shown)


def lit(form: FormRow, scope: Scope) -> dict[str, Any]:
    """A form with its light; what only asks for a look never lights red or yellow."""
    light = words.worst(json.loads(form.told or "{}"))
    if light == "none" and severities(form, scope):
        light = "notice"
    return {"row": form, "light": light if form.state == "scored" else None}


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
