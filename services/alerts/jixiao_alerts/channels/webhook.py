"""The signed webhook (Standard Webhooks)."""

from datetime import datetime
from uuid import UUID

import aiohttp
import standardwebhooks
from standardwebhooks.webhooks import EmptyWebhookSecretError
from yarl import URL

from jixiao_alerts.channels import Delivered, Failed, Fault, Refused, Result
from jixiao_alerts.channels.http import Poster, printable, start_of
from jixiao_alerts.render import MEDIA_TYPE

_GONE = 410


class Webhook(Poster):
    """Posts messages to any address that may be reached."""

    async def send(self, message_id: UUID, target: str, secret: str, body: bytes, now: datetime) -> Result:
        """Post one message, signed with ``secret`` (``whsec_…``). Never raises for what the world does."""
        try:
            url = URL(target)
            signature = standardwebhooks.Webhook(secret).sign(str(message_id), now, body.decode())
        except (ValueError, EmptyWebhookSecretError):
            return Refused("订阅的地址或密钥格式不正确，请删除该订阅后重新建立。")
        if url.scheme not in ("http", "https") or not url.host:
            return Refused("订阅地址必须以 http:// 或 https:// 开头，请删除该订阅后重新建立。")
        headers = {
            "Content-Type": MEDIA_TYPE,
            "webhook-id": str(message_id),
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature,
        }
        return await self.post(url, body, headers, _judge)


async def _judge(answer: aiohttp.ClientResponse) -> Result:
    """The status is the receipt; the body of a refusal is read a little, for the ledger."""
    status = f"HTTP {answer.status}"
    if 200 <= answer.status < 300:
        return Delivered(status)
    text = printable(await start_of(answer))
    if answer.status == _GONE:
        return Failed(Fault.GONE, f"{status}：接收方表示该地址已停用。{text}", retry=False)
    return Failed(Fault.STATUS, f"{status}：{text}")
