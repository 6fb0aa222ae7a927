"""``kill -9`` of every service between each two of its effects changes nothing in the end state."""

from pathlib import Path

import pytest
import pytest_asyncio

from jixiao_cli.local.broker import Broker
from jixiao_cli.local.database import Database
from tests.system.crashing import POINTS
from tests.system.pipeline import PIPE, Crash, Handed, Pipeline, kept_alive
from tests.system.reports import handed, report

FILES = [
    handed(1),
    Handed(2, "两张表.txt", report(21) + b"\n" + report(22, spent=False)),
    Handed(3, "坏文件.xlsx", b"PK\x03\x04 not a workbook"),
    handed(4),
    Handed(5, "无表.txt", "这是一份普通的通知，没有自评表。".encode()),
    Handed(6, "再次上报.txt", report(1, spent=True)),
    handed(7),
]


async def run(broker: Broker, database: Database, folder: Path, crash: Crash | None) -> dict[str, list[str]]:
    """Hand in all files, the services crashing once each where told; the dump of the end state."""
    async with Pipeline.fresh(broker, database) as pipeline:
        services = [pipeline.service(name, folder, crash) for name in PIPE]
        async with kept_alive(services) as ended:
            await pipeline.hand_in(FILES)
            await pipeline.settled(len(FILES))
        assert sorted(ended) == (sorted(PIPE) if crash else [])
        return await pipeline.dump()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def without_faults(
    broker: Broker, database: Database, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[str]]:
    """The end state of a run in which nothing breaks."""
    return await run(broker, database, tmp_path_factory.mktemp("sound"), None)


@pytest.mark.parametrize("point", POINTS)
async def test_a_kill_between_two_effects_changes_nothing(
    point: str, broker: Broker, database: Database, tmp_path: Path, without_faults: dict[str, list[str]]
) -> None:
    after = await run(broker, database, tmp_path, Crash(point, nth=2))
    assert after == without_faults


async def test_the_run_without_faults_is_what_was_handed_in(without_faults: dict[str, list[str]]) -> None:
    assert len(without_faults["parser uploads"]) == len(FILES) - 1
    assert len([line for line in without_faults["parser uploads"] if '"no_form"' in line]) == 1
    assert len(without_faults["parser dead letters"]) == 1
    assert len(without_faults["alerts versions"]) == len(without_faults["parser forms"]) == 6
    fixed = [line for line in without_faults["alerts alerts"] if '"fixed"' in line]
    assert len(fixed) == 2, "project 1 was handed in again with its money spent: EXEC-LOW and its gap are fixed"
