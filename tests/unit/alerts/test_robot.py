"""Robots: three platforms' addresses, nothing else; what the platform answers is a result."""

from ipaddress import ip_network
from typing import Any
from uuid import UUID

import pytest

from jixiao_alerts.channels import Delivered, Failed, Fault, Refused
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


async def say(monkeypatch: pytest.MonkeyPatch, channel: str, receiver: Receiver, allowed: Any = LOOPBACK) -> Any:
    """Send through Apprise, whose address of the platform is the receiver's here."""
    original = module._service

    def elsewhere(*args: Any) -> Any:
        service = original(*args)
        service.notify_url = service.api_url = receiver.url
        return service

    monkeypatch.setattr(module, "_service", elsewhere)
    return await Robot(channel, allowed).send(UUID(int=1), "", ADDRESSES[channel], BODY, NOON)


@pytest.mark.parametrize("channel", ADDRESSES)
async def test_each_platform_takes_the_text(monkeypatch: pytest.MonkeyPatch, channel: str) -> None:
    """Title and lines arrive."""
    async with Receiver(200, text='{"code": 0, "errcode": 0}') as receiver:
        assert await say(monkeypatch, channel, receiver) == Delivered("平台已接收")
    assert "总分与各项合计不符" in receiver.received[0].body.decode("unicode_escape", "replace") or (
        "总分与各项合计不符".encode() in receiver.received[0].body
    )


@pytest.mark.parametrize("channel", ADDRESSES)
@pytest.mark.parametrize("status", [302, 500])
async def test_a_refusal_is_tried_again_and_no_redirect_followed(
    monkeypatch: pytest.MonkeyPatch, channel: str, status: int
) -> None:
    """One request, whatever the answer says of another place."""
    async with Receiver(status) as receiver:
        sent = await say(monkeypatch, channel, receiver)
    assert isinstance(sent, Failed) and (sent.fault, sent.retry) == (Fault.STATUS, True)
    assert len(receiver.received) == 1


async def test_no_internal_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A platform's name that leads inside is refused, and nothing is sent."""
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
    """Whatever Apprise could do beside."""
    assert isinstance(await Robot("wecom", LOOPBACK).send(UUID(int=1), "", address, BODY, NOON), Refused)
