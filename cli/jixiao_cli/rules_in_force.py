"""What the scorer keeps, for ``jixiao rules``: stored forms with their findings, and the rules that are in force."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from jixiao.findings import Finding
from jixiao.runtime.errors import JixiaoError
from jixiao_cli.reach import service_dsn
from jixiao_scorer.context import Member, merged
from jixiao_scorer.profiles import Profile
from jixiao_scorer.release import RELEASE, Release
from jixiao_scorer.written import Profiles

if TYPE_CHECKING:
    from jixiao_scorer.standing import Group

# asyncpg and what needs it are no part of the offline checker, so they are imported where they are used.


@dataclass(frozen=True, slots=True)
class Stored:
    """A form with the findings that stand, those across forms included."""

    member: Member
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """Every form that the scorer keeps, in the order of its versions, and the profiles in use."""

    forms: Sequence[Stored]
    profiles: Profiles


@dataclass(frozen=True, slots=True)
class InForce:
    """``release`` is the one adopted last; ``groups`` say how many forms stand on what."""

    release: Release | None
    groups: "Sequence[Group]"
    refused: Sequence[str]


async def stored_forms() -> Kept:
    """Raises JixiaoError when the database does not answer."""
    from jixiao_scorer import form_store, store
    from jixiao_scorer.profile_store import Adopted

    async with _connected() as conn:
        profiles = await Adopted().refresh(conn)
        members = sorted(await form_store.all_members(conn, profiles), key=lambda each: each.version.order)
        own, across = await store.all_findings(conn)
    forms = [Stored(each, merged(own.get(each.form_id, ()), across.get(each.form_id, ()))) for each in members]
    return Kept(forms, profiles)


async def in_force() -> InForce:
    """Raises JixiaoError when the database does not answer."""
    from jixiao_scorer.profile_store import Adopted, release_in_force
    from jixiao_scorer.standing import groups

    async with _connected() as conn:
        adopted = Adopted()
        profiles = await adopted.refresh(conn)
        return InForce(await release_in_force(conn), await groups(conn, profiles), adopted.refused)


async def put_to_use(profile: Profile | None, text: str, by: str) -> None:
    """Let a profile, or this release's rules alone, take effect. Raises JixiaoError when it did not."""
    from jixiao_scorer import profile_store

    async with _connected() as conn:
        if profile is None:
            await profile_store.adopt_release(conn, by)
        else:
            await profile_store.adopt(conn, profile, text, by)


def show_in_force(found: InForce) -> None:
    """What is in force, what stands on other rules, and which adopted profiles this release does not take."""
    console = Console(highlight=False)
    table = Table("规则版本", "配置", "配置摘要", "自评表", "", title="已存的自评表各按哪一版规则核对")
    for each in found.groups:
        state = "现行" if each.current else "待重新核对"
        table.add_row(f"{each.rules_version}", each.profile, each.profile_hash[:12], f"{each.forms}", state)
    console.print(table)
    behind = sum(each.forms for each in found.groups if not each.current)
    if found.release == RELEASE:
        console.print(f"规则版本{RELEASE.rules_version}已启用；{behind}张自评表等待重新核对。", soft_wrap=True)
    elif not behind:
        console.print(
            f"已存的自评表都按本版本的规则（规则版本{RELEASE.rules_version}）核对，无需启用。", soft_wrap=True
        )
    else:
        console.print(
            f"本版本的规则（规则版本{RELEASE.rules_version}）尚未对已存的自评表启用，涉及{behind}张；"
            "请先用 jixiao rules try --stored 查看影响，再用 jixiao rules adopt 启用。",
            soft_wrap=True,
        )
    for reason in found.refused:
        console.print(
            f"已启用的配置不为本版本接受，暂按此前最近一次有效的配置核对：{reason}", soft_wrap=True, markup=False
        )


@asynccontextmanager
async def _connected() -> AsyncIterator[Any]:
    import asyncpg

    try:
        conn = await asyncpg.connect(service_dsn("scorer"))
        try:
            yield conn
        finally:
            await conn.close()
    except (asyncpg.PostgresError, OSError) as fault:
        raise JixiaoError(f"数据库没有应答，请检查连接串：{fault}") from fault
