"""``kill -9`` of the alerts service round the sending of a message: nothing lost, every repeat the same."""

from pathlib import Path

import pytest

from jixiao_cli.local.broker import Broker
from jixiao_cli.local.database import Database
from tests.fakes.receiver import Receiver
from tests.system.alerting import LOOPBACK_ALLOWED, alarming, send, subscribe
from tests.system.crashing import DELIVERY_POINTS
from tests.system.pipeline import Crash, Pipeline, kept_alive, until

ALERTS = 5


@pytest.mark.parametrize("point", DELIVERY_POINTS)
async def test_a_kill_round_the_sending_loses_nothing(
    point: str, broker: Broker, database: Database, tmp_path: Path
) -> None:
    async with Receiver() as receiver, Pipeline.fresh(broker, database) as pipeline:
        await subscribe(pipeline, [receiver.url])
        service = pipeline.service("alerts", tmp_path, Crash(point, nth=3), **LOOPBACK_ALLOWED)
        async with kept_alive([service]) as ended:
            for number in range(ALERTS):
                await send(pipeline, alarming(number))

            async def all_delivered() -> bool:
                rows = await pipeline.fetch("alerts", "SELECT state FROM deliveries")
                return [row["state"] for row in rows] == ["delivered"] * ALERTS

            await until(all_delivered, 40, pipeline.dump)
        assert ended == ["alerts"]
    bodies = {(got.headers["webhook-id"], got.body) for got in receiver.received}
    assert len(bodies) == len({name for name, _ in bodies}) == ALERTS
    assert len(receiver.received) > ALERTS or point == "message taken"
