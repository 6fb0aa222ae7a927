"""Problem documents (RFC 9457): what is wrong, where, and what to do, in Chinese."""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

import asyncpg
import structlog
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from jixiao.runtime.faults import is_world_broken

log = structlog.get_logger(__name__)

Handler = Callable[[Request, Exception], Coroutine[Any, Any, JSONResponse]]

RETRY_AFTER_SECONDS = 5

TITLES = {
    400: "请求无效",
    401: "需要访问令牌",
    403: "请求被拒绝",
    404: "没有找到",
    405: "不支持的请求方法",
    412: "已被他人修改",
    413: "文件过大",
    415: "文件类型不受理",
    421: "主机名不符",
    422: "内容有误",
    428: "缺少版本",
    500: "服务内部故障",
    503: "服务暂不可用",
}


class Problem(Exception):
    """An answer that refuses. ``kind`` names the sort of problem in the ``type`` URI; ``detail`` says what to do."""

    def __init__(self, status: int, kind: str, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.extra = extra

    def document(self) -> dict[str, Any]:
        """The problem document."""
        return {
            "type": f"urn:jixiao:problem:{self.kind}",
            "title": TITLES.get(self.status) or HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            **self.extra,
        }

    def response(self) -> JSONResponse:
        """The problem as an HTTP answer."""
        headers = {}
        if self.status == 503:
            headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        if self.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return JSONResponse(self.document(), self.status, headers, media_type="application/problem+json")


def not_found(what: str, key: object) -> Problem:
    """404: there is no such thing."""
    return Problem(404, "not-found", f"没有找到{what} {key}。请核对编号后重试。")


async def on_problem(request: Request, fault: Exception) -> JSONResponse:
    """A refusal that was raised."""
    assert isinstance(fault, Problem)
    return fault.response()


async def on_invalid(request: Request, fault: Exception) -> JSONResponse:
    """A request that does not match the API's description."""
    assert isinstance(fault, RequestValidationError)
    if not request.url.path.startswith("/api/") and any(each["loc"][0] == "path" for each in fault.errors()):
        return _no_such_address(request).response()
    errors = [
        {"field": ".".join(str(part) for part in each["loc"][1:]) or str(each["loc"][0]), "message": each["msg"]}
        for each in fault.errors()
    ]
    fields = "、".join(dict.fromkeys(error["field"] for error in errors))
    detail = f"请求中的 {fields} 不符合接口要求。请对照 /api/v1/openapi.json 修改后重试。"
    return Problem(422, "invalid", detail, errors=errors).response()


async def on_http(request: Request, fault: Exception) -> JSONResponse:
    """What the framework itself refuses: unknown paths and methods."""
    assert isinstance(fault, HTTPException)
    if fault.status_code == 404:
        return _no_such_address(request).response()
    detail = {405: f"地址 {request.url.path} 不支持 {request.method} 方法。"}.get(fault.status_code, str(fault.detail))
    return Problem(fault.status_code, "http", detail).response()


async def on_fault(request: Request, fault: Exception) -> JSONResponse:
    """A fault from broker or database: 503 when the world is broken, else 500."""
    if is_world_broken(fault):
        log.warning("the world is broken", path=request.url.path, fault=repr(fault))
        detail = "数据库或消息服务暂时没有应答，请稍后重试；已受理的文件不受影响。"
        return Problem(503, "unavailable", detail).response()
    if isinstance(fault, asyncpg.CharacterNotInRepertoireError):
        detail = "请求中有数据库不能保存的字符（如空字符）。请删去后重试。"
        return Problem(422, "bad-character", detail).response()
    log.error("unknown fault", path=request.url.path, exc_info=fault)
    return Problem(500, "internal", "处理请求时发生故障，已记入日志。请稍后重试，仍不成功请联系运维人员。").response()


def _no_such_address(request: Request) -> Problem:
    return Problem(404, "http", f"没有地址 {request.url.path}。请核对地址后重试。")
