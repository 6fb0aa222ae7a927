"""The ASGI application: routes, guard and problem documents around the parts it is given."""

import asyncpg
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from jixiao.runtime.errors import RetryLater
from jixiao_gateway import api, health, pages
from jixiao_gateway.parts import Gateway
from jixiao_gateway.problems import Handler, Problem, on_fault, on_http, on_invalid, on_problem
from jixiao_gateway.security import Guard

HANDLERS: dict[type[Exception], Handler] = {
    Problem: on_problem,
    RequestValidationError: on_invalid,
    HTTPException: on_http,
    RetryLater: on_fault,
    OSError: on_fault,
    TimeoutError: on_fault,
    asyncpg.PostgresError: on_fault,
    asyncpg.InterfaceError: on_fault,
}


def create_app(parts: Gateway, need_token: bool, loopback: bool) -> FastAPI:
    """The application. ``loopback``: it is bound to this machine only, so that no other host name is right."""
    app = FastAPI(
        title="绩效预警 Jixiao Sentinel",
        version="1",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        exception_handlers={kind: pages.readable(handler) for kind, handler in HANDLERS.items()},
    )
    app.state.gateway = parts
    app.include_router(api.router)
    app.include_router(health.router)
    pages.add_to(app, parts.static)
    app.add_middleware(Guard, tokens=parts.tokens, need_token=need_token, loopback=loopback)
    return app
