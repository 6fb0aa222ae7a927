"""A profile takes effect by one row, after its effect on what is stored was seen."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from click.testing import Result
from typer.testing import CliRunner

from jixiao.events import FormScored
from jixiao.findings import RuleId
from jixiao.runtime.health import Health
from jixiao.runtime.inbox import Inbox
from jixiao.runtime.postgres import connect_pool
from jixiao_cli.main import app
from jixiao_scorer.rejudge import Rejudging
from jixiao_scorer.release import RELEASE
from tests.contract.test_scorer import arrive
from tests.fakes.producer import FakeProducer
from tests.unit.scorer.members import member
from tests.unit.test_rules_command import HEAD

STRICT = HEAD + "\n[rules.EXEC-LOW]\nlimits = { warning_below = 99, error_below = 60 }\n"


@pytest.fixture
async def pool(clean_database: dict[str, str]) -> AsyncIterator[asyncpg.Pool]:
    """A pool with the service's own role."""
    pool = await connect_pool(clean_database["scorer"], "test")
    yield pool
    await pool.close()


async def rules(dsn: str, *arguments: str | Path, answer: str | None = None) -> Result:
    """Run the command as an operator would, beside the test's own event loop."""
    environment = {"JIXIAO_SCORER_POSTGRES": dsn}
    run = CliRunner().invoke
    return await asyncio.to_thread(lambda: run(app, ["rules", *map(str, arguments)], env=environment, input=answer))


async def test_a_profile_is_tried_over_what_is_stored_and_then_adopted(
    pool: asyncpg.Pool, clean_database: dict[str, str], tmp_path: Path
) -> None:
    """Trying changes nothing; a no adopts nothing; a yes takes effect, on what is stored too."""
    dsn = clean_database["scorer"]
    path = tmp_path / "strict.toml"
    path.write_text(STRICT, encoding="utf-8")

    [before] = await arrive(pool, member(0))
    assert FormScored.model_validate_json(before.value).findings == ()

    tried = await rules(dsn, "try", path, "--stored")
    assert tried.exit_code == 0
    assert "出现 黄灯(live) [EXEC-LOW]" in tried.output and "澄湖区园林所 2023" in tried.output

    refused = await rules(dsn, "adopt", path, answer="n\n")
    assert refused.exit_code == 1 and "[EXEC-LOW]" in refused.output
    assert await pool.fetchval("SELECT count(*) FROM scorer_views.adopted_profiles") == 0

    adopted = await rules(dsn, "adopt", path, "--yes")
    assert adopted.exit_code == 0 and "已启用：shenzhen" in adopted.output
    [after] = await arrive(pool, member(1, {"code": "990101230019900000777", "name": "另一项目"}))
    event = FormScored.model_validate_json(after.value)
    assert [each.rule for each in event.findings] == [RuleId.EXEC_LOW]
    row = await pool.fetchrow("SELECT name, hash, content FROM scorer_views.adopted_profiles")
    assert (row["name"], row["hash"], row["content"]) == ("shenzhen", event.profile_hash, STRICT)

    shown = await rules(dsn, "--stored")
    assert "1张自评表等待重新核对" in shown.output and "待重新核对" in shown.output
    again = await rules(dsn, "try", path, "--stored")
    assert "出现 黄灯(live) [EXEC-LOW]" in again.output and "出现1条" in again.output
    await Rejudging(Inbox(pool, "scorer"), FakeProducer(), Health()).look()
    again = await rules(dsn, "try", path, "--stored")
    assert again.output == "复核自评表2张：疑点没有变化。\n"
    assert "0张自评表等待重新核对" in (await rules(dsn, "--stored")).output


async def test_a_release_is_tried_and_adopted(pool: asyncpg.Pool, clean_database: dict[str, str]) -> None:
    """Its diff against what is stored is seen first; one row makes it take effect."""
    dsn = clean_database["scorer"]
    await pool.execute("TRUNCATE adopted_profiles, adopted_rules, assessments CASCADE")
    await arrive(pool, member(0, {"funds.total.executed": "0.00", "funds.fiscal.executed": "0.00"}))
    # as an earlier release may have judged it
    await pool.execute("UPDATE assessments SET rules_version = rules_version - 1, findings = '[]'")
    shown = await rules(dsn, "--stored")
    assert "尚未对已存的自评表启用，涉及1张" in shown.output
    tried = await rules(dsn, "try", "--stored")
    assert "出现 红灯(live) [EXEC-ZERO]" in tried.output
    assert await pool.fetchval("SELECT count(*) FROM adopted_rules") == 0
    adopted = await rules(dsn, "adopt", answer="y\n")
    assert "[EXEC-ZERO]" in adopted.output and "已启用：规则版本" in adopted.output
    assert tuple(await pool.fetchrow("SELECT rules_version, profiles FROM adopted_rules")) == RELEASE
    assert "1张自评表等待重新核对" in (await rules(dsn, "--stored")).output


async def test_a_profile_that_this_release_does_not_take_is_named(
    pool: asyncpg.Pool, clean_database: dict[str, str]
) -> None:
    """With the line, and what is in use instead."""
    foreign = HEAD + "\n[rules.EXEC-LOW]\nlimits = { of_another_release = 1 }\n"
    insert = "INSERT INTO adopted_profiles (name, content, hash, adopted_by) VALUES ('shenzhen', $1, 'x', '')"
    await pool.execute(insert, foreign)
    shown = await rules(clean_database["scorer"], "--stored")
    assert shown.exit_code == 0 and "暂按此前最近一次有效的配置核对：shenzhen第5行" in shown.output
