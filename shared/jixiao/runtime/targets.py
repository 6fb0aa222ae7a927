"""Where a message may go: no private, loopback, link-local or reserved address, unless its network is allowed.

Robots stand at three platforms' own addresses only.

The gateway asks when a subscription is made, the alerts service again for the address it is about to connect to.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import parse_qs, urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_KEY = re.compile(r"[A-Za-z0-9_-]{8,128}")


@dataclass(frozen=True, slots=True)
class Robot:
    """Where a kind of robot takes messages: ``https://<host><path>`` with its key in a parameter or behind the path."""

    title: str
    host: str
    path: str
    parameter: str | None = None

    @property
    def shape(self) -> str:
        """What its address looks like."""
        return f"https://{self.host}{self.path}" + (f"?{self.parameter}=" if self.parameter else "") + "…"


ROBOTS: Mapping[str, Robot] = {
    "wecom": Robot("企业微信机器人", "qyapi.weixin.qq.com", "/cgi-bin/webhook/send", "key"),
    "dingtalk": Robot("钉钉机器人", "oapi.dingtalk.com", "/robot/send", "access_token"),
    "feishu": Robot("飞书机器人", "open.feishu.cn", "/open-apis/bot/v2/hook/"),
}


def may_reach(address: str, allowed: Sequence[Network]) -> bool:
    """Whether a resolved address may be connected to. An IPv4 address inside an IPv6 one is judged in its place.

    Raises ValueError when the text is no address.
    """
    judged = _innermost(ip_address(address.partition("%")[0]))
    return _is_public(judged) or any(judged in network for network in allowed)


def _innermost(address: Address) -> Address:
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or address.sixtofour or address
    return address


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address.is_site_local:
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def robot_key(channel: str, address: str) -> str | None:
    """The key in a robot's address; None when it is no such address. A fragment (``#SEC…``) is left alone."""
    robot = ROBOTS[channel]
    try:
        parts = urlsplit(address)
        if (parts.scheme, parts.netloc) != ("https", robot.host):
            return None
        if robot.parameter is None:
            key = parts.path.removeprefix(robot.path) if parts.path.startswith(robot.path) else ""
        else:
            [key] = parse_qs(parts.query).get(robot.parameter, [""]) if parts.path == robot.path else [""]
    except ValueError:
        return None
    return key if _KEY.fullmatch(key) else None


def robot_address(channel: str, address: str) -> str | None:
    """Why a robot's address is refused, for people; None when it is one."""
    if robot_key(channel, address) is not None:
        return None
    robot = ROBOTS[channel]
    return f"这不是{robot.title}的地址。请原样粘贴机器人设置中给出的地址，形如 {robot.shape} 。"
