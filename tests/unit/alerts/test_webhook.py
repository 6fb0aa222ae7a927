"""The webhook channel against a receiver on loopback that fails on purpose."""

import asyncio
import base64
import json
import socket
from datetime import UTC, datetime
from ipaddress import ip_network
from uuid import UUID

import pytest
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from jixiao_alerts.channels import Delivered, Failed, Fault, Refused, Result
from jixiao_alerts.channels.http import ANSWER_BYTES
from jixiao_alerts.channels.webhook import Webhook
from tests.fakes.receiver import Receiver

LOOPBACK = (ip_network("127.0.0.0/8"),)
SECRET = "whsec_" + base64.b64encode(b"a secret of twenty-four.").decode()
MESSAGE = UUID(int=42)
BODY = '{"sentence":"预算执行率为0.05%"}'.encode()


async def post(target: str, secret: str = SECRET, seconds: float = 5, allowed: bool = True) -> Result:
    async with Webhook(LOOPBACK if allowed else (), seconds) as webhook:
        return await webhook.send(MESSAGE, target, secret, BODY, datetime.now(UTC))


async def test_the_reference_library_verifies_the_signature() -> None:
    """Id, time and body are signed; a body changed on the way is noticed."""
    async with Receiver() as receiver:
        assert await post(receiver.url) == Delivered("HTTP 204")
    [got] = receiver.received
    assert got.headers["webhook-id"] == str(MESSAGE)
    assert got.headers["Content-Type"] == "application/cloudevents+json"
    assert Verifier(SECRET).verify(got.body, got.headers) == json.loads(BODY)
    with pytest.raises(WebhookVerificationError):
        Verifier(SECRET).verify(got.body + b" ", got.headers)


@pytest.mark.parametrize(
    ("behaviour", "fault", "retry"),
    [
        (500, Fault.STATUS, True),
        (404, Fault.STATUS, True),
        (410, Fault.GONE, False),
        (302, Fault.REDIRECT, True),
        (307, Fault.REDIRECT, True),
        ("cut", Fault.CUT, True),
    ],
)
async def test_a_failure_is_a_value(behaviour: int | str, fault: Fault, retry: bool) -> None:
    """Each way to fail has its name; the request was made once, and no redirect was followed."""
    async with Receiver(behaviour) as receiver:
        result = await post(receiver.url)
    assert isinstance(result, Failed)
    assert (result.fault, result.retry) == (fault, retry)
    assert len(receiver.received) == 1


async def test_a_receiver_that_hangs_is_left() -> None:
    """After the time allowed it counts as failed."""
    async with Receiver("hang") as receiver:
        result = await post(receiver.url, seconds=0.3)
    assert isinstance(result, Failed) and result.fault is Fault.TIMEOUT


async def test_little_of_an_answer_is_read() -> None:
    """The ledger keeps the beginning of what the receiver said, without control characters."""
    async with Receiver(400, text="参数错误\0\n" + "长" * 100_000) as receiver:
        result = await post(receiver.url)
    assert isinstance(result, Failed)
    assert result.detail.startswith("HTTP 400：参数错误长")
    assert len(result.detail.encode()) < ANSWER_BYTES + 64


async def test_nobody_listens() -> None:
    """A closed port is unreachable, and may be open again later."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        result = await post(f"http://127.0.0.1:{taken.getsockname()[1]}/")
    assert isinstance(result, Failed) and result.fault is Fault.UNREACHABLE and result.retry


async def test_a_receiver_without_tls_under_https() -> None:
    """A plain answer to a TLS greeting fails as what it is."""
    async with Receiver() as receiver:
        result = await post(receiver.url.replace("http:", "https:"))
    assert isinstance(result, Failed) and result.fault is Fault.TLS


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0x7f.1", "0.0.0.0"])
async def test_no_name_of_loopback_is_reached(host: str) -> None:
    """The address is judged after it was resolved, in whatever way it was written."""
    async with Receiver() as receiver:
        result = await post(f"http://{host}:{receiver.port}/hook", allowed=False)
    assert isinstance(result, Refused) and "内部网络" in result.detail
    assert receiver.received == []


async def test_a_name_that_resolves_otherwise_at_connecting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Public when the subscription was made, private now: what counts is the address connected to."""
    loop = asyncio.get_running_loop()

    async def rebound(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.7", port))]

    monkeypatch.setattr(loop, "getaddrinfo", rebound)
    result = await post("http://receiver.example/", allowed=False)
    assert isinstance(result, Refused) and "内部网络" in result.detail


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd",
        "ftp://receiver.example/",
        "receiver.example",
        "http://",
        "http://[::1",
        "http://2130706433/",
    ],
)
async def test_only_web_addresses(target: str) -> None:
    """Other schemes and what is no address are refused, not tried."""
    assert isinstance(await post(target), Refused)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_!"])
async def test_a_broken_secret_is_refused(secret: str) -> None:
    """Nothing is sent unsigned."""
    async with Receiver() as receiver:
        assert isinstance(await post(receiver.url, secret=secret), Refused)
    assert receiver.received == []
