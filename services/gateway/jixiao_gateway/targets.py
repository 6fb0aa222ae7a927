"""Where a webhook may go: public addresses, and private networks only when they are allowed."""

import asyncio
import socket
from collections.abc import Sequence
from urllib.parse import urlsplit

from jixiao.runtime.targets import Network, may_reach
from jixiao_gateway.problems import Problem

PORTS = {"http": 80, "https": 443}
TARGET_LIMIT = 2000


async def check_target(target: str, allowed: Sequence[Network]) -> None:
    """Raises Problem 422 when a webhook must not go there. The alerts service looks again when it connects."""
    host, port = _host_and_port(target)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as fault:
        raise _refusal(f"无法解析主机名 {host}。请检查地址后重试。") from fault
    for *_, place in found:
        address = str(place[0])
        if not may_reach(address, allowed):
            raise _refusal(
                f"{host} 指向内部或保留地址 {address}，不允许推送。"
                "请换用公网地址，或由管理员在 JIXIAO_WEBHOOK_ALLOW 中放行该网段。"
            )


def _host_and_port(target: str) -> tuple[str, int]:
    try:
        parts = urlsplit(target)
        port = parts.port
    except ValueError as fault:
        raise _refusal("地址格式有误。请填写完整的 http 或 https 地址。") from fault
    if parts.scheme not in PORTS or not parts.hostname or len(target) > TARGET_LIMIT:
        raise _refusal("推送地址须是完整的 http 或 https 地址。")
    if parts.username or parts.password:
        raise _refusal("推送地址中不能带用户名和密码。请用签名密钥验证推送。")
    return parts.hostname, port or PORTS[parts.scheme]


def _refusal(detail: str) -> Problem:
    return Problem(422, "target-refused", detail)
