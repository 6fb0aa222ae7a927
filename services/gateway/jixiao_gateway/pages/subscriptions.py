"""Subscriptions: the list, a new one with its trial and its secret shown once, and the ledger of deliveries."""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse

from jixiao_gateway.api import subscriptions as api
from jixiao_gateway.pages.render import page
from jixiao_gateway.parts import LARGEST_PAGE, Gateway, Paged, Parts
from jixiao_gateway.preview import preview
from jixiao_gateway.problems import Problem
from jixiao_gateway.scope import Scope, Within
from jixiao_gateway.subscribing import TOLD, NewSubscription, subscribe, subscription_of

router = APIRouter()

TEXTS = ("target", "sign", "subscriber", "unit", "project", "district", "least_amount")
CHOICES = {"channel": "webhook", "least_severity": "warning", "rhythm": "at_once", "hour": "9", "weekday": "1"}
EMPTY: dict[str, Any] = dict.fromkeys(TEXTS, "") | CHOICES | {"rules": [], "conditions": list(TOLD), "link_only": ""}
UNITS_OFFERED = 500
WRONG = {
    "target": "请填写接收地址",
    "least_amount": "最低金额填非负数，单位为元，最多两位小数",
    "conditions": "请至少选择一种变动",
    "district": "区划最多 50 个字",
}


@router.get("/subscriptions")
async def show_subscriptions(request: Request, parts: Parts, scope: Within) -> HTMLResponse:
    """The list, with the form for a new one."""
    return await _list(request, parts, scope)


@router.post("/subscriptions")
async def add_subscription(request: Request, parts: Parts, scope: Within) -> HTMLResponse:
    """A new subscription, whose secret the answer shows, once; or what it would have sent."""
    async with request.form() as form:
        entered = _entered(form)
        is_trial = form.get("act") == "preview"
    try:
        new = NewSubscription.model_validate(_meant(entered))
        if is_trial:
            tried = await preview(parts, await subscription_of(parts, scope, new), datetime.now(UTC))
            return await _list(request, parts, scope, entered=entered, tried=tried)
        made, secret = await subscribe(parts, scope, new)
    except ValidationError as fault:
        return await _list(request, parts, scope, 422, entered=entered, problem=_wrong(fault))
    except Problem as problem:
        return await _list(request, parts, scope, problem.status, entered=entered, problem=problem.detail)
    return await _list(request, parts, scope, 201, made=made, secret=secret)


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
    subscription = await api.get_subscription(subscription_id, parts, scope)
    deliveries = await api.list_deliveries(subscription_id, Paged(cursor=cursor or None), parts, scope)
    known = any(str(delivery.delivery_id) == asked for delivery in deliveries.items)
    waiting = bool(asked) and not known
    return page(request, "ledger.html", subscription=subscription, deliveries=deliveries, asked=asked, waiting=waiting)


async def _changed(subscription_id: UUID, change: api.Change, parts: Gateway, scope: Scope) -> RedirectResponse:
    await api.patch_subscription(subscription_id, change, parts, scope)
    return RedirectResponse("/subscriptions", 303)


async def _list(request: Request, parts: Gateway, scope: Scope, status: int = 200, **shown: Any) -> HTMLResponse:
    rows = await api.list_subscriptions(Paged(limit=LARGEST_PAGE), parts, scope)
    nothing: dict[str, Any] = {"problem": None, "made": None, "secret": None, "tried": None, "entered": EMPTY}
    known = await parts.store.units.parents() if scope.is_bureau else scope.keys
    units = sorted(known)[:UNITS_OFFERED]
    values = nothing | {"subscriptions": rows.items, "units": units, "bound": scope.unit} | shown
    return page(request, "subscriptions.html", status, **values)


def _entered(form: FormData) -> dict[str, Any]:
    """What a person entered, to be shown again."""
    one = {name: str(form.get(name, EMPTY[name])).strip() for name in (*TEXTS, *CHOICES, "link_only")}
    return one | {name: [str(each) for each in form.getlist(name)] for name in ("rules", "conditions")}


def _meant(entered: dict[str, Any]) -> dict[str, Any]:
    """The subscription that was meant: an empty field is no filter, a digest alone has its hour."""
    meant = {name: value or None for name, value in entered.items()}
    for name, of in (("hour", ("daily", "weekly")), ("weekday", ("weekly",))):
        meant[name] = entered[name] if entered["rhythm"] in of else None
    return meant | {
        "target": entered["target"],
        "sign": entered["sign"],
        "conditions": entered["conditions"],
        "link_only": bool(entered["link_only"]),
        "least_amount": _amount(entered["least_amount"]),
    }


def _wrong(fault: ValidationError) -> str:
    fields = dict.fromkeys(str(each["loc"][0]) if each["loc"] else "" for each in fault.errors())
    return "；".join(WRONG.get(field, "所填内容有误，请核对后重试") for field in fields) + "。"


def _amount(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        return Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation as fault:
        raise Problem(422, "bad-amount", "最低金额应为数字，单位为元。") from fault
