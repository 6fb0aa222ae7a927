"""Group robots of WeCom, DingTalk and Feishu: an allowed list of three, no other scheme or host.

Their receipt is the code in the answer's body: they answer HTTP 200 also to what they do not take.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import aiohttp
from yarl import URL

from jixiao.runtime.targets import ROBOTS, Network, robot_key
from jixiao_alerts.channels import Delivered, Failed, Fault, Refused, Result
from jixiao_alerts.channels.http import Poster, printable, start_of

SECONDS = 8.0
# too many messages; what else is not taken may be so after its settings are mended, and is tried again too
LIMITS = frozenset({45009, 130101, 410100, 90030, 11232, 9499})
# the robot was removed or stopped, its group dissolved
GONE = frozenset({93000, 300001, 300005, 400013, 400101, 400102, 19001})


class Robot(Poster):
    """One kind of robot."""

    def __init__(self, channel: str, allowed: Sequence[Network], seconds: float = SECONDS) -> None:
        super().__init__(allowed, seconds)
        self._channel = channel

    async def send(self, message_id: UUID, target: str, secret: str, body: bytes, now: datetime) -> Result:
        """Say one message; ``secret`` is the robot's address. Never raises for what the world does."""
        key = robot_key(self._channel, secret)
        if key is None:
            return Refused("机器人地址不是该平台的正式地址，请删除该订阅后按平台给出的地址重新建立。")
        url, said = _request(self._channel, key, urlsplit(secret).fragment, body.decode(), now)
        return await self.post(
            url, json.dumps(said, ensure_ascii=False).encode(), {"Content-Type": "application/json"}, _judge
        )


def _place(channel: str, key: str) -> URL:
    robot = ROBOTS[channel]
    place = URL.build(scheme="https", host=robot.host, path=robot.path)
    return place.with_query({robot.parameter: key}) if robot.parameter else URL(str(place) + key)


def _request(channel: str, key: str, sign: str, text: str, now: datetime) -> tuple[URL, Mapping[str, Any]]:
    """Where and what to post; ``sign`` is the secret of a robot that wants signatures, or empty."""
    url = _place(channel, key)
    if channel == "feishu":
        said: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
        if sign:
            stamp = str(int(now.timestamp()))
            said |= {"timestamp": stamp, "sign": _signature(f"{stamp}\n{sign}", "")}
        return url, said
    if channel == "dingtalk" and sign:
        stamp = str(int(now.timestamp() * 1000))
        url = url.update_query({"timestamp": stamp, "sign": _signature(sign, f"{stamp}\n{sign}")})
    return url, {"msgtype": "text", "text": {"content": text}}


def _signature(key: str, text: str) -> str:
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), hashlib.sha256)).decode()


async def _judge(answer: aiohttp.ClientResponse) -> Result:
    start = await start_of(answer)
    detail = f"HTTP {answer.status}：{printable(start)}"
    code = _code(start)
    if code in LIMITS:
        return Failed(Fault.LIMIT, f"机器人平台限制了发送频率，稍后再发。{detail}")
    if code in GONE:
        return Failed(Fault.GONE, f"机器人平台表示该机器人已停用或不存在。{detail}", retry=False)
    if code == 0 and answer.status == 200:
        return Delivered("平台已接收")
    return Failed(Fault.STATUS, f"机器人平台没有接收消息。{detail}")


def _code(start: bytes) -> int | None:
    """The code in an answer's body; None when it has none."""
    try:
        answered = json.loads(start)
    except ValueError:
        return None
    code = answered.get("errcode", answered.get("code")) if isinstance(answered, dict) else None
    return code if isinstance(code, int) else None
