"""Mail over SMTP: one connection a message, the message's own id each time, a clear answer from the server or none."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

import aiosmtplib
from aiosmtplib.errors import (
    SMTPConnectError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from jixiao_alerts.channels import Delivered, Failed, Fault, Refused, Result

SECONDS = 8.0

Security = Literal["none", "starttls", "tls"]


@dataclass(frozen=True, slots=True)
class Server:
    """The mail server; an empty host means that no mail is sent."""

    host: str = ""
    port: int = 25
    security: Security = "starttls"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    sender: str = "jixiao@localhost"


class Mail:
    """Hands letters to the mail server. ``seconds`` is the limit of each exchange with it."""

    def __init__(self, server: Server, seconds: float = SECONDS) -> None:
        self._server = server
        self._seconds = seconds

    async def send(self, message_id: UUID, target: str, secret: str, body: bytes, now: datetime) -> Result:
        """Send one letter to one address. Never raises for what the world does."""
        server = self._server
        if not server.host:
            return Refused("尚未设置邮件服务器，请管理员设置 JIXIAO_SMTP_HOST 后重新启用该订阅。")
        if not is_address(target):
            return Refused("订阅的邮箱地址格式不正确，请删除该订阅后重新建立。")
        try:
            _, answer = await aiosmtplib.send(
                b"To: <" + target.encode() + b">\r\n" + body,
                sender=server.sender,
                recipients=[target],
                hostname=server.host,
                port=server.port,
                username=server.username,
                password=server.password,
                use_tls=server.security == "tls",
                start_tls=server.security == "starttls",
                timeout=self._seconds,
            )
        except (SMTPException, OSError) as fault:
            return _sort(fault)
        return Delivered(_printable(answer))


def is_address(text: str) -> bool:
    """Whether this may stand in an SMTP command and a header: one plain ASCII address."""
    name, at, domain = text.rpartition("@")
    plain = text.isascii() and text.isprintable() and not any(each in text for each in " <>,;:\"'()[]\\")
    return bool(plain and name and at and domain) and "@" not in name


def _sort(fault: SMTPException | OSError) -> Result:
    if isinstance(fault, SMTPRecipientsRefused):
        return _answered(fault.recipients[0])
    if isinstance(fault, SMTPTimeoutError | TimeoutError):
        return Failed(Fault.TIMEOUT, "邮件服务器没有在规定时间内应答。")
    if isinstance(fault, SMTPServerDisconnected):
        return Failed(Fault.CUT, "邮件服务器没有应答就断开了连接。")
    if isinstance(fault, SMTPResponseException):
        return _answered(fault)
    if isinstance(fault, SMTPConnectError | OSError):
        return Failed(Fault.UNREACHABLE, "无法连接邮件服务器。")
    return Failed(Fault.TLS, f"与邮件服务器的加密连接或认证有问题：{type(fault).__name__}")


def _answered(fault: SMTPResponseException) -> Result:
    """A code from 500 on is final, below it the server asks to try later."""
    detail = f"邮件服务器答复 {fault.code}：{_printable(fault.message)}"
    return Failed(Fault.STATUS, detail, retry=fault.code < 500)


def _printable(text: str) -> str:
    printable: Callable[[str], bool] = str.isprintable
    return "".join(filter(printable, text))[:500]
