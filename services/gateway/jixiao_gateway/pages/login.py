"""Signing in with an access token, for browsers beyond this machine."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from jixiao_gateway.pages.render import page
from jixiao_gateway.parts import Parts
from jixiao_gateway.security import COOKIE, SESSION

router = APIRouter()


@router.get("/login")
async def show_login(request: Request, next: str = "/") -> HTMLResponse:
    """The form."""
    return page(request, "login.html", next=_own(next), problem=None)


@router.post("/login")
async def log_in(
    request: Request, parts: Parts, token: Annotated[str, Form()] = "", next: Annotated[str, Form()] = "/"
) -> Response:
    """Exchange the token for a session."""
    holder = parts.tokens.holder(token.strip())
    if holder is None:
        return page(request, "login.html", 403, next=_own(next), problem="令牌无效。请核对后重试，或向管理员索取。")
    answer = RedirectResponse(_own(next), 303)
    answer.set_cookie(
        COOKIE,
        parts.tokens.session(holder, datetime.now(UTC)),
        max_age=int(SESSION.total_seconds()),
        httponly=True,
        samesite="strict",
        secure="https" in (request.url.scheme, request.headers.get("x-forwarded-proto")),
    )
    return answer


@router.post("/logout")
async def log_out() -> RedirectResponse:
    """End the session in this browser."""
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(COOKIE)
    return answer


def _own(path: str) -> str:
    """A path of ours to go on to, never another site's address."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"
