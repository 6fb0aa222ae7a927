"""``/subscriptions``: who is told of what, and the ledger of deliveries."""

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Header, Query, Response
from pydantic import BaseModel

from jixiao.identity import normalise_name
from jixiao_gateway.api.models import Answer, Listed, page_of
from jixiao_gateway.editing import EditedSubscription, edit, required_revision, wanted_row
from jixiao_gateway.parts import Gateway, Paged, Parts
from jixiao_gateway.preview import Preview, preview
from jixiao_gateway.problems import not_found
from jixiao_gateway.scope import Scope, Within
from jixiao_gateway.store.query import Filters
from jixiao_gateway.store.subscriptions import DeliveryRow, SubscriptionRow
from jixiao_gateway.subscribing import NewSubscription, subscribe, subscription_of

router = APIRouter(tags=["subscriptions"])


class Subscription(Answer):
    """A subscription; its secret is shown only once, in the answer that creates it. ``revision`` counts the edits."""

    id: UUID
    subscriber: str
    channel: str
    target: str
    unit: str | None
    project: str | None
    district: str | None
    bound: str | None
    rules: list[str] | None
    least_severity: str
    least_amount: Decimal | None
    conditions: list[str]
    rhythm: str
    hour: int | None
    weekday: int | None
    link_only: bool
    paused: bool
    revision: int
    disabled_at: datetime | None = None
    disabled_reason: str | None = None
    created_at: datetime


class WrittenSubscription(Subscription):
    """A subscription as written; with a webhook's new secret that signs its deliveries (Standard Webhooks)."""

    secret: str | None


class Change(BaseModel):
    """What may change of a subscription. ``enabled``: switch a target on again that was disabled after long failure."""

    paused: bool | None = None
    enabled: Literal[True] | None = None


class AskedTest(Answer):
    """A test message that was asked for; its fate stands in the ledger under this id."""

    delivery_id: UUID


class Attempt(Answer):
    """One attempt to deliver."""

    number: int
    at: datetime
    outcome: str
    detail: str | None


class Delivery(Answer):
    """A delivery with all its attempts and the alerts it tells of; a repeat has the same id and body."""

    delivery_id: UUID
    kind: str
    alerts: list[UUID]
    state: str
    next_attempt_at: datetime | None
    created_at: datetime
    attempts: list[Attempt]


@router.post("/subscriptions", status_code=201, summary="新增订阅；签名密钥只在本次答复中显示")
async def post_subscription(
    new: NewSubscription, response: Response, parts: Parts, scope: Within
) -> WrittenSubscription:
    """Create a subscription."""
    row, secret = await subscribe(parts, scope, new)
    response.headers["ETag"] = etag(row)
    return WrittenSubscription.model_validate(row._asdict() | {"secret": secret})


@router.post("/subscriptions/preview", summary="试算：这样的订阅在过去 90 天会推送什么")
async def post_preview(new: NewSubscription, parts: Parts, scope: Within) -> Preview:
    """What a subscription would have sent; nothing is saved."""
    return await preview(parts, await subscription_of(parts, scope, new), datetime.now(UTC))


@router.get("/subscriptions", summary="订阅列表")
async def list_subscriptions(query: Annotated[Paged, Query()], parts: Parts, scope: Within) -> Listed[Subscription]:
    """Subscriptions, newest first."""
    rows = await parts.store.subscriptions.page(query.cursor, query.limit + 1, own_subscriptions(scope))
    shown = await _shown(parts)
    return page_of(rows, query.limit, shown, lambda row: (row.created_at, row.id))


async def _shown(parts: Gateway) -> Callable[[SubscriptionRow], Subscription]:
    """Makes rows into what is shown, with whether their targets are disabled."""
    disabled = {each.subscription_id: each for each in await parts.store.subscriptions.disabled()}

    def show(row: SubscriptionRow) -> Subscription:
        off = disabled.get(row.id)
        why = {"disabled_at": off.disabled_at, "disabled_reason": off.reason} if off else {}
        return Subscription.model_validate(row._asdict() | why)

    return show


def own_subscriptions(scope: Scope) -> Filters:
    """What the list is narrowed by: a caller with a unit sees those that were made with it."""
    return {} if scope.is_bureau else {"bound": _bounds(scope)}


def _bounds(scope: Scope) -> list[str | None]:
    """What the bound of a subscription made with this token may be: its unit may have come to another one since."""
    return [scope.root, scope.unit, normalise_name(scope.unit or "")]


async def subscription_row(parts: Gateway, scope: Scope, subscription_id: UUID) -> SubscriptionRow:
    """A subscription that the caller may see. Raises Problem 404."""
    row = await parts.store.subscriptions.get(subscription_id)
    if row is None or not (scope.is_bureau or row.bound in _bounds(scope)):
        raise not_found("订阅", subscription_id)
    return row


@router.get("/subscriptions/{subscription_id}", summary="一项订阅；答复中的 ETag 供修改时填入 If-Match")
async def get_subscription(subscription_id: UUID, response: Response, parts: Parts, scope: Within) -> Subscription:
    """One subscription."""
    row = await subscription_row(parts, scope, subscription_id)
    response.headers["ETag"] = etag(row)
    return await shown_subscription(parts, row)


async def shown_subscription(parts: Gateway, row: SubscriptionRow) -> Subscription:
    """A row as it is shown."""
    return (await _shown(parts))(row)


def etag(row: SubscriptionRow) -> str:
    """What names the state of a row that an editor has in view."""
    return f'"{row.revision}"'


@router.put("/subscriptions/{subscription_id}", summary="修改订阅，须带 If-Match；接收地址和密钥不给则不变")
async def put_subscription(
    subscription_id: UUID,
    edited: EditedSubscription,
    response: Response,
    parts: Parts,
    scope: Within,
    if_match: Annotated[str | None, Header(description="读取该订阅时答复中的 ETag")] = None,
) -> WrittenSubscription:
    """Replace what a subscription asks for; 412 when somebody else did so meanwhile."""
    row = await subscription_row(parts, scope, subscription_id)
    revision = required_revision(if_match)
    seen = row if revision is None else row._replace(revision=revision)
    row, secret = await edit(parts, scope, seen, edited)
    response.headers["ETag"] = etag(row)
    shown = await shown_subscription(parts, row)
    return WrittenSubscription.model_validate(shown.model_dump() | {"secret": secret})


@router.post("/subscriptions/{subscription_id}/preview", summary="试算：这样修改后，过去 90 天会推送什么")
async def post_edit_preview(subscription_id: UUID, edited: EditedSubscription, parts: Parts, scope: Within) -> Preview:
    """What an edited subscription would have sent; nothing is saved."""
    row = await subscription_row(parts, scope, subscription_id)
    return await preview(parts, await wanted_row(parts, scope, row, edited), datetime.now(UTC))


@router.patch("/subscriptions/{subscription_id}", summary="暂停、恢复，或重新启用因长期失败而停用的订阅")
async def patch_subscription(subscription_id: UUID, change: Change, parts: Parts, scope: Within) -> Subscription:
    """Pause, go on, or switch on again."""
    row = await subscription_row(parts, scope, subscription_id)
    if change.paused is not None:
        row = row._replace(paused=change.paused)
    if change.enabled:
        row = row._replace(enabled_at=datetime.now(UTC))
    await parts.store.subscriptions.change(row)
    return await shown_subscription(parts, row)


@router.post("/subscriptions/{subscription_id}/test", status_code=202, summary="发送一条测试消息")
async def post_test(subscription_id: UUID, parts: Parts, scope: Within) -> AskedTest:
    """Ask for a test message through the subscription's own channel."""
    await subscription_row(parts, scope, subscription_id)
    message_id = uuid4()
    await parts.store.subscriptions.ask_test(message_id, subscription_id, datetime.now(UTC))
    return AskedTest(delivery_id=message_id)


@router.delete("/subscriptions/{subscription_id}", status_code=204, summary="取消订阅")
async def delete_subscription(subscription_id: UUID, parts: Parts, scope: Within) -> None:
    """Delete a subscription."""
    await subscription_row(parts, scope, subscription_id)
    await parts.store.subscriptions.delete(subscription_id)


@router.get("/subscriptions/{subscription_id}/deliveries", summary="推送台账：每次推送及其各次尝试")
async def list_deliveries(
    subscription_id: UUID, query: Annotated[Paged, Query()], parts: Parts, scope: Within
) -> Listed[Delivery]:
    """The ledger of a subscription, newest first; for the bureau it outlives the subscription."""
    if not scope.is_bureau:
        await subscription_row(parts, scope, subscription_id)
    rows = await parts.store.subscriptions.deliveries(subscription_id, query.cursor, query.limit + 1)
    ids = [row.delivery_id for row in rows]
    attempts: defaultdict[UUID, list[Attempt]] = defaultdict(list)
    for each in await parts.store.subscriptions.attempts(ids):
        attempts[each.delivery_id].append(Attempt.model_validate(each))
    alerts: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for delivery_id, alert_id in await parts.store.subscriptions.told(ids):
        alerts[delivery_id].append(alert_id)

    def make(row: DeliveryRow) -> Delivery:
        more = {"attempts": attempts[row.delivery_id], "alerts": alerts[row.delivery_id]}
        return Delivery.model_validate(row._asdict() | more)

    return page_of(rows, query.limit, make, lambda row: (row.created_at, row.delivery_id))
