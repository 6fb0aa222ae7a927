"""The pages: server-rendered, live through htmx and server-sent events, without inline scripts."""

import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from jixiao_gateway.pages import alerts, forms, home, login, subscriptions, units
from jixiao_gateway.pages.render import page
from jixiao_gateway.problems import Handler

OWN_STATIC = Path(__file__).parent.parent / "static"


def add_to(app: FastAPI, vendor: Path) -> None:
    """Add the pages; ``vendor`` is the folder of the front-end libraries."""
    app.mount("/static/vendor", StaticFiles(directory=vendor, check_dir=False))
    app.mount("/static", StaticFiles(directory=OWN_STATIC))
    router = APIRouter(include_in_schema=False)
    for module in (home, forms, alerts, subscriptions, units, login):
        router.include_router(module.router)
    app.include_router(router)


def readable(handler: Handler) -> Callable[[Request, Exception], Coroutine[Any, Any, Response]]:
    """A handler of faults whose answer is a page where a person looks at it, else the problem document."""

    async def handle(request: Request, fault: Exception) -> Response:
        answer = await handler(request, fault)
        if request.url.path.startswith("/api/") or "text/html" not in request.headers.get("accept", ""):
            return answer
        return page(request, "problem.html", answer.status_code, problem=json.loads(bytes(answer.body)))

    return handle
