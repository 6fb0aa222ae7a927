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
from jixiao.events.transitions import refusal
from jixiao.runtime.errors import RetryLater
from jixiao.runtime.message import cloud_event, outgoing
from jixiao_gateway.api.forms import FindingQuery
from jixiao_gateway.api.models import AlertFull, AlertSummary, Command, CommandAnswer, Listed, page_of
from jixiao_gateway.hub import Hub
from jixiao_gateway.parts import Gateway, Parts
from jixiao_gateway.problems import Problem, not_found
from jixiao_gateway.scope import Scope, Within, is_told, told_change
from jixiao_gateway.store.alerts import AlertRow
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
async def list_alerts(query: Annotated[AlertQuery, Query()], parts: Parts, scope: Within) -> Listed[AlertSummary]:
    """Alerts, the last changed first."""
    rows = await parts.store.alerts.page(query.cursor, query.limit + 1, {**query.filters, **scope.filters})
    return page_of(rows, query.limit, AlertSummary.model_validate, lambda row: (row.changed_at, row.alert_id))


@router.get("/alerts/{alert_id}", summary="一条预警及其变动历史")
async def get_alert(alert_id: UUID, parts: Parts, scope: Within) -> AlertFull:
    """One alert with its history."""
    return await alert_detail(parts, scope, alert_id)


async def alert_detail(parts: Gateway, scope: Scope, alert_id: UUID) -> AlertFull:
    """One alert. Raises Problem 404."""
    row = await _alert(parts, scope, alert_id)
    changes = [each.change for each in await parts.store.alerts.history(alert_id)]
    history = [json.loads(each) if scope.is_bureau else told_change(each) for each in changes]
    told = AlertSummary.model_validate(row).model_dump()
    return AlertFull(**told, finding=json.loads(row.finding), history=[each for each in history if each])


async def _alert(parts: Gateway, scope: Scope, alert_id: UUID) -> AlertRow:
    """The alert, where the caller may see it. Raises Problem 404."""
    row = await parts.store.alerts.get(alert_id)
    if row is None or not scope.covers(row.unit) or not (scope.is_bureau or is_told(json.loads(row.finding))):
        raise not_found("预警", alert_id)
    return row


@router.post(
    "/alerts/{alert_id}/commands",
    responses={202: {"model": CommandAnswer, "description": "命令已受理，结果稍后可见"}},
    summary="处理一条预警：核实、退回、整改、销号、不予处理",
)
async def post_command(
    alert_id: UUID, command: Command, response: Response, parts: Parts, scope: Within
) -> CommandAnswer:
    """Send a command; 200 when its effect was seen, else 202."""
    answer = await send_command(parts, scope, alert_id, command)
    response.status_code = 202 if answer.alert is None else 200
    return answer


async def send_command(parts: Gateway, scope: Scope, alert_id: UUID, command: Command) -> CommandAnswer:
    """Send a command and wait for its effect. Raises Problem 403, 404, 409, 422 or 503."""
    row = await _alert(parts, scope, alert_id)
    sent = AlertCommand(
        command_id=uuid4(),
        alert_id=alert_id,
        handling=command.handling,
        by=scope.caller,
        note=clean_text(command.note)[:NOTE_LIMIT],
        deadline=command.deadline,
        seen=command.seen or row.form_id,
        given_at=datetime.now(UTC),
    )
    _check(Handling(row.handling), sent, scope)
    since = parts.hub.position
    await _send(parts, sent)
    seen = await _is_seen(parts.hub, since, sent.command_id)
    after = await parts.store.alerts.get(alert_id) if seen else None
    return CommandAnswer(command_id=sent.command_id, alert=AlertSummary.model_validate(after) if after else None)


def _check(handling: Handling, command: AlertCommand, scope: Scope) -> None:
    """Refuse what the alerts service would not carry out."""
    if command.handling is Handling.DISMISSED and not command.note:
        raise Problem(422, "note-needed", "不予处理须说明理由。请填写 note 后重试。")
    if command.handling is Handling.RETURNED and command.deadline and command.deadline <= command.given_at:
        raise Problem(422, "bad-deadline", "整改期限须晚于现在。请修改期限后重试。")
    if not scope.is_bureau and command.handling is not Handling.RECTIFYING:
        raise Problem(403, "bureau-only", "单位可以提交整改说明（整改中），其他处理意见由财政部门作出。")
    if reason := refusal(handling, command):
        raise Problem(409, "not-now", reason)


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
