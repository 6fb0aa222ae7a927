"""Letters, and the mail server that fails on purpose."""

import email
import email.policy
from datetime import timedelta
from uuid import UUID

import pytest

from jixiao.events.models import Condition
from jixiao_alerts.channels import Delivered, Failed, Fault, Refused
from jixiao_alerts.channels.mail import Mail, Server, is_address
from jixiao_alerts.letters import mail, robot
from tests.fakes.mailbox import Mailbox
from tests.unit.alerts.builders import NOON
from tests.unit.alerts.test_match import changed, state

MESSAGE = UUID(int=7)
CHANGE = changed(None, state(Condition.NEW, sentence="总分写为 <b>100</b>，各项合计 & 只有 95。", indicator=3))
ADDRESS = "https://jixiao.example"


def letter(link_only: bool = False, times: int = 1) -> bytes:
    return mail(MESSAGE, "jixiao@example.gov.cn", [CHANGE] * times, link_only, ADDRESS, NOON)


def parts(raw: bytes) -> tuple[email.message.EmailMessage, str, str]:
    read = email.message_from_bytes(raw, policy=email.policy.default)
    plain, html = (read.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None and html is not None
    return read, plain.get_content(), html.get_content()


def test_a_letter_says_it_in_text_and_html() -> None:
    """Unit, project, both figures, the sentence, the very cell; what the form says is no markup."""
    read, plain, html = parts(letter())
    cell = f"{ADDRESS}/forms/{CHANGE.after.version.form_id}#indicator-3"
    assert read["Subject"] == "绩效预警：云溪区教育局《校舍修缮》新发现"
    assert read["Message-ID"] == f"<{MESSAGE}@example.gov.cn>"
    for text in (plain, html):
        assert all(each in text for each in ("云溪区教育局", "校舍修缮", "红灯", "0.05", cell))
    assert "<b>100</b>，各项合计 & 只有 95" in plain
    assert "&lt;b&gt;100&lt;/b&gt;，各项合计 &amp; 只有 95" in html


def test_a_letter_is_the_same_each_time() -> None:
    """Same id, same bytes."""
    assert letter() == letter()


def test_a_letter_of_links_says_nothing_else() -> None:
    """Neither unit nor figures leave the house."""
    read, plain, html = parts(letter(link_only=True))
    for text in (read["Subject"], plain, html):
        assert not any(each in text for each in ("云溪区", "校舍", "0.05", "总分"))
    assert f"{ADDRESS}/forms/" in plain


def test_five_thousand_findings_are_one_letter_of_two_hundred() -> None:
    """The rest is counted."""
    _, plain, html = parts(letter(times=5000))
    assert plain.count("填报数") == 200 and "另有 4800 条" in plain and "另有 4800 条" in html


@pytest.mark.parametrize("times", [1, 3, 5000])
def test_a_robot_says_no_more_than_it_may(times: int) -> None:
    """WeCom takes 2,048 bytes; what has no room is to be looked up."""
    said = robot([CHANGE] * times, False, ADDRESS)
    assert len(said) < 2048
    assert ("其余内容请登录系统查看" in said.decode()) == (times == 5000)
    assert "云溪" not in robot([CHANGE] * times, True, ADDRESS).decode()


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        ("take", Delivered("ok")),
        (550, Failed(Fault.STATUS, "邮件服务器答复 550：no", retry=False)),
        (450, Failed(Fault.STATUS, "邮件服务器答复 450：no")),
        ("hang", Failed(Fault.TIMEOUT, "邮件服务器没有在规定时间内应答。")),
        ("cut", Failed(Fault.CUT, "邮件服务器没有应答就断开了连接。")),
    ],
)
async def test_what_the_server_does_is_a_result(behaviour: int | str, expected: object) -> None:
    """Taken, refused for good, refused for now, no answer, cut after accepting."""
    async with Mailbox(behaviour) as mailbox:
        server = Server("127.0.0.1", mailbox.port, "none", sender="jixiao@example.gov.cn")
        assert await Mail(server, 0.5).send(MESSAGE, "shenji@example.gov.cn", "", letter(), NOON) == expected
    if behaviour == "take":
        [got] = mailbox.letters
        assert (got.sender, got.recipient) == ("jixiao@example.gov.cn", "shenji@example.gov.cn")
        assert parts(got.content)[0]["To"] == "shenji@example.gov.cn"


async def test_no_server_is_unreachable_and_none_set_is_refused() -> None:
    """The first is tried again, the second is the administrator's."""
    async with Mailbox() as mailbox:
        port = mailbox.port
    sent = await Mail(Server("127.0.0.1", port, "none"), 1).send(MESSAGE, "a@example.cn", "", letter(), NOON)
    assert isinstance(sent, Failed) and sent.fault is Fault.UNREACHABLE and sent.retry
    assert isinstance(await Mail(Server()).send(MESSAGE, "a@example.cn", "", letter(), NOON), Refused)


async def test_a_server_without_encryption_is_not_trusted_with_starttls() -> None:
    """Asked for, it is never left out."""
    async with Mailbox() as mailbox:
        sent = await Mail(Server("127.0.0.1", mailbox.port), 1).send(MESSAGE, "a@example.cn", "", letter(), NOON)
    assert isinstance(sent, Failed) and mailbox.letters == []


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("shenji@example.gov.cn", True),
        ("a@b", True),
        ("a@b\r\nBcc: x@y", False),
        ("a b@c", False),
        ("<a@b>", False),
        ("a@b,c@d", False),
        ("a@b@c", False),
        ("@b", False),
        ("a@", False),
        ("审计@b", False),
    ],
)
def test_addresses(text: str, good: bool) -> None:
    """Nothing that could begin another header or command."""
    assert is_address(text) is good


def test_times_are_apart() -> None:
    """The date in the letter is when it was written."""
    later = mail(MESSAGE, "j@example.cn", [CHANGE], False, ADDRESS, NOON + timedelta(days=1))
    assert parts(later)[0]["Date"].datetime == NOON + timedelta(days=1)
