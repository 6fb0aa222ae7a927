"""A subscription edited: the same checks as for a new one; what was not given anew stays as it was."""

from datetime import UTC, datetime

from pydantic import Field

from jixiao_gateway.parts import Gateway
from jixiao_gateway.problems import Problem
from jixiao_gateway.scope import Scope
from jixiao_gateway.store.subscriptions import SubscriptionRow
from jixiao_gateway.subscribing import NewSubscription, address_of, sealed, subscription_of

KEPT = ("id", "target", "secret", "bound", "paused", "created_at", "enabled_at", "revision")


class EditedSubscription(NewSubscription):
    """A subscription as it shall be. An empty ``target`` stays, and so does the secret unless ``new_secret``."""

    target: str = Field("", max_length=2000, description="接收地址；不填则不变")
    new_secret: bool = Field(False, description="换发签名密钥（仅签名推送）")


def required_revision(if_match: str | None) -> int | None:
    """The revision that a caller had in view; None: any. Raises Problem 412, 428."""
    if if_match is None:
        detail = "修改订阅须带 If-Match 请求头，填先前读取该订阅时答复中的 ETag。"
        raise Problem(428, "revision-needed", detail)
    tag = if_match.strip().removeprefix("W/").strip('"')
    if tag == "*":
        return None
    if not (tag.isascii() and tag.isdigit() and len(tag) <= 9):
        raise changed_meanwhile()
    return int(tag)


def changed_meanwhile() -> Problem:
    """412: somebody else was quicker."""
    return Problem(412, "changed-meanwhile", "该订阅刚刚被他人修改过，本次修改没有保存。请刷新后重新修改。")


async def wanted_row(parts: Gateway, scope: Scope, row: SubscriptionRow, edited: EditedSubscription) -> SubscriptionRow:
    """The row with the conditions that are asked for, its target and secret as they were. Raises Problem 403."""
    wanted = await subscription_of(parts, scope, edited)
    kept = {name: getattr(row, name) for name in KEPT}
    if not (edited.subscriber or "").strip():
        kept["subscriber"] = row.subscriber
    return wanted._replace(**kept)


async def edit(
    parts: Gateway, scope: Scope, row: SubscriptionRow, edited: EditedSubscription
) -> tuple[SubscriptionRow, str | None]:
    """Save an edited subscription; also a new signing secret, shown this once.

    Raises Problem 403, 412 (``row.revision`` is not the newest), 422 or 503.
    """
    if edited.channel != row.channel:
        raise Problem(422, "channel-fixed", "已有订阅的渠道不能更改。请按新的渠道另建一项订阅，再取消这一项。")
    wanted = await wanted_row(parts, scope, row, edited)
    moved = edited.target.strip() not in ("", row.target)
    secret = None
    if moved:
        wanted = wanted._replace(enabled_at=datetime.now(UTC))  # a new target has not failed yet
    if moved or edited.new_secret or edited.sign.strip():
        target, secret = await _new_address(parts, row, edited, moved)
        wanted = wanted._replace(target=target, secret=sealed(parts.secrets, secret) if secret else row.secret)
    if not await parts.store.subscriptions.replace(wanted):
        raise changed_meanwhile()
    return wanted._replace(revision=wanted.revision + 1), secret if row.channel == "webhook" else None


async def _new_address(
    parts: Gateway, row: SubscriptionRow, edited: EditedSubscription, moved: bool
) -> tuple[str, str | None]:
    """The target as it is shown, and the secret that goes with it; None: the old one stays."""
    if not moved and edited.sign.strip():
        raise Problem(422, "sign-alone", "更换签名密钥时，请同时填写机器人的完整地址。")
    if edited.new_secret and row.channel != "webhook":
        raise Problem(422, "no-signature", "只有签名推送有签名密钥可换。其他渠道请直接填写新的地址。")
    asked = edited if moved else edited.model_copy(update={"target": row.target})
    target, secret = await address_of(asked, parts.webhook_allow)
    keeps = row.channel == "webhook" and not edited.new_secret
    return target, None if keeps else secret
