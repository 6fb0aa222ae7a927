"""A subscription as a person asks for it, made into one that is kept: its target checked, its secret sealed."""

import base64
import re
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from email.errors import MessageError
from email.headerregistry import Address
from typing import Literal, Self
from uuid import uuid4

from pydantic import BaseModel, Field, model_validator

from jixiao.events.matching import News
from jixiao.findings import RuleId, Severity
from jixiao.identity import normalise_name
from jixiao.runtime.secrets import Secrets, Unsealable
from jixiao.runtime.targets import Network, robot_address, robot_key
from jixiao_gateway.parts import Gateway
from jixiao_gateway.problems import Problem
from jixiao_gateway.scope import Scope
from jixiao_gateway.store.subscriptions import SubscriptionRow
from jixiao_gateway.targets import check_target
from jixiao_gateway.upload import clean_text

SECRET_BYTES = 32
TOLD = tuple(kind for kind in News if kind is not News.ONGOING)
MAIL_LIMIT = 254
SIGNS = {"dingtalk": re.compile(r"SEC[A-Za-z0-9]{16,128}"), "feishu": re.compile(r"[A-Za-z0-9_-]{8,128}")}

Channel = Literal["webhook", "mail", "wecom", "dingtalk", "feishu"]
Rhythm = Literal["at_once", "daily", "weekly"]


class NewSubscription(BaseModel):
    """What to be told of, where and when; null in a filter means everything.

    ``least_amount`` is in yuan; ``hour`` and ``weekday`` (Monday is 1) are Beijing time and belong to a digest.
    """

    target: str = Field(max_length=2000, description="接收地址：http(s) 地址、邮箱，或机器人设置中给出的地址")
    channel: Channel = "webhook"
    sign: str = Field("", max_length=200, description="钉钉（SEC…）或飞书机器人的签名密钥，可不填")
    subscriber: str | None = Field(None, max_length=200)
    unit: str | None = Field(None, max_length=200, description="单位：含其下级单位")
    project: str | None = Field(None, max_length=200, description="项目编码或名称")
    district: str | None = Field(None, max_length=50, description="区划：单位名称或项目编码的开头")
    rules: list[RuleId] | None = None
    least_severity: Severity = Severity.WARNING
    least_amount: Decimal | None = Field(None, ge=0, max_digits=20, decimal_places=2)
    conditions: list[News] = Field(list(TOLD), min_length=1, description="变动种类")
    rhythm: Rhythm = "at_once"
    hour: int | None = Field(None, ge=0, le=23)
    weekday: int | None = Field(None, ge=1, le=7)
    link_only: bool = Field(False, description="推送内容只留链接")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """A digest has its hour, a weekly one its day; a message that is sent at once has neither."""
        if (self.rhythm == "at_once") != (self.hour is None) or (self.rhythm == "weekly") != (self.weekday is not None):
            raise ValueError("每日汇总须有 hour，每周汇总须有 hour 和 weekday，即时推送两者都没有")
        return self


async def subscription_of(parts: Gateway, scope: Scope, new: NewSubscription) -> SubscriptionRow:
    """The subscription that is asked for, its target and secret still to come. Raises Problem 403 out of scope."""
    unit = clean_text(new.unit or "")
    key = await parts.store.units.find(unit, normalise_name(unit)) if unit else None
    if key is not None and not scope.covers(key):
        raise Problem(403, "out-of-scope", "该单位不在您的管理范围内。请改为本单位或下级单位。")
    return SubscriptionRow(
        id=uuid4(),
        subscriber=clean_text(new.subscriber or "") or scope.caller,
        channel=new.channel,
        target="",
        secret="",
        unit=key or unit or None,
        project=clean_text(new.project or "") or None,
        rules=[rule.value for rule in new.rules] if new.rules else None,
        least_severity=new.least_severity.value,
        least_amount=new.least_amount,
        conditions=[condition.value for condition in dict.fromkeys(new.conditions)],
        paused=False,
        created_at=datetime.now(UTC),
        district=clean_text(new.district or "") or None,
        bound=scope.root,
        rhythm=new.rhythm,
        hour=new.hour,
        weekday=new.weekday,
        link_only=new.link_only,
    )


async def subscribe(parts: Gateway, scope: Scope, new: NewSubscription) -> tuple[SubscriptionRow, str | None]:
    """Create a subscription; also the secret that is shown this once. Raises Problem 403, 422 or 503."""
    row = await subscription_of(parts, scope, new)
    target, secret = await address_of(new, parts.webhook_allow)
    row = row._replace(target=target, secret=sealed(parts.secrets, secret))
    await parts.store.subscriptions.add(row)
    return row, secret if new.channel == "webhook" else None


async def address_of(new: NewSubscription, allowed: Sequence[Network]) -> tuple[str, str]:
    """The target as it may be shown, and the secret that goes with it. Raises Problem 422."""
    target = new.target.strip()
    if new.channel == "webhook":
        await check_target(target, allowed)
        return target, "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    if new.channel == "mail":
        return _mailbox(target), ""
    if reason := robot_address(new.channel, target):
        raise Problem(422, "target-refused", reason)
    sign = new.sign.strip()
    if sign and not (new.channel in SIGNS and SIGNS[new.channel].fullmatch(sign)):
        detail = "签名密钥只用于钉钉（以 SEC 开头）和飞书机器人。请核对后重试，没有启用签名时留空。"
        raise Problem(422, "bad-sign", detail)
    key, host = robot_key(new.channel, target) or "", target.split("/")[2]
    return f"{host} …{key[-4:]}", target.partition("#")[0] + (f"#{sign}" if sign else "")


def _mailbox(text: str) -> str:
    try:
        address = Address(addr_spec=text)
    except (MessageError, ValueError, IndexError):
        address = Address()
    if len(text) > MAIL_LIMIT or not address.username or "." not in address.domain or not text.isprintable():
        raise Problem(422, "target-refused", "邮箱地址格式有误。请填写一个完整的邮箱，例如 name@example.org。")
    return text


def sealed(box: Secrets, secret: str) -> str:
    """A secret as it is kept. Raises Problem 503 without a key."""
    try:
        return box.seal(secret)
    except Unsealable as fault:
        raise Problem(503, "no-secret-key", str(fault)) from fault
