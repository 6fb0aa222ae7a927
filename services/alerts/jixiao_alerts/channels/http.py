"""Posting over HTTP. Addresses are checked when the connection is made, redirects are not followed."""

import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Self

import aiohttp
from yarl import URL

from jixiao.runtime.targets import Network, may_reach
from jixiao_alerts.channels import Failed, Fault, Refused, Result

TOTAL_SECONDS = 10.0
CONNECT_SECONDS = 5.0
ANSWER_BYTES = 1024

Judge = Callable[[aiohttp.ClientResponse], Awaitable[Result]]


class ForbiddenAddress(OSError):
    """The target resolves to an address that may not be reached; the text is the same for every address."""

    def __init__(self) -> None:
        super().__init__("forbidden address")


class Poster:
    """Posts messages. Use as an asynchronous context manager; ``allowed`` are private networks it may reach."""

    def __init__(self, allowed: Sequence[Network], seconds: float = TOTAL_SECONDS) -> None:
        self._allowed = tuple(allowed)
        self._timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=min(seconds, CONNECT_SECONDS))

    async def __aenter__(self) -> Self:
        # a connection a message: one kept open would be cut at any time, and its address be checked only once
        connector = aiohttp.TCPConnector(socket_factory=self._socket, use_dns_cache=False, force_close=True, limit=0)
        self._session = aiohttp.ClientSession(
            connector=connector, timeout=self._timeout, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def post(self, url: URL, body: bytes, headers: Mapping[str, str], judge: Judge) -> Result:
        """Post once; ``judge`` says what an answer that is no redirect means. Never raises for what the world does."""
        headers = {"User-Agent": "Jixiao-Sentinel", "Accept-Encoding": "identity", **headers}
        try:
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                if 300 <= answer.status < 400:
                    detail = f"HTTP {answer.status}：接收方要求转到其他地址，为安全起见不予跟随。"
                    return Failed(Fault.REDIRECT, detail)
                return await judge(answer)
        except (aiohttp.ClientError, OSError) as fault:
            return _sort(fault)

    def _socket(self, address: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, (host, *_) = address
        if not may_reach(host, self._allowed):
            raise ForbiddenAddress
        return socket.socket(family, kind, protocol)


async def start_of(answer: aiohttp.ClientResponse) -> bytes:
    """The first bytes of an answer, for the ledger; what came when it is cut."""
    start = b""
    with suppress(aiohttp.ClientError, OSError):
        while len(start) < ANSWER_BYTES and (piece := await answer.content.read(ANSWER_BYTES - len(start))):
            start += piece
    return start


def printable(start: bytes) -> str:
    """Bytes of a stranger as one line of text."""
    return "".join(each for each in start.decode("utf-8", "replace") if each.isprintable())


def _sort(fault: aiohttp.ClientError | OSError) -> Result:
    if isinstance(fault, aiohttp.ClientConnectorError) and isinstance(fault.os_error, ForbiddenAddress):
        return Refused(
            "订阅地址指向内部网络，为安全起见不予发送。确需发送时，请管理员在 JIXIAO_WEBHOOK_ALLOW 中放行该网段。"
        )
    if isinstance(fault, aiohttp.InvalidURL):
        return Refused("订阅地址格式不正确，请删除该订阅后重新建立。")
    if isinstance(fault, TimeoutError):
        return Failed(Fault.TIMEOUT, "接收方没有在规定时间内应答。")
    if isinstance(fault, aiohttp.ClientSSLError):
        return Failed(Fault.TLS, f"接收方的证书或加密连接有问题：{fault}")
    if isinstance(fault, aiohttp.ClientConnectorError):
        return Failed(Fault.UNREACHABLE, f"无法连接接收方：{fault.os_error}")
    return Failed(Fault.CUT, f"接收方没有应答就断开了连接：{type(fault).__name__}")
