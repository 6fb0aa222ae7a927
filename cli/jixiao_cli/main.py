"""The command line. A subcommand is a function in a module of its own; what needs servers imports them when called."""

import sys

import typer

from jixiao.runtime.errors import JixiaoError
from jixiao_cli import check, demo, parse, replay, resume, rules, setup, units, up, upload, watch

app = typer.Typer(
    help="绩效预警：读取项目支出绩效自评表，复核每一个数字并预警。",
    no_args_is_help=True,
    add_completion=False,
    # rich's tables cut Chinese help short: it has no spaces to wrap at
    rich_markup_mode=None,
)

app.command("check")(check.check)
app.command("demo")(demo.demo)
app.command("parse")(parse.parse)
app.command("replay")(replay.replay)
app.command("resume")(resume.resume)
app.command("units")(units.units)
app.command("up")(up.up)
app.command("upload")(upload.upload)
app.command("watch")(watch.watch)
app.add_typer(rules.app, name="rules")
app.command("setup-database")(setup.setup_database)
app.command("setup-topics")(setup.setup_topics)


def main() -> None:
    """Run the command; a fault that speaks to people is printed as one sentence, exit code 2."""
    try:
        app()
    except JixiaoError as fault:
        typer.echo(str(fault), err=True)
        sys.exit(2)
    except ModuleNotFoundError as fault:
        typer.echo(f"缺少 Python 包 {fault.name}。这个命令需要完整安装：pip install 'jixiao[server]'", err=True)
        sys.exit(2)
