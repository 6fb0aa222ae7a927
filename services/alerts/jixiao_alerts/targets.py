"""How subscriptions' targets fare: one that takes nothing for days, or says that it is gone, is disabled."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from jixiao.identity import derived_id
from jixiao.runtime.postgres import Connection
from jixiao_alerts.channels import Failed, Fault
from jixiao_alerts.ledger import Due
from jixiao_alerts.letters import plain_mail
from jixiao_alerts.schedule import is_lost

log = structlog.get_logger(__name__)

EDITS_FOLLOWED = timedelta(hours=1)  # so long, or until the next start, an edit may be seen late


@dataclass(frozen=True, slots=True)
class House:
    """What messages say of the house: where the pages stand, who writes the mails, who is told of lost targets."""

    address: str = ""
    sender: str = "jixiao@localhost"
    operator: str | None = None


async def note(conn: Connection, due: Due, result: Failed, house: House, now: datetime) -> None:
    """Note that an attempt to tell changes failed; disable the target when it is lost."""
    if due.kind == "changes":
        row = await conn.fetchrow(
            """INSERT INTO targets AS t (subscription_id, failing_since, failures, reason) VALUES ($1, $2, 1, $3)
               ON CONFLICT (subscription_id) DO UPDATE SET
                   failing_since = CASE WHEN t.disabled_at IS NULL THEN t.failing_since ELSE $2 END,
                   failures = CASE WHEN t.disabled_at IS NULL THEN t.failures + 1 ELSE 1 END,
                   disabled_at = NULL, reason = $3
               RETURNING failing_since, failures""",
            due.subscription_id,
            now,
            result.detail,
        )
        if result.fault is Fault.GONE or is_lost(row["failing_since"], row["failures"], now):
            await _disable(conn, due, house, now)


async def _disable(conn: Connection, due: Due, house: House, now: datetime) -> None:
    """What still waits for it is dead; whoever subscribed can switch it on again."""
    reason = await conn.fetchval(
        "UPDATE targets SET disabled_at = $2 WHERE subscription_id = $1 RETURNING reason", due.subscription_id, now
    )
    await conn.execute(
        "UPDATE deliveries SET state = 'dead' WHERE subscription_id = $1 AND state = 'pending' AND kind = 'changes'",
        due.subscription_id,
    )
    log.error("target disabled", subscription=str(due.subscription_id), target=due.target, reason=reason)
    if house.operator is not None:
        await _tell_operator(conn, due, house.operator, house.sender, reason, now)


async def _tell_operator(conn: Connection, due: Due, operator: str, sender: str, reason: str, now: datetime) -> None:
    message = derived_id("notice", due.subscription_id, now.isoformat())
    text = (
        f"订阅 {due.subscription_id}（{due.target}）已停用：长期无法送达，最后一次的原因是：{reason}\n"
        "请联系订阅方修复后，在“订阅”页面重新启用。停用期间的预警变动不再补发，可在系统中查看。\n"
    )
    await conn.execute(
        """INSERT INTO deliveries (delivery_id, subscription_id, kind, channel, target, body, next_attempt_at,
                                   created_at, sealed_at)
           VALUES ($1, $2, 'notice', 'mail', $3, $4, $5, $5, $5) ON CONFLICT DO NOTHING""",
        message,
        due.subscription_id,
        operator,
        plain_mail(message, sender, "绩效预警：一个订阅已停用", text, now),
        now,
    )


async def take_tests(conn: Connection, now: datetime) -> None:
    """Test messages that people asked for become deliveries, once each; what is old is of no use any more."""
    await conn.execute(
        """INSERT INTO deliveries (delivery_id, subscription_id, kind, channel, target, next_attempt_at, created_at)
           SELECT t.id, s.id, 'test', s.channel, s.target, $1, $1
           FROM gateway_views.test_messages t JOIN gateway_views.subscriptions s ON s.id = t.subscription_id
           WHERE t.asked_at > $1::timestamptz - interval '10 minutes'
             AND NOT EXISTS (SELECT FROM deliveries d WHERE d.delivery_id = t.id)
           ON CONFLICT DO NOTHING""",
        now,
    )


async def follow_edits(conn: Connection, now: datetime, all_of_them: bool) -> None:
    """What still waits goes where its subscription points now; a target set or switched on anew has not failed yet.

    ``all_of_them``: also those that were edited long ago, as when the service begins.
    """
    rows = await conn.fetch(
        "SELECT id FROM gateway_views.subscriptions WHERE enabled_at IS NOT NULL AND ($2 OR enabled_at > $1)",
        now - EDITS_FOLLOWED,
        all_of_them,
    )
    if not rows:
        return
    edited = [row["id"] for row in rows]
    await conn.execute(
        """UPDATE deliveries d SET target = s.target FROM gateway_views.subscriptions s
           WHERE d.subscription_id = ANY ($1) AND s.id = d.subscription_id AND d.state = 'pending'
             AND d.kind <> 'notice' AND s.channel = d.channel AND s.target <> d.target""",
        edited,
    )
    await conn.execute(
        """DELETE FROM targets t USING gateway_views.subscriptions s
           WHERE t.subscription_id = ANY ($1) AND s.id = t.subscription_id
             AND s.enabled_at > coalesce(t.disabled_at, t.failing_since)""",
        edited,
    )
