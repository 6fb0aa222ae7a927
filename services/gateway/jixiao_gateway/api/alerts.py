"""``/alerts``: warnings with their history, and commands on them."""

import asyncio
import json
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Response

from jixiao.events.models import AlertCommand, Condition, Handling
from jixiao.events.topics import CHANGED, COMMANDS
from jixiao.runtime.errors import RetryLater
from jixiao.runtime.message import cloud_event, outgoing
from jixiao_gateway.api.forms import FindingQuery
from jixiao_gateway.api.models import AlertFull, AlertSummary, Command, CommandAnswer, Listed, page_of
from jixiao_gateway.hub import Hub
from jixiao_gateway.parts import Caller, Gateway, Parts
from jixiao_gateway.problems import Problem, not_found
from jixiao_gateway.upload import SOURCE, clean_text

router = APIRouter(tags=["alerts"])

COMMAND_TYPE = "jixiao.alert.command"
NOTE_LIMIT = 2000
SEEN_WITHIN_SECONDS = 2.0


class AlertQuery(FindingQuery):
    """Which alerts."""

    condition: Condition | None = None
    handling: Handling | None = None


@router.get("/alerts", summary="预警列表，最近变动的在前")
async def list_alerts(query: Annotated[AlertQuery, Query()], parts: Parts) -> Listed[AlertSummary]:
    """Alerts, the last changed first."""
    rows = await parts.store.alerts.page(query.cursor, query.limit + 1, query.filters)
    return page_of(rows, query.limit, AlertSummary.model_validate, lambda row: (row.changed_at, row.alert_id))


@router.get("/alerts/{alert_id}", summary="一条预警及其变动历史")
async def get_alert(alert_id: UUID, parts: Parts) -> AlertFull:
    """One alert with its history."""
    return await alert_detail(parts, alert_id)


async def alert_detail(parts: Gateway, alert_id: UUID) -> AlertFull:
    """One alert. Raises Problem 404."""
    row = await parts.store.alerts.get(alert_id)
    if row is None:
        raise not_found("预警", alert_id)
    changes = await parts.store.alerts.history(alert_id)
    told = AlertSummary.model_validate(row).model_dump()
    return AlertFull(**told, finding=json.loads(row.finding), history=[json.loads(each.change) for each in changes])


@router.post(
    "/alerts/{alert_id}/commands",
    responses={202: {"model": CommandAnswer, "description": "命令已受理，结果稍后可见"}},
    summary="处理一条预警：核实、退回、整改、销号、不予处理",
)
async def post_command(
    alert_id: UUID, command: Command, response: Response, parts: Parts, caller: Caller
) -> CommandAnswer:
    """Send a command; 200 when its effect was seen, else 202."""
    answer = await send_command(parts, alert_id, command, caller)
    response.status_code = 202 if answer.alert is None else 200
    return answer


async def send_command(parts: Gateway, alert_id: UUID, command: Command, caller: str) -> CommandAnswer:
    """Send a command and wait for its effect. Raises Problem 404, 422 or 503."""
    row = await parts.store.alerts.get(alert_id)
    if row is None:
        raise not_found("预警", alert_id)
    note = clean_text(command.note)[:NOTE_LIMIT]
    if command.handling is Handling.DISMISSED and not note:
        raise Problem(422, "note-needed", "不予处理须说明理由。请填写 note 后重试。")
    sent = AlertCommand(
        command_id=uuid4(),
        alert_id=alert_id,
        handling=command.handling,
        by=caller,
        note=note,
        deadline=command.deadline,
        seen=command.seen or row.form_id,
        given_at=datetime.now(UTC),
    )
    since = parts.hub.position
    await _send(parts, sent)
    seen = await _is_seen(parts.hub, since, sent.command_id)
    row = await parts.store.alerts.get(alert_id) if seen else None
    return CommandAnswer(command_id=sent.command_id, alert=AlertSummary.model_validate(row) if row else None)


async def _send(parts: Gateway, command: AlertCommand) -> None:
    headers = cloud_event(COMMAND_TYPE, SOURCE, command.command_id, command.given_at, command.command_id.hex)
    try:
        await parts.sender.send(outgoing(COMMANDS, str(command.alert_id), command, headers))
    except RetryLater as fault:
        detail = "消息服务没有确认收到，本次处理未被受理。请稍后重试。"
        raise Problem(503, "not-confirmed", detail) from fault


async def _is_seen(hub: Hub, since: int | None, command_id: UUID) -> bool:
    try:
        async with asyncio.timeout(SEEN_WITHIN_SECONDS), aclosing(hub.follow(since, {CHANGED.name})) as events:
            async for event in events:
                if json.loads(event.data).get("cause") == str(command_id):
                    return True
    except TimeoutError:
        pass
    return False
