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
from jixiao.runtime.postgres import connect_pool
from jixiao_cli.main import app
from tests.contract.test_scorer import arrive
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
    """Trying changes nothing; a no adopts nothing; a yes takes effect with the next form."""
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

    again = await rules(dsn, "try", path, "--stored")
    assert again.output == "复核自评表2张：疑点没有变化。\n"
