"""An adopted profile through the real services: what is stored is judged again, whenever the scorer is killed."""

from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from jixiao_cli.local.broker import Broker
from jixiao_cli.local.database import Database
from jixiao_scorer.profile_store import adopt
from jixiao_scorer.written import written
from tests.system.pipeline import PIPE, Crash, Pipeline, kept_alive, until
from tests.system.reports import handed
from tests.unit.test_rules_command import HEAD

FILES = [handed(number) for number in range(1, 6)]
STRICT = HEAD + "\n[rules.EXEC-LOW]\nlimits = { warning_below = 100, error_below = 99.99 }\n"
POINTS = ("before the decision", "inside the transaction", "decision written", "event sent", "all sent")


async def run(broker: Broker, database: Database, folder: Path, crash: Crash | None) -> dict[str, list[str]]:
    """Hand in the files, adopt the profile, the scorer crashing once where told; the dump of the end state."""
    profile = written("strict.toml", STRICT)
    async with Pipeline.fresh(broker, database) as pipeline:
        async with kept_alive([pipeline.service(name, folder / "before") for name in PIPE]):
            await pipeline.hand_in(FILES)
            await pipeline.settled(len(FILES))
        conn = await asyncpg.connect(pipeline.dsns["scorer"])
        try:
            await adopt(conn, profile, STRICT, "科长")
        finally:
            await conn.close()

        async def judged_again() -> bool:
            query = "SELECT count(*) FROM assessments WHERE profile_hash <> $1"
            [row] = await pipeline.fetch("scorer", query, profile.hash)
            return int(row["count"]) == 0

        services = [pipeline.service(name, folder, crash if name == "scorer" else None) for name in PIPE]
        async with kept_alive(services) as ended:
            await until(judged_again, 60, pipeline.counts)
            await pipeline.settled(len(FILES))
        assert ended == (["scorer"] if crash else [])
        state = await pipeline.dump()
        # which assessment is judged again depends on which forms of the unit came first, and so does the cause
        state["scorer decisions"] = [line.rpartition(",")[2] for line in state["scorer decisions"]]
        return state


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def without_faults(
    broker: Broker, database: Database, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[str]]:
    """The end state of a run in which nothing breaks."""
    return await run(broker, database, tmp_path_factory.mktemp("sound"), None)


@pytest.mark.parametrize("point", POINTS)
async def test_a_kill_amid_the_judging_changes_nothing(
    point: str, broker: Broker, database: Database, tmp_path: Path, without_faults: dict[str, list[str]]
) -> None:
    assert await run(broker, database, tmp_path, Crash(point, nth=1)) == without_faults


async def test_alerts_are_those_of_the_adopted_profile(without_faults: dict[str, list[str]]) -> None:
    found = [line for line in without_faults["alerts versions"] if "EXEC-LOW" in line]
    assert len(found) == len(FILES)
    assert all(written("strict.toml", STRICT).hash in line for line in without_faults["scorer assessments"])
