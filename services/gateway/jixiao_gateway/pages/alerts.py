"""Warnings: the list with its filters, and one with its history and what people did about it."""

from datetime import datetime, time
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from jixiao.events.models import Handling
from jixiao_gateway.api.alerts import alert_detail, send_command
from jixiao_gateway.api.models import Command
from jixiao_gateway.pages import words
from jixiao_gateway.pages.render import page
from jixiao_gateway.parts import PAGE, Parts
from jixiao_gateway.problems import Problem
from jixiao_gateway.scope import Within
from jixiao_gateway.store.query import encode_cursor

router = APIRouter()

FILTERS = {"severity": words.SEVERITIES, "condition": words.CONDITIONS, "handling": words.HANDLING, "rule": words.RULES}


@router.get("/alerts")
async def show_alerts(
    request: Request,
    parts: Parts,
    scope: Within,
    unit: str = "",
    year: str = "",
    severity: str = "",
    condition: str = "",
    handling: str = "",
    rule: str = "",
    cursor: str = "",
) -> HTMLResponse:
    """The list; an empty filter means everything."""
    chosen = {
        "unit": unit, "year": year, "severity": severity, "condition": condition, "handling": handling, "rule": rule
    }  # fmt: skip
    filters: dict[str, Any] = {name: text.strip() for name, text in chosen.items() if text.strip()}
    rows = await parts.store.alerts.page(cursor or None, PAGE + 1, {**filters, **scope.filters})
    behind = None
    if len(rows) > PAGE:
        last = rows[PAGE - 1]
        behind = "?" + urlencode(filters | {"cursor": encode_cursor(last.changed_at, last.alert_id)})
    return page(
        request, "alerts.html", alerts=rows[:PAGE], chosen=chosen, filters=FILTERS, next=behind, first=not cursor
    )


@router.get("/alerts/{alert_id}")
async def show_alert(request: Request, alert_id: UUID, parts: Parts, scope: Within, sent: str = "") -> HTMLResponse:
    """One alert."""
    return page(request, "alert.html", alert=await alert_detail(parts, scope, alert_id), sent=sent, problem=None)


@router.post("/alerts/{alert_id}")
async def handle_alert(
    request: Request,
    alert_id: UUID,
    parts: Parts,
    scope: Within,
    handling: Annotated[Handling, Form()],
    note: Annotated[str, Form()] = "",
    deadline: Annotated[str, Form()] = "",
) -> Response:
    """What a person wants done."""
    command = Command(handling=handling, note=note, deadline=_end_of_day(deadline))
    try:
        answer = await send_command(parts, scope, alert_id, command)
    except Problem as problem:
        alert = await alert_detail(parts, scope, alert_id)
        return page(request, "alert.html", problem.status, alert=alert, sent="", problem=problem.detail)
    return RedirectResponse(f"/alerts/{alert_id}?sent={'done' if answer.alert else 'taken'}", 303)


def _end_of_day(day: str) -> datetime | None:
    if not day:
        return None
    try:
        return datetime.combine(datetime.fromisoformat(day).date(), time(23, 59, 59), words.CHINA)
    except ValueError as fault:
        raise Problem(422, "bad-deadline", "整改期限应为日期，例如 2024-06-30。") from fault
