"""``/subscriptions``: who is told of what, and the ledger of deliveries."""

import base64
import secrets
from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from jixiao.events.models import Condition
from jixiao.findings import RuleId, Severity
from jixiao_gateway.api.models import Answer, Listed, page_of
from jixiao_gateway.parts import Caller, Gateway, Paged, Parts
from jixiao_gateway.problems import not_found
from jixiao_gateway.store.subscriptions import DeliveryRow, SubscriptionRow
from jixiao_gateway.targets import check_target
from jixiao_gateway.upload import clean_text

router = APIRouter(tags=["subscriptions"])

SECRET_BYTES = 32
TOLD = (Condition.NEW, Condition.WORSE, Condition.FIXED, Condition.REGRESSED)


class NewSubscription(BaseModel):
    """What to be told of, and where; null in a filter means everything. ``least_amount`` is in yuan."""

    target: str = Field(max_length=2000, description="接收推送的 http(s) 地址")
    subscriber: str | None = Field(None, max_length=200)
    channel: Literal["webhook"] = "webhook"
    unit: str | None = Field(None, max_length=200)
    project: str | None = Field(None, max_length=200)
    rules: list[RuleId] | None = None
    least_severity: Severity = Severity.WARNING
    least_amount: Decimal | None = Field(None, ge=0, max_digits=20, decimal_places=2)
    conditions: list[Condition] = Field(list(TOLD), min_length=1)


class Subscription(Answer):
    """A subscription; its secret is shown only once, in the answer that creates it."""

    id: UUID
    subscriber: str
    channel: str
    target: str
    unit: str | None
    project: str | None
    rules: list[str] | None
    least_severity: str
    least_amount: Decimal | None
    conditions: list[str]
    paused: bool
    created_at: datetime


class CreatedSubscription(Subscription):
    """A new subscription with the secret that signs its deliveries (Standard Webhooks)."""

    secret: str


class Attempt(Answer):
    """One attempt to deliver."""

    number: int
    at: datetime
    outcome: str
    detail: str | None


class Delivery(Answer):
    """A delivery with all its attempts; a repeat has the same id and body."""

    delivery_id: UUID
    alert_id: UUID
    state: str
    next_attempt_at: datetime | None
    created_at: datetime
    attempts: list[Attempt]


@router.post("/subscriptions", status_code=201, summary="新增订阅；签名密钥只在本次答复中显示")
async def post_subscription(new: NewSubscription, parts: Parts, caller: Caller) -> CreatedSubscription:
    """Create a subscription."""
    return CreatedSubscription.model_validate(await subscribe(parts, new, caller))


async def subscribe(parts: Gateway, new: NewSubscription, caller: str) -> SubscriptionRow:
    """Create a subscription. Raises Problem 422 when its target is refused."""
    await check_target(new.target, parts.webhook_allow)
    row = SubscriptionRow(
        id=uuid4(),
        subscriber=clean_text(new.subscriber or "") or caller,
        channel=new.channel,
        target=new.target,
        secret="whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode(),
        unit=clean_text(new.unit or "") or None,
        project=clean_text(new.project or "") or None,
        rules=[rule.value for rule in new.rules] if new.rules else None,
        least_severity=new.least_severity.value,
        least_amount=new.least_amount,
        conditions=[condition.value for condition in dict.fromkeys(new.conditions)],
        paused=False,
        created_at=datetime.now(UTC),
    )
    await parts.store.subscriptions.add(row)
    return row


@router.get("/subscriptions", summary="订阅列表")
async def list_subscriptions(query: Annotated[Paged, Query()], parts: Parts) -> Listed[Subscription]:
    """Subscriptions, newest first."""
    rows = await parts.store.subscriptions.page(query.cursor, query.limit + 1)
    return page_of(rows, query.limit, Subscription.model_validate, lambda row: (row.created_at, row.id))


@router.get("/subscriptions/{subscription_id}", summary="一项订阅")
async def get_subscription(subscription_id: UUID, parts: Parts) -> Subscription:
    """One subscription."""
    row = await parts.store.subscriptions.get(subscription_id)
    if row is None:
        raise not_found("订阅", subscription_id)
    return Subscription.model_validate(row)


@router.delete("/subscriptions/{subscription_id}", status_code=204, summary="取消订阅")
async def delete_subscription(subscription_id: UUID, parts: Parts) -> None:
    """Delete a subscription."""
    if not await parts.store.subscriptions.delete(subscription_id):
        raise not_found("订阅", subscription_id)


@router.get("/subscriptions/{subscription_id}/deliveries", summary="推送台账：每次推送及其各次尝试")
async def list_deliveries(subscription_id: UUID, query: Annotated[Paged, Query()], parts: Parts) -> Listed[Delivery]:
    """The ledger of a subscription, newest first; it outlives the subscription."""
    rows = await parts.store.subscriptions.deliveries(subscription_id, query.cursor, query.limit + 1)
    attempts: defaultdict[UUID, list[Attempt]] = defaultdict(list)
    for each in await parts.store.subscriptions.attempts([row.delivery_id for row in rows]):
        attempts[each.delivery_id].append(Attempt.model_validate(each))

    def make(row: DeliveryRow) -> Delivery:
        return Delivery.model_validate(row._asdict() | {"attempts": attempts[row.delivery_id]})

    return page_of(rows, query.limit, make, lambda row: (row.created_at, row.delivery_id))
