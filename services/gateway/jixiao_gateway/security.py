"""Who may call: host and origin checks, access tokens, and the headers that keep pages from running foreign code."""

import hashlib
import hmac
import ipaddress
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote, unquote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from jixiao_gateway.problems import Problem

LOCAL_CALLER = "本机"
COOKIE = "jixiao_session"
SESSION = timedelta(hours=12)
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN_PATHS = frozenset({"/healthz", "/readyz", "/metrics", "/login"})
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
RESPONSE_HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


class Tokens:
    """Access tokens by the name of their holder; one may carry a unit, whose subtree is all that its holder sees."""

    def __init__(self, pairs: Iterable[str]) -> None:
        """``pairs``: ``name:token`` or ``name:token:unit``. Raises ValueError on anything else."""
        self._tokens: dict[str, str] = {}
        self._units: dict[str, str] = {}
        for pair in pairs:
            parts = pair.split(":")
            if len(parts) not in (2, 3) or not all(parts):
                raise ValueError("JIXIAO_API_TOKENS 的每一项都应为 名称:令牌 或 名称:令牌:单位，以逗号分隔。")
            name, token, *unit = parts
            self._tokens[name] = token
            if unit:
                self._units[name] = unit[0]

    def __bool__(self) -> bool:
        return bool(self._tokens)

    def holder(self, token: str) -> str | None:
        """Whose token it is; takes the same time whichever it is."""
        found = None
        for name, known in self._tokens.items():
            if hmac.compare_digest(token.encode(), known.encode()):
                found = name
        return found

    def unit(self, name: str | None) -> str | None:
        """The unit that a holder's token carries; None: he sees everything."""
        return self._units.get(name or "")

    def session(self, name: str, now: datetime) -> str:
        """A signed cookie for the holder of a token, so that a browser may stay."""
        claim = f"{quote(name)}.{int((now + SESSION).timestamp())}"
        return f"{claim}.{self._sign(name, claim)}"

    def session_holder(self, cookie: str, now: datetime) -> str | None:
        """Whose session it is; None when it is forged, over, or its token is gone."""
        claim, _, signature = cookie.rpartition(".")
        quoted, _, until = claim.rpartition(".")
        name = unquote(quoted)
        if name not in self._tokens or not hmac.compare_digest(signature.encode(), self._sign(name, claim).encode()):
            return None
        return name if int(until) > now.timestamp() else None

    def _sign(self, name: str, claim: str) -> str:
        return hmac.new(self._tokens[name].encode(), f"session:{claim}".encode(), hashlib.sha256).hexdigest()


def is_loopback(host: str) -> bool:
    """Whether an address to bind to is this machine's own."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Guard:
    """The first thing a request meets. Leaves the caller's name and unit in ``request.state``."""

    def __init__(self, app: ASGIApp, tokens: Tokens, need_token: bool, loopback: bool) -> None:
        self._app = app
        self._tokens = tokens
        self._need_token = need_token
        self._loopback = loopback

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a refusal, or pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope, Headers(scope=scope))
        await (refusal or self._app)(scope, receive, _with_headers(send, scope["path"]))

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        if self._loopback and _host_name(headers.get("host", "")) not in LOOPBACK_HOSTS:
            detail = "本服务只在本机使用，请用 http://127.0.0.1 或 http://localhost 访问。"
            return Problem(421, "wrong-host", detail).response()
        if scope["method"] not in SAFE_METHODS and _is_foreign(headers):
            detail = "请求来自其他网站的页面，已拒绝。请在本系统的页面上操作。"
            return Problem(403, "foreign-origin", detail).response()
        caller = self._caller(headers)
        scope.setdefault("state", {}).update(caller=caller or LOCAL_CALLER, unit=self._tokens.unit(caller))
        if caller or not self._need_token or _is_open(scope["path"]):
            return None
        return _ask_for_token(scope, is_part="hx-request" in headers)

    def _caller(self, headers: Headers) -> str | None:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self._tokens.holder(token.strip())
        return self._tokens.session_holder(_cookie(headers), datetime.now(UTC))


def _ask_for_token(scope: Scope, is_part: bool) -> Response:
    """A page leads to the form for signing in; a part of one (htmx) has its whole page go there."""
    if is_part:
        return Response(status_code=401, headers={"HX-Redirect": "/login", "WWW-Authenticate": "Bearer"})
    if scope["path"].startswith("/api/") or scope["method"] not in SAFE_METHODS:
        detail = "缺少访问令牌或令牌无效。请在请求头 Authorization 中填写 Bearer 令牌，令牌由管理员发放。"
        return Problem(401, "token-needed", detail).response()
    query = scope["query_string"].decode("latin-1")
    wanted = scope["path"] + (f"?{query}" if query else "")
    return RedirectResponse(f"/login?next={quote(wanted)}", 303)


def _is_open(path: str) -> bool:
    return path in OPEN_PATHS or path.startswith("/static/")


def _is_foreign(headers: Headers) -> bool:
    """Whether a browser says that a page of another site sent this."""
    if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return True
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")


def _host_name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _cookie(headers: Headers) -> str:
    try:
        cookies = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return ""
    return cookies[COOKIE].value if COOKIE in cookies else ""


def _with_headers(send: Send, path: str) -> Send:
    # figures of units have no place in a browser's cache; of our own files the newest, as a release has it
    more = {"Cache-Control": "no-cache" if path.startswith("/static/") else "no-store"}

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, text in (RESPONSE_HEADERS | more).items():
                headers.setdefault(name, text)
        await send(message)

    return sending
