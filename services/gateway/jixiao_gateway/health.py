"""``/metrics``, ``/healthz`` and ``/readyz``."""

import asyncio
from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse

from jixiao.runtime import metrics
from jixiao.runtime.errors import RetryLater
from jixiao_gateway.parts import Parts

router = APIRouter(include_in_schema=False)

ANSWER_SECONDS = 3.0
Check = Callable[[], Awaitable[None]]


@router.get("/metrics")
async def show_metrics(parts: Parts) -> Response:
    """What Prometheus reads; whether we are ready is asked for it, since nobody else may ask."""
    metrics.READY.set(await parts.why_not_ready() is None)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(parts: Parts) -> JSONResponse:
    """Broker and database answer."""
    why = await parts.why_not_ready()
    metrics.READY.set(why is None)
    return JSONResponse({"ready": why is None, "reason": why}, 200 if why is None else 503)


async def why_not_ready(checks: dict[str, Check]) -> str | None:
    """Ask all at once; the reasons of those that do not answer, None when all do."""
    answers = await asyncio.gather(*(_ask(name, check) for name, check in checks.items()))
    return "；".join(answer for answer in answers if answer) or None


async def _ask(name: str, check: Check) -> str | None:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await check()
    except (RetryLater, OSError, TimeoutError) as fault:
        return f"{name}：{fault or '没有应答'}"
    return None
