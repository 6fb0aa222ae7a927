"""Warnings: the list with its filters, and one with its history and what people did about it."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse, Response

from jixiao.events.models import Handling
from jixiao_gateway import body
from jixiao_gateway.api.alerts import alert_detail, send_command
from jixiao_gateway.api.models import Command
from jixiao_gateway.pages import words
from jixiao_gateway.pages.render import page
from jixiao_gateway.parts import PAGE, Gateway, Parts
from jixiao_gateway.problems import Problem
from jixiao_gateway.scope import Scope, Within
from jixiao_gateway.store.alerts import AlertRow, Order, place
from jixiao_gateway.store.query import encode_cursor

router = APIRouter()

FILTERS = {"severity": words.SEVERITIES, "condition": words.CONDITIONS, "handling": words.HANDLING, "rule": words.RULES}
FOLLOWERS_SHOWN = 50
FOLLOWERS_LISTED = 500
FORM_PAGE = re.compile(r"/forms/[0-9a-f-]{36}")


class Chosen(BaseModel):
    """What a person chose to see; an empty filter means everything."""

    unit: str = ""
    year: str = ""
    severity: str = ""
    condition: str = ""
    handling: str = ""
    rule: str = ""
    overdue: str = ""
    order: Order = Order.CHANGED
    cursor: str = ""

    @property
    def filters(self) -> dict[str, Any]:
        """The filters that are not empty."""
        entered = self.model_dump(exclude={"overdue", "order", "cursor"})
        given: dict[str, Any] = {name: text.strip() for name, text in entered.items() if text.strip()}
        return given | ({"overdue": True} if self.overdue else {})


@router.get("/alerts")
async def show_alerts(
    request: Request, parts: Parts, scope: Within, chosen: Annotated[Chosen, Query()]
) -> HTMLResponse:
    """The list; where it is not narrowed each with what follows from it."""
    filters, order = chosen.filters, chosen.order
    asked = {**filters, **scope.filters}
    if not filters.keys() & {*FILTERS, "overdue"}:
        asked["leading"] = "bureau" if scope.is_bureau else "unit"
    rows = await parts.store.alerts.page(chosen.cursor or None, PAGE + 1, asked, order)
    shown, behind = rows[:PAGE], None
    if len(rows) > PAGE:
        behind = "?" + urlencode(filters | {"order": order, "cursor": encode_cursor(*place(shown[-1], order))})
    below = await _below(parts, scope, shown) if "leading" in asked else {}
    values: dict[str, Any] = {"alerts": shown, "below": below, "filters": FILTERS, "next": behind}
    return page(request, "alerts.html", chosen=chosen, **values)


async def _below(parts: Gateway, scope: Scope, alerts: Sequence[AlertRow]) -> Mapping[tuple[UUID, str], list[AlertRow]]:
    """What follows from these alerts, by form and rule."""
    below: defaultdict[tuple[UUID, str], list[AlertRow]] = defaultdict(list)
    asked = {"follows_in": list({each.form_id for each in alerts}), **scope.filters}
    for row in await parts.store.alerts.page(None, FOLLOWERS_LISTED, asked):
        below[row.form_id, row.follows or ""].append(row)
    return below


@router.get("/alerts/{alert_id}")
async def show_alert(request: Request, alert_id: UUID, parts: Parts, scope: Within, sent: str = "") -> HTMLResponse:
    """One alert."""
    return await _one(request, alert_id, parts, scope, sent=sent)


@router.post("/alerts/{alert_id}")
async def handle_alert(request: Request, alert_id: UUID, parts: Parts, scope: Within) -> Response:
    """What a person wants done, perhaps with files."""
    form = await (body.form(request) if body.is_multipart(request) else request.form())
    try:
        answer = await send_command(parts, scope, alert_id, _command(form), body.files(form))
        back = str(form.get("back", ""))
    except Problem as problem:
        return await _one(request, alert_id, parts, scope, problem.status, problem=problem.detail)
    finally:
        await form.close()
    if FORM_PAGE.fullmatch(back):
        return RedirectResponse(f"{back}?sent={'done' if answer.alert else 'taken'}", 303)
    return RedirectResponse(f"/alerts/{alert_id}?sent={'done' if answer.alert else 'taken'}", 303)


async def _one(
    request: Request, alert_id: UUID, parts: Gateway, scope: Scope, status: int = 200, sent: str = "", problem: str = ""
) -> HTMLResponse:
    alert = await alert_detail(parts, scope, alert_id)
    below = {"form_id": alert.form_id, "follows": alert.rule, **scope.filters}
    followers = await parts.store.alerts.page(None, FOLLOWERS_SHOWN, below)
    return page(request, "alert.html", status, alert=alert, followers=followers, sent=sent, problem=problem)


def _command(form: FormData) -> Command:
    """Raises Problem 422."""
    entered = {name: str(form.get(name, "")).strip() for name in ("handling", "note", "deadline", "seen")}
    try:
        return Command(
            handling=Handling(entered["handling"]),
            note=entered["note"],
            deadline=_end_of_day(entered["deadline"]),
            seen=UUID(entered["seen"]) if entered["seen"] else None,
        )
    except ValueError as fault:
        raise Problem(422, "bad-command", "请选择一种处理意见，整改期限填日期，例如 2024-06-30。") from fault


def _end_of_day(day: str) -> datetime | None:
    return datetime.combine(datetime.fromisoformat(day).date(), time(23, 59, 59), words.CHINA) if day else None
