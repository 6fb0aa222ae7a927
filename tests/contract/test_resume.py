"""``jixiao resume`` on the real database."""

import asyncio

import pytest
from typer.testing import CliRunner, Result

from jixiao.runtime.errors import JixiaoError
from jixiao.runtime.inbox import Inbox
from jixiao.runtime.postgres import connect_pool
from jixiao_cli.main import app


async def resume(**environment: str) -> Result:
    """Run the command as an operator would, beside the test's own event loop."""
    return await asyncio.to_thread(lambda: CliRunner().invoke(app, ["resume", "parser"], env=environment))


async def test_a_paused_service_goes_on_after_resume(clean_database: dict[str, str]) -> None:
    """The pause of the named service ends, its reason is shown; another service's pause stays; twice does no harm."""
    parser = await connect_pool(clean_database["parser"], "test")
    scorer = await connect_pool(clean_database["scorer"], "test")
    async with parser, scorer:
        await Inbox(parser, "group").pause("连续 5 条消息因未知故障失败")
        await Inbox(scorer, "group").pause("另一个服务")

        told = await resume(JIXIAO_PARSER_POSTGRES=clean_database["parser"])
        assert (told.exit_code, "连续 5 条消息因未知故障失败" in told.output) == (0, True)
        assert await Inbox(parser, "group").paused() is None
        assert await Inbox(scorer, "group").paused() == "另一个服务"

        again = await resume(JIXIAO_PARSER_POSTGRES=clean_database["parser"])
        assert (again.exit_code, "没有暂停" in again.output) == (0, True)


async def test_resume_says_what_it_lacks() -> None:
    """A missing variable and a database that is away are one sentence each."""
    missing = await resume()
    assert isinstance(missing.exception, JixiaoError) and "JIXIAO_PARSER_POSTGRES" in str(missing.exception)
    away = await resume(JIXIAO_PARSER_POSTGRES="postgresql://nobody:x@127.0.0.1:9/jixiao")
    assert isinstance(away.exception, JixiaoError) and "数据库没有应答" in str(away.exception)


@pytest.mark.parametrize("service", ["kafka", ""])
def test_only_services_can_be_resumed(service: str) -> None:
    """Another name is refused with the ones there are."""
    told = CliRunner().invoke(app, ["resume", service])
    assert told.exit_code == 2 and "parser" in told.output
