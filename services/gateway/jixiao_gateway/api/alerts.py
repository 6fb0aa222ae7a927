"""``/alerts``: warnings with their history, and commands on them."""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import Field, ValidationError
from starlette.datastructures import UploadFile

from jixiao.events.models import Condition, Handling
from jixiao.findings import RuleId
from jixiao_gateway import body
from jixiao_gateway.api.forms import FindingQuery
from jixiao_gateway.api.models import AlertFull, AlertSummary, Command, CommandAnswer, Listed, page_of
from jixiao_gateway.handling import Wish, handle, ways
from jixiao_gateway.parts import Gateway, Parts
from jixiao_gateway.problems import Problem, not_found
from jixiao_gateway.scope import Scope, Within, is_told, told_change
from jixiao_gateway.store.alerts import AlertRow, Order, place

router = APIRouter(tags=["alerts"])

_FIELDS = {
    "handling": {"$ref": "#/components/schemas/Handling"},
    "note": {"type": "string"},
    "deadline": {"type": "string", "format": "date-time"},
    "seen": {"type": "string", "format": "uuid"},
}
_FILES = {"files": {"type": "array", "items": {"type": "string", "format": "binary"}}}
_BODY = {
    kind: {"schema": {"type": "object", "required": ["handling"], "properties": fields}}
    for kind, fields in (("application/json", _FIELDS), ("multipart/form-data", _FIELDS | _FILES))
}


class AlertQuery(FindingQuery):
    """Which alerts."""

    condition: Condition | None = None
    handling: Handling | None = None
    follows: RuleId | None = None
    overdue: bool | None = Field(None, description="整改期限已过而未答复")
    order: Order = Field(Order.CHANGED, description="changed：最近变动的在前；amount：涉及金额大的在前")

    @property
    def filters(self) -> dict[str, Any]:
        """The filters that were given."""
        return {name: value for name, value in super().filters.items() if name != "order"}


@router.get("/alerts", summary="预警列表，最近变动的在前，或涉及金额大的在前")
async def list_alerts(query: Annotated[AlertQuery, Query()], parts: Parts, scope: Within) -> Listed[AlertSummary]:
    """Alerts, the last changed or the most money at stake first."""
    filters = {**query.filters, **scope.filters}
    rows = await parts.store.alerts.page(query.cursor, query.limit + 1, filters, query.order)
    return page_of(rows, query.limit, AlertSummary.model_validate, lambda row: place(row, query.order))


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
    return AlertFull(
        **told,
        finding=json.loads(row.finding),
        ways=ways(Handling(row.handling), scope),
        history=[each for each in history if each],
    )


async def _alert(parts: Gateway, scope: Scope, alert_id: UUID) -> AlertRow:
    """The alert, where the caller may see it. Raises Problem 404."""
    row = await parts.store.alerts.get(alert_id)
    if row is None:
        raise await _withdrawn(parts, scope, alert_id)
    if not _is_for(scope, row.unit, json.loads(row.finding)):
        raise not_found("预警", alert_id)
    return row


def _is_for(scope: Scope, unit: str, finding: Mapping[str, Any]) -> bool:
    return scope.covers(unit) and (scope.is_bureau or is_told(finding))


async def _withdrawn(parts: Gateway, scope: Scope, alert_id: UUID) -> Problem:
    """404; an alert that was there and is no more, as messages still lead to it, is told as that."""
    history = await parts.store.alerts.history(alert_id)
    last = json.loads(history[-1].change) if history else None
    if last is None or not _is_for(scope, last["identity"]["unit"], last["after"]["finding"]):
        return not_found("预警", alert_id)
    detail = "该预警已撤销：它所依据的版本没有生效。现有预警请在预警列表中按单位查看。"
    return Problem(404, "withdrawn", detail)


@router.post(
    "/alerts/{alert_id}/commands",
    responses={202: {"model": CommandAnswer, "description": "命令已受理，结果稍后可见"}},
    openapi_extra={"requestBody": {"required": True, "content": _BODY}},
    summary="处理一条预警：核实、退回、整改、销号、不予处理；可用表单附文件",
)
async def post_command(
    alert_id: UUID, request: Request, response: Response, parts: Parts, scope: Within
) -> CommandAnswer:
    """Send a command; 200 when its effect was seen, else 202."""
    if body.is_multipart(request):
        form = await body.form(request)
        try:
            answer = await send_command(parts, scope, alert_id, _wish(dict(form)), body.files(form))
        finally:
            await form.close()
    else:
        answer = await send_command(parts, scope, alert_id, _command(await request.body()))
    response.status_code = 202 if answer.alert is None else 200
    return answer


@router.get("/alerts/{alert_id}/attachments/{document_id}", summary="处理预警时附的文件")
async def get_attachment(alert_id: UUID, document_id: str, parts: Parts, scope: Within) -> Response:
    """A file that came with a command on this alert; handed out to be saved, never shown by the browser."""
    alert = await alert_detail(parts, scope, alert_id)
    given = [each for change in alert.history for each in (change.get("command") or {}).get("attachments", [])]
    name = next((each["name"] for each in given if each["document_id"] == document_id), None)
    content = await parts.store.attachments.get(document_id) if name is not None else None
    if name is None or content is None:
        raise not_found("附件", document_id)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    return Response(content, media_type="application/octet-stream", headers=headers)


async def send_command(
    parts: Gateway, scope: Scope, alert_id: UUID, command: Command, files: Sequence[UploadFile] = ()
) -> CommandAnswer:
    """Send a command and wait for its effect. Raises Problem 403, 404, 409, 413, 415, 422 or 503."""
    row = await _alert(parts, scope, alert_id)
    wish = Wish(command.handling, command.note, command.deadline, command.seen, files)
    command_id, seen = await handle(parts, scope, row, wish)
    after = await parts.store.alerts.get(alert_id) if seen else None
    return CommandAnswer(command_id=command_id, alert=AlertSummary.model_validate(after) if after else None)


def _command(raw: bytes) -> Command:
    try:
        return Command.model_validate_json(raw)
    except ValidationError as fault:
        raise RequestValidationError([{**each, "loc": ("body", *each["loc"])} for each in fault.errors()]) from fault


def _wish(form: Mapping[str, object]) -> Command:
    """The fields of a form; an empty one was not given."""
    given = {name: value for name, value in form.items() if isinstance(value, str) and value}
    return _command(json.dumps(given).encode())
