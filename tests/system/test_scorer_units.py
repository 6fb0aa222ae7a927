"""Last year's form of a unit with another name now, from a stranger: a doubt once adopted, sure once merged."""

from pathlib import Path

import asyncpg
import pytest

from jixiao_cli.local.broker import Broker
from jixiao_cli.local.database import Database
from tests.system.pipeline import PIPE, Crash, Pipeline, all_ready, kept_alive, until
from tests.system.reports import report
from tests.system.test_alerts_held import adopt, hand_in

LOWERED = "SELECT is_doubt FROM alerts_views.alerts WHERE rule = 'TARGET-LOWERED'"
OLD, NOW = "青禾街道工作委员会", "云溪区青禾街道办事处"


def last_year() -> bytes:
    """The same project under the unit's old name, with a higher target."""
    text = report(1).decode()
    for now, then in ((NOW, OLD), ("2025", "2024"), ("≥6条\t6条", "≥8条\t8条")):
        assert now in text
        text = text.replace(now, then)
    return text.encode()


@pytest.mark.parametrize("point", ["inside the transaction", "decision written"])
async def test_what_people_settle_takes_effect_on_what_is_stored(
    point: str, broker: Broker, database: Database, tmp_path: Path
) -> None:
    """Also where the scorer is killed in the middle of judging again."""
    async with Pipeline.fresh(broker, database) as pipeline:

        async def versions() -> bool:
            return len(await pipeline.fetch("alerts", "SELECT FROM alerts_views.versions")) == 2

        async def lowered(is_doubt: bool) -> bool:
            return [row["is_doubt"] for row in await pipeline.fetch("alerts", LOWERED)] == [is_doubt]

        crash = Crash(point, nth=3)  # the third decision: of last year's form beside this year's
        services = [pipeline.service(name, tmp_path, crash if name == "scorer" else None) for name in PIPE]
        async with kept_alive(services) as ended:
            await all_ready(services)
            await hand_in(pipeline, last_year(), "云溪区教育局")
            await hand_in(pipeline, report(1), NOW)
            await until(versions, 40)
            assert await pipeline.fetch("alerts", LOWERED) == []
            query = "SELECT * FROM alerts_views.versions WHERE held_by IS NOT NULL"
            [held] = await pipeline.fetch("alerts", query)
            await adopt(pipeline, held)
            await until(lambda: lowered(True), 40)
            conn = await asyncpg.connect(pipeline.dsns["gateway"])
            await conn.execute("INSERT INTO unit_merges VALUES ($1, $2, '审核科', now())", OLD, NOW)
            await conn.close()
            await until(lambda: lowered(False), 40)
        assert ended == ["scorer"]
