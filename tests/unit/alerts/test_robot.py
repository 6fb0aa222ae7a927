"""Robots: three platforms' addresses, nothing else; the code in the platform's answer is the receipt."""

import base64
import hashlib
import hmac
import json
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from yarl import URL

from jixiao.runtime.targets import ROBOTS, robot_key
from jixiao_alerts.channels import Delivered, Failed, Fault, Refused, Result
from jixiao_alerts.channels import robot as module
from jixiao_alerts.channels.robot import Robot
from tests.fakes.receiver import Receiver
from tests.unit.alerts.builders import NOON

LOOPBACK = (ip_network("127.0.0.0/8"),)
ADDRESSES = {
    "wecom": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7aoc-4bc4-97a0-0ec2sifa5aaa",
    "dingtalk": "https://oapi.dingtalk.com/robot/send?access_token=" + "0a" * 32,
    "feishu": "https://open.feishu.cn/open-apis/bot/v2/hook/5aeaf0d8-1a2b-4c3d-8e9f-0123456789ab",
}
BODY = "绩效预警：云溪区教育局\n【红灯】总分与各项合计不符".encode()
ANSWERS = json.loads((Path(__file__).parents[1] / "cases" / "alerts" / "robots.json").read_text("utf-8"))


async def say(
    monkeypatch: pytest.MonkeyPatch, channel: str, receiver: Receiver, allowed: Any = LOOPBACK, sign: str = ""
) -> Result:
    """Send to the receiver in the platform's place."""
    original, here = module._place, URL(receiver.url)
    monkeypatch.setattr(
        module,
        "_place",
        lambda *args: original(*args).with_scheme("http").with_host(here.host or "").with_port(here.port),
    )
    async with Robot(channel, allowed) as robot:
        return await robot.send(UUID(int=1), "", ADDRESSES[channel] + sign, BODY, NOON)


@pytest.mark.parametrize("case", ANSWERS, ids=[f"{each['channel']} {each['answer']}" for each in ANSWERS])
async def test_the_code_in_the_answer_is_the_receipt(monkeypatch: pytest.MonkeyPatch, case: dict[str, Any]) -> None:
    """HTTP says 200 each time; the ledger gets the platform's own words."""
    answer = json.dumps(case["answer"]).encode()
    async with Receiver(answer) as receiver:
        sent = await say(monkeypatch, case["channel"], receiver)
    assert sent.outcome == case["outcome"]
    if isinstance(sent, Failed):
        assert sent.retry is case["retry"] and answer.decode() in sent.detail


@pytest.mark.parametrize("channel", ADDRESSES)
async def test_each_platform_gets_the_text_at_its_address(monkeypatch: pytest.MonkeyPatch, channel: str) -> None:
    """Title and lines, in the platform's shape; the key stays where the platform wants it."""
    async with Receiver(b'{"code": 0, "errcode": 0}') as receiver:
        assert await say(monkeypatch, channel, receiver) == Delivered("平台已接收")
    [got] = receiver.received
    said = json.loads(got.body)
    assert (said["content"] if channel == "feishu" else said["text"]).popitem()[1] == BODY.decode()
    assert module._place(channel, "k").path == got.path.replace("5aeaf0d8-1a2b-4c3d-8e9f-0123456789ab", "k")


@pytest.mark.parametrize("channel", ADDRESSES)
def test_the_place_is_the_address_itself(channel: str) -> None:
    """Nothing is lost or added on the way through its parts."""
    key = robot_key(channel, ADDRESSES[channel])
    assert key is not None and str(module._place(channel, key)) == ADDRESSES[channel]


def test_signatures() -> None:
    """As the platforms say: DingTalk's in the address over milliseconds, Feishu's in the body over seconds."""

    def digest(key: str, text: str) -> str:
        return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()

    url, _ = module._request("dingtalk", "k", "SECa+b", "说", NOON)
    stamp = url.query["timestamp"]
    assert stamp == str(int(NOON.timestamp()) * 1000)
    assert url.query["sign"] == digest("SECa+b", f"{stamp}\nSECa+b")
    _, said = module._request("feishu", "k", "a+b", "说", NOON)
    assert said["sign"] == digest(f"{said['timestamp']}\na+b", "") and said["timestamp"] == stamp[:-3]
    assert "sign" not in module._request("feishu", "k", "", "说", NOON)[1]


@pytest.mark.parametrize("channel", ADDRESSES)
@pytest.mark.parametrize(("status", "fault"), [(302, Fault.REDIRECT), (500, Fault.STATUS), (404, Fault.STATUS)])
async def test_a_refusal_is_tried_again_and_no_redirect_followed(
    monkeypatch: pytest.MonkeyPatch, channel: str, status: int, fault: Fault
) -> None:
    """One request, whatever the answer says of another place; a code of success does not count with another status."""
    async with Receiver(status, text='{"code": 0, "errcode": 0}') as receiver:
        sent = await say(monkeypatch, channel, receiver)
    assert isinstance(sent, Failed) and (sent.fault, sent.retry) == (fault, True)
    assert len(receiver.received) == 1


async def test_no_internal_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A platform's name that leads inside is refused when connecting, and nothing is sent."""
    async with Receiver() as receiver:
        assert isinstance(await say(monkeypatch, "wecom", receiver, ()), Refused)
    assert receiver.received == []


@pytest.mark.parametrize(
    "address",
    [
        "mailto://user:secret@example.com",
        "json://127.0.0.1/",
        "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7aoc-4bc4-97a0-0ec2sifa5aaa",
        "https://qyapi.weixin.qq.com@127.0.0.1/cgi-bin/webhook/send?key=693a91f6-7aoc-4bc4",
        "https://127.0.0.1/cgi-bin/webhook/send?key=693a91f6-7aoc-4bc4",
        ADDRESSES["feishu"],
    ],
)
async def test_no_other_scheme_or_host(address: str) -> None:
    """Only the platform's own address of that kind."""
    async with Robot("wecom", LOOPBACK) as robot:
        assert isinstance(await robot.send(UUID(int=1), "", address, BODY, NOON), Refused)


def test_the_limits_and_the_gone_are_different() -> None:
    """A code means one thing; every platform has both."""
    assert module.LIMITS.isdisjoint(module.GONE) and ROBOTS.keys() == ADDRESSES.keys()
