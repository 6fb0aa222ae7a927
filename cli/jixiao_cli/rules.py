"""``jixiao rules``: the rules there are, what a changed profile or a new release would do, and putting it to use."""

import asyncio
import getpass
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from jixiao.findings import RuleId
from jixiao.runtime.errors import JixiaoError
from jixiao_cli.check import judge_all
from jixiao_cli.parse import why_not_opened
from jixiao_cli.report.changes import changes, show_changes
from jixiao_cli.report.judged import Judged
from jixiao_cli.report.terminal import standard_output
from jixiao_cli.report.together import across, member_of
from jixiao_cli.rules_in_force import in_force, put_to_use, show_in_force, stored_forms
from jixiao_scorer import assess
from jixiao_scorer.context import Member, merged
from jixiao_scorer.profiles import DEFAULT, PROFILES, Profile, ProfileError, profile_for, profile_named
from jixiao_scorer.release import RELEASE
from jixiao_scorer.words import plain
from jixiao_scorer.written import Profiles, in_use, written

app = typer.Typer(help="查看、试算和启用规则配置。", invoke_without_command=True)

ProfileArgument = Annotated[
    Path | None, typer.Argument(help="规则配置文件（TOML）；不写则为本版本自带的规则。", show_default=False)
]


@app.callback()
def rules(
    context: typer.Context,
    profile: Annotated[str, typer.Option(help=f"配置名（{'、'.join(sorted(PROFILES))}）或配置文件。")] = DEFAULT,
    stored: Annotated[bool, typer.Option("--stored", help="改为列出系统中已存的自评表各按哪一版规则核对。")] = False,
) -> None:
    """列出全部规则：名称、状态、等级、限值、依据。"""
    if context.invoked_subcommand is not None:
        return
    if stored:
        show_in_force(asyncio.run(in_force()))
        return
    chosen = _read(Path(profile))[0] if profile.endswith(".toml") else _named(profile)
    table = Table("规则", title=f"{chosen.title}（{chosen.name}）")
    for heading in ("名称", "状态", "等级", "限值", "依据"):
        table.add_column(heading, overflow="fold")
    for rule in RuleId:
        setting = chosen.rules[rule]
        lights = [setting.severity.light, *([setting.grave.light] if setting.grave is not None else [])]
        limits = "，".join(f"{name}={plain(limit)}" for name, limit in setting.limits.items())
        stage = setting.stage.value if setting.on else "停用"
        table.add_row(rule.value, setting.title, stage, "/".join(lights), limits, setting.basis)
    standard_output().print(table)


@app.command("try")
def try_out(
    profile: ProfileArgument = None,
    files: Annotated[list[Path] | None, typer.Argument(help="自评表文件或文件夹，可以有多个。")] = None,
    stored: Annotated[bool, typer.Option("--stored", help="对系统中已存的全部自评表试算。")] = False,
) -> None:
    """用改动后的配置试算，列出会出现、变化、消失的疑点；不改变现行配置。"""
    changed = _read(profile)[0] if profile is not None else None
    if stored == bool(files):
        raise typer.BadParameter("请指定配置和自评表文件，或用 --stored 对已存的自评表试算（两者选一）。")
    if stored:
        _compare_with_stored(changed)
        return
    forms = [form for file in judge_all(files or []) for form in file.forms]
    members = [member_of(place, each, profile_for) for place, each in enumerate(forms)]
    names = [each.source for each in forms]
    before = _judged(members, names, profile_for)
    after = _judged(members, names, in_use([changed] if changed else [], profile_for))
    show_changes(list(changes(before, after)), len(members))


@app.command("adopt")
def adopt(
    profile: ProfileArgument = None,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问，直接启用。")] = False,
) -> None:
    """启用配置，或本版本的规则：先列出对已存自评表的影响，确认后生效，已存的自评表由系统逐张重新核对。"""
    changed, text = _read(profile) if profile is not None else (None, "")
    _compare_with_stored(changed)
    title = (
        f"配置「{changed.title}」（{changed.name}）" if changed else f"本版本的规则（规则版本{RELEASE.rules_version}）"
    )
    if not yes:
        typer.confirm(f"启用{title}？", abort=True)
    asyncio.run(put_to_use(changed, text, getpass.getuser()))
    told = f"{changed.name}，{changed.hash[:12]}" if changed else f"规则版本{RELEASE.rules_version}"
    typer.echo(f"已启用：{told}。已存的自评表将重新核对，进度见 jixiao rules --stored。")


def _read(path: Path) -> tuple[Profile, str]:
    """The profile in a file, and its text. Raises JixiaoError naming file, line and key."""
    try:
        text = path.read_text(encoding="utf-8")
        return written(path.name, text), text
    except OSError as fault:
        raise JixiaoError(f"无法打开 {path}：{why_not_opened(fault)}。") from fault
    except UnicodeDecodeError as fault:
        raise JixiaoError(f"{path} 不是 UTF-8 编码的文本。请另存为 UTF-8 后再试。") from fault
    except ProfileError as fault:
        raise JixiaoError(str(fault)) from fault


def _named(name: str) -> Profile:
    try:
        return profile_named(name)
    except ProfileError as fault:
        raise JixiaoError(str(fault)) from fault


def _compare_with_stored(changed: Profile | None) -> None:
    """Show what would differ from what is stored, under this release and, where given, a changed profile."""
    kept = asyncio.run(stored_forms())
    names = [f"{each.member.identity.unit_name} {each.member.identity.year or '年度不明'}" for each in kept.forms]
    before = [Judged(name, each.member.form, each.findings) for each, name in zip(kept.forms, names, strict=True)]
    profiles = in_use([changed] if changed else [], kept.profiles)
    after = _judged([each.member for each in kept.forms], names, profiles)
    show_changes(list(changes(before, after)), len(before))


def _judged(members: Sequence[Member], sources: Sequence[str], profiles: Profiles) -> list[Judged]:
    under = [Member(each.identity, each.version, each.form, profiles(each.form.layout)) for each in members]
    found = across(under, profiles)
    return [
        Judged(source, each.form, merged(assess(each.form, each.profile).findings, found.get(each.form_id, ())))
        for each, source in zip(under, sources, strict=True)
    ]
