"""``jixiao rules``: the rules there are, what a changed profile would do, and putting one to use."""

import asyncio
import getpass
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from jixiao.findings import RuleId
from jixiao.runtime.errors import JixiaoError
from jixiao_cli.check import judge_all
from jixiao_cli.report.changes import changes, show_changes
from jixiao_cli.report.judged import Judged
from jixiao_cli.report.together import across, member_of
from jixiao_scorer import assess
from jixiao_scorer.context import Member, merged
from jixiao_scorer.profiles import DEFAULT, PROFILES, Profile, ProfileError, profile_for, profile_named
from jixiao_scorer.words import plain
from jixiao_scorer.written import Profiles, in_use, written

app = typer.Typer(help="查看、试算和启用规则配置。", invoke_without_command=True)

ProfileArgument = Annotated[Path, typer.Argument(help="规则配置文件（TOML）。", show_default=False)]


@app.callback()
def rules(
    context: typer.Context,
    profile: Annotated[str, typer.Option(help=f"配置名（{'、'.join(sorted(PROFILES))}）或配置文件。")] = DEFAULT,
) -> None:
    """列出全部规则：名称、状态、等级、限值、依据。"""
    if context.invoked_subcommand is not None:
        return
    chosen = _read(Path(profile))[0] if profile.endswith(".toml") else _named(profile)
    table = Table("规则", "名称", "状态", "等级", title=f"{chosen.title}（{chosen.name}）")
    for heading in ("限值", "依据"):
        table.add_column(heading, overflow="fold")
    for rule in RuleId:
        setting = chosen.rules[rule]
        lights = [setting.severity.light, *([setting.grave.light] if setting.grave is not None else [])]
        limits = "，".join(f"{name}={plain(limit)}" for name, limit in setting.limits.items())
        stage = setting.stage.value if setting.on else "停用"
        table.add_row(rule.value, setting.title, stage, "/".join(lights), limits, setting.basis)
    Console().print(table)


@app.command("try")
def try_out(
    profile: ProfileArgument,
    files: Annotated[list[Path] | None, typer.Argument(help="自评表文件或文件夹，可以有多个。")] = None,
    stored: Annotated[bool, typer.Option("--stored", help="对系统中已存的全部自评表试算。")] = False,
) -> None:
    """用改动后的配置试算，列出会出现、变化、消失的疑点；不改变现行配置。"""
    changed, _ = _read(profile)
    if stored == bool(files):
        raise typer.BadParameter("请指定自评表文件，或用 --stored 对已存的自评表试算（两者选一）。")
    if stored:
        _compare(*asyncio.run(_stored()), changed)
        return
    forms = [form for file in judge_all(files or []) for form in file.forms]
    _compare([member_of(place, each, profile_for) for place, each in enumerate(forms)], profile_for, changed, forms)


@app.command("adopt")
def adopt(
    profile: ProfileArgument,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问，直接启用。")] = False,
) -> None:
    """启用配置：先列出对已存自评表的影响，确认后从下一张自评表起生效。"""
    changed, text = _read(profile)
    _compare(*asyncio.run(_stored()), changed)
    if not yes:
        typer.confirm(f"启用配置「{changed.title}」（{changed.name}）？", abort=True)
    asyncio.run(_adopt(changed, text))
    typer.echo(f"已启用：{changed.name}，{changed.hash[:12]}。")


def _read(path: Path) -> tuple[Profile, str]:
    """The profile in a file, and its text. Raises JixiaoError naming file, line and key."""
    try:
        text = path.read_text(encoding="utf-8")
        return written(path.name, text), text
    except OSError as fault:
        raise JixiaoError(f"无法打开 {path}（{fault.strerror}）。") from fault
    except UnicodeDecodeError as fault:
        raise JixiaoError(f"{path} 不是 UTF-8 编码的文本。请另存为 UTF-8 后再试。") from fault
    except ProfileError as fault:
        raise JixiaoError(str(fault)) from fault


def _named(name: str) -> Profile:
    try:
        return profile_named(name)
    except ProfileError as fault:
        raise JixiaoError(str(fault)) from fault


def _compare(
    members: Sequence[Member], current: Profiles, changed: Profile, forms: Sequence[Judged] | None = None
) -> None:
    """Judge all forms under both and show the differences; ``forms`` names the files they come from."""
    sources = [each.source for each in forms] if forms else [_source(each) for each in members]
    before = _judged(members, sources, current)
    after = _judged(members, sources, in_use([changed], current))
    show_changes(list(changes(before, after)), len(members))


def _source(member: Member) -> str:
    identity = member.identity
    return f"{identity.unit_name} {identity.year or '年度不明'}"


def _judged(members: Sequence[Member], sources: Sequence[str], profiles: Profiles) -> list[Judged]:
    under = [Member(each.identity, each.version, each.form, profiles(each.form.layout)) for each in members]
    found = across(under, profiles)
    return [
        Judged(source, each.form, merged(assess(each.form, each.profile).findings, found.get(each.form_id, ())))
        for each, source in zip(under, sources, strict=True)
    ]


async def _stored() -> tuple[list[Member], Profiles]:
    """Every form that the scorer keeps, in the order of its versions, and the profiles in use."""
    import asyncpg

    from jixiao_cli.reach import service_dsn
    from jixiao_scorer.profile_store import Adopted
    from jixiao_scorer.store import all_members

    try:
        conn = await asyncpg.connect(service_dsn("scorer"))
        try:
            profiles = await Adopted().refresh(conn)
            members = await all_members(conn, profiles)
        finally:
            await conn.close()
    except (asyncpg.PostgresError, OSError) as fault:
        raise JixiaoError(f"数据库没有应答，请检查连接串：{fault}") from fault
    return sorted(members, key=lambda each: each.version.order), profiles


async def _adopt(profile: Profile, text: str) -> None:
    import asyncpg

    from jixiao_cli.reach import service_dsn
    from jixiao_scorer import profile_store

    try:
        conn = await asyncpg.connect(service_dsn("scorer"))
        try:
            await profile_store.adopt(conn, profile, text, getpass.getuser())
        finally:
            await conn.close()
    except (asyncpg.PostgresError, OSError) as fault:
        raise JixiaoError(f"配置没有启用：{fault}") from fault
