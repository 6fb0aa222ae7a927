"""The first page: files in, each on its way through the stages, warnings as they come."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from jixiao.runtime.faults import is_world_broken
from jixiao_gateway.api.uploads import own_uploads
from jixiao_gateway.pages import words
from jixiao_gateway.pages.forms import lit
from jixiao_gateway.pages.render import ENVIRONMENT, page
from jixiao_gateway.parts import PAGE, Caller, Gateway, Parts
from jixiao_gateway.scope import Scope, Within, scope_of
from jixiao_gateway.store.events import EVENTS_KEPT
from jixiao_gateway.store.forms import FormRow
from jixiao_gateway.store.uploads import UploadRow

router = APIRouter()

UPLOADS_SHOWN = 10
ALERTS_SHOWN = 20
FORMS_SHOWN = 8
# an alert that has not come after so long will not come any more
ALERT_WITHIN = timedelta(minutes=1)


@router.get("/")
async def show_home(request: Request, parts: Parts, caller: Caller) -> HTMLResponse:
    """The page; files can be handed in while the database is away."""
    try:
        overview = await _overview(parts, await scope_of(parts, caller, request.state.unit))
    except Exception as fault:
        if not is_world_broken(fault):
            raise
        overview = ENVIRONMENT.get_template("away.html").render()
    return page(request, "home.html", overview=overview)


@router.get("/parts/overview")
async def show_overview(parts: Parts, scope: Within, seen: str = "") -> Response:
    """Its living part; 204 when it is the same as ``seen``, so that nothing moves on the page."""
    shown = await _overview(parts, scope)
    return Response(status_code=204) if f'data-seen="{seen}"' in shown else HTMLResponse(shown)


async def _overview(parts: Gateway, scope: Scope) -> str:
    uploads = await parts.store.uploads.page(None, UPLOADS_SHOWN, own_uploads(scope))
    forms = await parts.store.forms.of_uploads([upload.id for upload in uploads if upload.read])
    alerts = await parts.store.alerts.page(None, ALERTS_SHOWN, scope.filters)
    now = datetime.now(UTC)
    values: dict[str, Any] = {
        "held": await _held(parts, scope),
        "uploads": [_upload(upload, forms, scope, now) for upload in uploads],
        "alerts": [alert for alert in alerts if alert.follows is None],
        "lights": await _lights(parts, scope),
    }
    template = ENVIRONMENT.get_template("overview.html")
    seen = hashlib.sha256(template.render(values, seen="").encode()).hexdigest()[:16]
    return template.render(values, seen=seen)


async def _lights(parts: Gateway, scope: Scope) -> dict[str, int]:
    """How many forms there are of each light."""
    found = await parts.lights(None if scope.is_bureau else scope.keys)
    return {
        "error": found.get(0, 0) + found.get(1, 0),
        "warning": found.get(2, 0),
        "notice": found.get(3, 0),
        "none": found.get(4, 0),
    }


async def _held(parts: Gateway, scope: Scope) -> int:
    """How many versions wait for a reviewer, at most as many as one page of them shows."""
    if not scope.is_bureau:
        return 0
    asked = await parts.store.alerts.page(None, PAGE, {"rule": words.HELD, "handling": "open"})
    return sum(alert.condition != "fixed" for alert in asked)


def _upload(upload: UploadRow, forms: list[FormRow], scope: Scope, now: datetime) -> dict[str, Any]:
    of_upload = [form for form in forms if form.upload_id == upload.id]
    own = [lit(form, scope) for form in of_upload if scope.covers(form.unit)]
    if not scope.is_bureau:
        upload = upload._replace(warned=upload.told)
    return {
        "row": upload,
        "steps": steps(upload, any(form["light"] != "none" for form in own), now),
        "forms": own[:FORMS_SHOWN],
        "more": max(len(own) - FORMS_SHOWN, 0),
        "outside": len(of_upload) - len(own),
    }


def steps(upload: UploadRow, has_findings: bool, now: datetime) -> list[tuple[str, str]]:
    """The four stages as (done, now, wait or failed; what to show)."""
    received = ("done", "已接收")
    if upload.state == "received":
        return [received, ("now", "识别中"), ("wait", "复核"), ("wait", "预警")]
    if upload.state in ("no_form", "dead_lettered"):
        failed = "没有自评表" if upload.state == "no_form" else "无法处理"
        return [received, ("failed", failed), ("wait", "复核"), ("wait", "预警")]
    found = [f"{upload.forms} 张"] if upload.forms else []
    found += ["部门决算"] if upload.accounts else []
    read = ("done", f"已识别 {'、'.join(found)}")
    if upload.state == "read":
        return [received, read, ("now", f"复核中 {upload.scored}/{upload.read}"), ("wait", "预警")]
    scored = ("failed", f"{upload.refused} 张未能复核") if upload.refused else ("done", "已复核")
    return [received, read, scored, _warned(upload, has_findings, now)]


def _warned(upload: UploadRow, has_findings: bool, now: datetime) -> tuple[str, str]:
    if upload.warned:
        return ("done", f"已预警 {upload.warned} 条")
    if has_findings and now - upload.uploaded_at < ALERT_WITHIN:
        return ("now", "预警中")
    if has_findings and now - upload.uploaded_at > EVENTS_KEPT:
        return ("done", "已完成")  # the events that would say whether there were warnings are gone
    return ("done", "无新预警" if has_findings else "无需预警")
