"""What the gateway publishes to the alerts service, with exactly the agreed columns, for the alerts' own tests."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg

SECRET = "whsec_" + "A" * 32
EVERY_CONDITION = ["new", "ongoing", "worse", "fixed", "regressed", "overdue"]


async def publish_subscriptions(gateway_dsn: str) -> None:
    """Put a table where the gateway's view stands, so that these tests need nothing of the gateway."""
    conn = await asyncpg.connect(gateway_dsn)
    try:
        await conn.execute(
            """DROP VIEW IF EXISTS gateway_views.subscriptions CASCADE;
               CREATE TABLE gateway_views.subscriptions (
                   id uuid, subscriber text, channel text, target text, secret text, unit text, project text,
                   rules text[], least_severity text, least_amount numeric, conditions text[], paused boolean,
                   created_at timestamptz DEFAULT now(), district text, bound text, rhythm text DEFAULT 'at_once',
                   hour int, weekday int, link_only boolean DEFAULT false, enabled_at timestamptz);
               DROP VIEW IF EXISTS gateway_views.test_messages;
               CREATE TABLE gateway_views.test_messages (id uuid, subscription_id uuid, asked_at timestamptz);
               GRANT ALL ON gateway_views.test_messages TO jixiao_reader;
               GRANT USAGE ON SCHEMA gateway_views TO jixiao_reader;
               GRANT ALL ON gateway_views.subscriptions TO jixiao_reader"""
        )
    finally:
        await conn.close()


async def subscribe(conn: Any, target: str = "http://127.0.0.1:9/", **others: Any) -> UUID:
    """Add a subscription to everything, narrowed by what the test names; its id."""
    values = {
        "id": uuid4(),
        "subscriber": "测试订阅方",
        "channel": "webhook",
        "target": target,
        "secret": SECRET,
        "least_severity": "notice",
        "conditions": EVERY_CONDITION,
        "paused": False,
    } | others
    places = ", ".join(f"${place}" for place in range(1, len(values) + 1))
    await conn.execute(
        f"INSERT INTO gateway_views.subscriptions ({', '.join(values)}) VALUES ({places})", *values.values()
    )
    subscription: UUID = values["id"]
    return subscription
