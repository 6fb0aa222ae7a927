"""What the gateway publishes to the alerts service, with exactly the agreed columns, for the alerts' own tests."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg

SECRET = "whsec_" + "A" * 32
EVERY_CONDITION = ["new", "ongoing", "worse", "fixed", "regressed"]


async def publish_subscriptions(gateway_dsn: str) -> None:
    """Put a table where the gateway's view stands, so that these tests need nothing of the gateway."""
    conn = await asyncpg.connect(gateway_dsn)
    try:
        await conn.execute(
            """DROP VIEW IF EXISTS gateway_views.subscriptions CASCADE;
               CREATE TABLE gateway_views.subscriptions (
                   id uuid, subscriber text, channel text, target text, secret text, unit text, project text,
                   rules text[], least_severity text, least_amount numeric, conditions text[], paused boolean,
                   created_at timestamptz DEFAULT now());
               GRANT USAGE ON SCHEMA gateway_views TO jixiao_reader;
               GRANT ALL ON gateway_views.subscriptions TO jixiao_reader"""
        )
    finally:
        await conn.close()


async def subscribe(conn: Any, target: str = "http://127.0.0.1:9/", **others: Any) -> UUID:
    """Add a subscription to everything, narrowed by what the test names; its id."""
    values = {"least_severity": "notice", "conditions": EVERY_CONDITION, "paused": False, "rules": None} | others
    subscription = uuid4()
    await conn.execute(
        """INSERT INTO gateway_views.subscriptions
               (id, subscriber, channel, target, secret, unit, rules, least_severity, conditions, paused)
           VALUES ($1, '测试订阅方', 'webhook', $2, $3, $4, $5, $6, $7, $8)""",
        subscription,
        target,
        SECRET,
        values.get("unit"),
        values["rules"],
        values["least_severity"],
        values["conditions"],
        values["paused"],
    )
    return subscription
