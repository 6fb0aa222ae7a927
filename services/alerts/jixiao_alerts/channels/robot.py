"""Group robots of WeCom, DingTalk and Feishu through Apprise: an allowed list of three, no other scheme or host.

Apprise calls without our own sockets, so the address is checked before; the three hosts are fixed and their
certificates are verified, so that a change of DNS between check and use reaches nothing else. No redirect is followed.
"""

import asyncio
import logging
import socket
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from apprise import AppriseAsset
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.wecombot import NotifyWeComBot

from jixiao.runtime.targets import Network, may_reach, robot_key
from jixiao_alerts.channels import Delivered, Failed, Fault, Refused, Result

SECONDS = 4.0

logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its warnings name tokens

_asset = AppriseAsset(http_redirects=False, plugin_paths=None, async_mode=False)


class Robot:
    """One kind of robot."""

    def __init__(self, channel: str, allowed: Sequence[Network]) -> None:
        self._channel = channel
        self._allowed = tuple(allowed)

    async def send(self, message_id: UUID, target: str, secret: str, body: bytes, now: datetime) -> Result:
        """Say one message; ``secret`` is the robot's address. Never raises for what the world does."""
        key = robot_key(self._channel, secret)
        if key is None:
            return Refused("机器人地址不是该平台的正式地址，请删除该订阅后按平台给出的地址重新建立。")
        try:
            service = _service(self._channel, key, urlsplit(secret).fragment or None)
        except TypeError:  # as Apprise names a key it does not like
            return Refused("机器人地址中的密钥格式不正确，请删除该订阅后按平台给出的地址重新建立。")
        try:
            reachable = await _is_reachable(service, self._allowed)
        except OSError:
            return Failed(Fault.UNREACHABLE, "无法解析机器人平台的域名。")
        if not reachable:
            return Refused("机器人平台的域名指向内部网络，为安全起见不予发送。")
        title, _, text = body.decode().partition("\n")
        if await asyncio.to_thread(service.send, body=text, title=title):
            return Delivered("平台已接收")
        return Failed(Fault.STATUS, "机器人平台拒绝了消息或没有应答。")


def _service(channel: str, key: str, sign: str | None) -> Any:
    limits: dict[str, Any] = {"asset": _asset, "rto": SECONDS, "cto": SECONDS}
    kinds: dict[str, Any] = {"wecom": NotifyWeComBot, "dingtalk": NotifyDingTalk, "feishu": NotifyFeishu}
    if channel == "wecom":
        return kinds[channel](key=key, **limits)
    if channel == "dingtalk":
        limits["secret"] = sign
    return kinds[channel](token=key, **limits)


async def _is_reachable(service: Any, allowed: Sequence[Network]) -> bool:
    place = urlsplit(service.notify_url)
    found = await asyncio.get_running_loop().getaddrinfo(place.hostname, place.port or 443, type=socket.SOCK_STREAM)
    return all(may_reach(str(address[0]), allowed) for *_, address in found)
