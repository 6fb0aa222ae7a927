"""The signed webhook (Standard Webhooks). Addresses are checked when the connection is made, redirects not followed."""

import socket
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Self
from uuid import UUID

import aiohttp
import standardwebhooks
from standardwebhooks.webhooks import EmptyWebhookSecretError
from yarl import URL

from jixiao.runtime.targets import Network, may_reach
from jixiao_alerts.channels import Delivered, Failed, Fault, Refused, Result
from jixiao_alerts.render import MEDIA_TYPE

TOTAL_SECONDS = 10.0
CONNECT_SECONDS = 5.0
ANSWER_BYTES = 1024

_GONE = 410


class ForbiddenAddress(OSError):
    """The target resolves to an address that webhooks may not reach; the text is the same for every address."""

    def __init__(self) -> None:
        super().__init__("forbidden address")


class Webhook:
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

    async def send(self, message_id: UUID, target: str, secret: str, body: bytes, now: datetime) -> Result:
        """Post one message, signed with ``secret`` (``whsec_…``). Never raises for what the world does."""
        try:
            url = URL(target)
            signature = standardwebhooks.Webhook(secret).sign(str(message_id), now, body.decode())
        except (ValueError, EmptyWebhookSecretError):
            return Refused("订阅的地址或密钥格式不正确，请删除该订阅后重新建立。")
        if url.scheme not in ("http", "https") or not url.host:
            return Refused("订阅地址必须以 http:// 或 https:// 开头，请删除该订阅后重新建立。")
        headers = {
            "Content-Type": MEDIA_TYPE,
            "User-Agent": "Jixiao-Sentinel",
            "Accept-Encoding": "identity",
            "webhook-id": str(message_id),
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature,
        }
        try:
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                return await _judge(answer)
        except (aiohttp.ClientError, OSError) as fault:
            return _sort(fault)

    def _socket(self, address: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, (host, *_) = address
        if not may_reach(host, self._allowed):
            raise ForbiddenAddress
        return socket.socket(family, kind, protocol)


async def _judge(answer: aiohttp.ClientResponse) -> Result:
    """The status is the receipt; the body of a refusal is read a little, for the ledger."""
    status = f"HTTP {answer.status}"
    if 200 <= answer.status < 300:
        return Delivered(status)
    if 300 <= answer.status < 400:
        return Failed(Fault.REDIRECT, f"{status}：接收方要求转到其他地址，为安全起见不予跟随。")
    start = b""
    with suppress(aiohttp.ClientError, OSError):
        start = await answer.content.read(ANSWER_BYTES)
    text = "".join(each for each in start.decode("utf-8", "replace") if each.isprintable())
    if answer.status == _GONE:
        return Failed(Fault.GONE, f"{status}：接收方表示该地址已停用。{text}", retry=False)
    return Failed(Fault.STATUS, f"{status}：{text}")


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
