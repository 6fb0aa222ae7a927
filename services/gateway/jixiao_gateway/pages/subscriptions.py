"""Subscriptions: the list, a new one with its secret shown once, and the ledger of deliveries."""

from decimal import Decimal, InvalidOperation
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import ValidationError
from starlette.responses import HTMLResponse, RedirectResponse

from jixiao.events.models import Condition
from jixiao.findings import Severity
from jixiao_gateway.api.subscriptions import (
    NewSubscription,
    delete_subscription,
    get_subscription,
    list_deliveries,
    subscribe,
)
from jixiao_gateway.pages.render import page
from jixiao_gateway.parts import LARGEST_PAGE, Caller, Gateway, Paged, Parts
from jixiao_gateway.problems import Problem
from jixiao_gateway.store.subscriptions import SubscriptionRow

router = APIRouter()


@router.get("/subscriptions")
async def show_subscriptions(request: Request, parts: Parts) -> HTMLResponse:
    """The list, with the form for a new one."""
    return await _list(request, parts)


@router.post("/subscriptions")
async def add_subscription(
    request: Request,
    parts: Parts,
    caller: Caller,
    target: Annotated[str, Form()] = "",
    subscriber: Annotated[str, Form()] = "",
    unit: Annotated[str, Form()] = "",
    least_severity: Annotated[Severity, Form()] = Severity.WARNING,
    least_amount: Annotated[str, Form()] = "",
    conditions: Annotated[list[Condition] | None, Form()] = None,
) -> HTMLResponse:
    """A new subscription; the answer shows its secret, once."""
    try:
        new = NewSubscription(
            target=target.strip(),
            subscriber=subscriber or None,
            unit=unit or None,
            least_severity=least_severity,
            least_amount=_amount(least_amount),
            conditions=conditions or [],
        )
        made = await subscribe(parts, new, caller)
    except ValidationError:
        return await _list(request, parts, 422, problem="请填写完整的推送地址，金额填非负数，并至少选择一种变动。")
    except Problem as problem:
        return await _list(request, parts, problem.status, problem=problem.detail)
    return await _list(request, parts, 201, made=made)


@router.post("/subscriptions/{subscription_id}/delete")
async def end_subscription(subscription_id: UUID, parts: Parts) -> RedirectResponse:
    """Delete a subscription."""
    await delete_subscription(subscription_id, parts)
    return RedirectResponse("/subscriptions", 303)


@router.get("/subscriptions/{subscription_id}")
async def show_ledger(request: Request, subscription_id: UUID, parts: Parts, cursor: str = "") -> HTMLResponse:
    """The ledger of a subscription."""
    subscription = await get_subscription(subscription_id, parts)
    deliveries = await list_deliveries(subscription_id, Paged(cursor=cursor or None), parts)
    return page(request, "ledger.html", subscription=subscription, deliveries=deliveries)


async def _list(
    request: Request, parts: Gateway, status: int = 200, problem: str | None = None, made: SubscriptionRow | None = None
) -> HTMLResponse:
    rows = await parts.store.subscriptions.page(None, LARGEST_PAGE)
    return page(request, "subscriptions.html", status, subscriptions=rows, problem=problem, made=made)


def _amount(text: str) -> Decimal | None:
    if not text.strip():
        return None
    try:
        return Decimal(text.strip().replace(",", "").replace("，", ""))
    except InvalidOperation as fault:
        raise Problem(422, "bad-amount", "最低金额应为数字，单位为元。") from fault
