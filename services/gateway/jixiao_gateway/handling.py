"""What people do about a warning: a command on ``alerts.commands``, and waiting for what comes of it."""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID, uuid4

from starlette.datastructures import UploadFile

from jixiao.events.models import AlertCommand, Attachment, Handling
from jixiao.events.topics import CHANGED, COMMANDS
from jixiao.events.transitions import TRANSITIONS, refusal
from jixiao.runtime.errors import RetryLater
from jixiao.runtime.message import cloud_event, outgoing
from jixiao_gateway.hub import Hub
from jixiao_gateway.intake import check_kind, check_size
from jixiao_gateway.kinds import judge
from jixiao_gateway.parts import Gateway
from jixiao_gateway.problems import Problem
from jixiao_gateway.scope import Scope
from jixiao_gateway.store.alerts import AlertRow
from jixiao_gateway.upload import SOURCE, clean_name, clean_text

COMMAND_TYPE = "jixiao.alert.command"
NOTE_LIMIT = 2000
FILES_LIMIT = 5
SEEN_WITHIN_SECONDS = 2.0


class Wish(NamedTuple):
    """What a person wants done; ``seen`` is the form whose finding he had in view (None: the one in force)."""

    handling: Handling
    note: str = ""
    deadline: datetime | None = None
    seen: UUID | None = None
    files: Sequence[UploadFile] = ()


def ways(handling: Handling, scope: Scope) -> list[Handling]:
    """What this caller may do about a warning that is handled so; a unit may only answer."""
    allowed = [way for way in Handling if way in TRANSITIONS[handling]]
    return allowed if scope.is_bureau else [way for way in allowed if way is Handling.RECTIFYING]


async def handle(parts: Gateway, scope: Scope, alert: AlertRow, wish: Wish) -> tuple[UUID, bool]:
    """Send a command; its id, and whether its effect was seen. Raises Problem 403, 409, 413, 415, 422 or 503."""
    command = AlertCommand(
        command_id=uuid4(),
        alert_id=alert.alert_id,
        handling=wish.handling,
        by=scope.caller,
        note=clean_text(wish.note)[:NOTE_LIMIT],
        deadline=wish.deadline,
        seen=wish.seen or alert.form_id,
        given_at=datetime.now(UTC),
    )
    _check(Handling(alert.handling), command, scope)
    command = command.model_copy(update={"attachments": await _keep(parts, wish.files)})
    since = parts.hub.position
    await _send(parts, command)
    return command.command_id, await _is_seen(parts.hub, since, command.command_id)


def _check(handling: Handling, command: AlertCommand, scope: Scope) -> None:
    """Refuse what the alerts service would not carry out."""
    if command.handling is Handling.DISMISSED and not command.note:
        raise Problem(422, "note-needed", "不予处理须说明理由。请填写说明后重试。")
    if command.handling is Handling.RETURNED and command.deadline and command.deadline <= command.given_at:
        raise Problem(422, "bad-deadline", "整改期限须晚于现在。请修改期限后重试。")
    if not scope.is_bureau and command.handling is not Handling.RECTIFYING:
        raise Problem(403, "bureau-only", "单位可以提交整改说明（整改中），其他处理意见由财政部门作出。")
    if reason := refusal(handling, command):
        raise Problem(409, "not-now", reason)


async def _keep(parts: Gateway, files: Sequence[UploadFile]) -> tuple[Attachment, ...]:
    if len(files) > FILES_LIMIT:
        raise Problem(422, "too-many-files", f"一次最多附 {FILES_LIMIT} 个文件。请合并后重试。")
    kept = []
    for file in files:
        check_size(file.size or 0)
        async with parts.intake.memory:
            data = await file.read()
            check_kind(data)
            document_id = hashlib.sha256(data).hexdigest()
            await parts.store.attachments.add(document_id, data)
        name = clean_name(file.filename or "")
        kept.append(Attachment(document_id=document_id, name=name, media_type=judge(data).media_type))
    return tuple(kept)


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
