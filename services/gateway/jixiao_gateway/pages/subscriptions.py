"""Subscriptions: the list, a new one with its trial and its secret shown once, and the ledger of deliveries."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import HTMLResponse, RedirectResponse

from jixiao_gateway.api import subscriptions as api
from jixiao_gateway.editing import EditedSubscription, edit, required_revision, wanted_row
from jixiao_gateway.pages.filled import EMPTY, entered_in, filled_with, meant, wrong
from jixiao_gateway.pages.render import page
from jixiao_gateway.parts import LARGEST_PAGE, Gateway, Paged, Parts
from jixiao_gateway.preview import preview
from jixiao_gateway.problems import Problem
from jixiao_gateway.scope import Scope, Within
from jixiao_gateway.store.subscriptions import SubscriptionRow
from jixiao_gateway.subscribing import NewSubscription, subscribe, subscription_of

router = APIRouter()

UNITS_OFFERED = 500


@router.get("/subscriptions")
async def show_subscriptions(request: Request, parts: Parts, scope: Within) -> HTMLResponse:
    """The list, with the form for a new one."""
    return await _list(request, parts, scope)


@router.post("/subscriptions")
async def add_subscription(request: Request, parts: Parts, scope: Within) -> HTMLResponse:
    """A new subscription, whose secret the answer shows, once; or what it would have sent."""
    async with request.form() as form:
        entered = entered_in(form)
        is_trial = form.get("act") == "preview"
    try:
        new = NewSubscription.model_validate(meant(entered))
        if is_trial:
            tried = await preview(parts, await subscription_of(parts, scope, new), datetime.now(UTC))
            return await _list(request, parts, scope, entered=entered, tried=tried)
        made, secret = await subscribe(parts, scope, new)
    except ValidationError as fault:
        return await _list(request, parts, scope, 422, entered=entered, problem=wrong(fault))
    except Problem as problem:
        return await _list(request, parts, scope, problem.status, entered=entered, problem=problem.detail)
    return await _list(request, parts, scope, 201, made=made, secret=secret)


@router.get("/subscriptions/{subscription_id}/edit")
async def show_editor(request: Request, subscription_id: UUID, parts: Parts, scope: Within) -> HTMLResponse:
    """The form of a subscription, filled in."""
    row = await api.subscription_row(parts, scope, subscription_id)
    return await _editor(request, parts, scope, row, entered=filled_with(row))


@router.post("/subscriptions/{subscription_id}/edit")
async def edit_subscription(request: Request, subscription_id: UUID, parts: Parts, scope: Within) -> HTMLResponse:
    """Save it, unless somebody else did meanwhile; or show what it would have sent."""
    row = await api.subscription_row(parts, scope, subscription_id)
    async with request.form() as form:
        entered, seen, is_trial = entered_in(form), str(form.get("revision", "")), form.get("act") == "preview"
    try:
        edited = EditedSubscription.model_validate(meant(entered) | {"channel": row.channel})
        row = row._replace(revision=required_revision(seen) or row.revision)
        if is_trial:
            tried = await preview(parts, await wanted_row(parts, scope, row, edited), datetime.now(UTC))
            return await _editor(request, parts, scope, row, entered=entered, tried=tried)
        saved, secret = await edit(parts, scope, row, edited)
    except ValidationError as fault:
        return await _editor(request, parts, scope, row, 422, entered=entered, problem=wrong(fault))
    except Problem as problem:
        return await _editor(request, parts, scope, row, problem.status, entered=entered, problem=problem.detail)
    return await _list(request, parts, scope, saved=saved, secret=secret)


@router.post("/subscriptions/{subscription_id}/pause")
async def pause(subscription_id: UUID, parts: Parts, scope: Within) -> RedirectResponse:
    """Pause a subscription."""
    return await _changed(subscription_id, api.Change(paused=True), parts, scope)


@router.post("/subscriptions/{subscription_id}/resume")
async def resume(subscription_id: UUID, parts: Parts, scope: Within) -> RedirectResponse:
    """Let it go on, also when its target was disabled."""
    return await _changed(subscription_id, api.Change(paused=False, enabled=True), parts, scope)


@router.post("/subscriptions/{subscription_id}/test")
async def test(subscription_id: UUID, parts: Parts, scope: Within) -> RedirectResponse:
    """Send a test message; the ledger shows what became of it."""
    asked = await api.post_test(subscription_id, parts, scope)
    return RedirectResponse(f"/subscriptions/{subscription_id}?asked={asked.delivery_id}", 303)


@router.post("/subscriptions/{subscription_id}/delete")
async def end_subscription(subscription_id: UUID, parts: Parts, scope: Within) -> RedirectResponse:
    """Delete a subscription."""
    await api.delete_subscription(subscription_id, parts, scope)
    return RedirectResponse("/subscriptions", 303)


@router.get("/subscriptions/{subscription_id}")
async def show_ledger(
    request: Request, subscription_id: UUID, parts: Parts, scope: Within, cursor: str = "", asked: str = ""
) -> HTMLResponse:
    """The ledger of a subscription."""
    subscription = await api.subscription_row(parts, scope, subscription_id)
    deliveries = await api.list_deliveries(subscription_id, Paged(cursor=cursor or None), parts, scope)
    known = any(str(delivery.delivery_id) == asked for delivery in deliveries.items)
    waiting = bool(asked) and not known
    return page(request, "ledger.html", subscription=subscription, deliveries=deliveries, asked=asked, waiting=waiting)


async def _changed(subscription_id: UUID, change: api.Change, parts: Gateway, scope: Scope) -> RedirectResponse:
    await api.patch_subscription(subscription_id, change, parts, scope)
    return RedirectResponse("/subscriptions", 303)


async def _list(request: Request, parts: Gateway, scope: Scope, status: int = 200, **shown: Any) -> HTMLResponse:
    rows = await api.list_subscriptions(Paged(limit=LARGEST_PAGE), parts, scope)
    nothing: dict[str, Any] = {"made": None, "saved": None, "secret": None, "entered": EMPTY}
    values = nothing | {"subscriptions": rows.items, "bound": scope.unit} | shown
    return await _with_form(request, "subscriptions.html", parts, scope, status, editing=None, **values)


async def _editor(
    request: Request, parts: Gateway, scope: Scope, row: SubscriptionRow, status: int = 200, **shown: Any
) -> HTMLResponse:
    values = {"bound": row.bound} | shown
    return await _with_form(request, "subscription.html", parts, scope, status, editing=row, **values)


async def _with_form(
    request: Request, name: str, parts: Gateway, scope: Scope, status: int, **shown: Any
) -> HTMLResponse:
    known = await parts.store.units.parents() if scope.is_bureau else scope.keys
    values: dict[str, Any] = {"problem": None, "tried": None, "units": sorted(known)[:UNITS_OFFERED], "known": known}
    return page(request, name, status, **(values | shown))
