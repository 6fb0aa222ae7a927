"""Which stored forms stand on another rules version or profile than the one in force."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from jixiao.runtime.postgres import Connection
from jixiao_scorer.release import RELEASE
from jixiao_scorer.written import Profiles


class Standing(NamedTuple):
    """A form to be judged again; ``assessment`` is the one that stands, ``of`` how many such forms there are."""

    form_id: UUID
    unit: str
    assessment: int
    of: int


class Group(NamedTuple):
    """How many forms stand on one rules version and profile; ``current``: on the one in force."""

    rules_version: int
    profile: str
    profile_hash: str
    forms: int
    current: bool


_ALL = """FROM forms f JOIN assessments a USING (form_id)
          JOIN unnest($1::text[], $2::text[]) AS wanted (layout, hash) USING (layout)"""


async def to_judge_again(
    conn: Connection, profiles: Profiles, limit: int, but: Collection[str] = (), only: Collection[UUID] | None = None
) -> list[Standing]:
    """The first of them, unit by unit; none of the units ``but``, and ``only`` these forms where given."""
    rows = await conn.fetch(
        f"""SELECT f.form_id, f.unit, a.assessment, count(*) OVER () AS of {_ALL}
            WHERE (a.rules_version, a.profile_hash) <> ($3, wanted.hash)
              AND f.unit <> ALL($4::text[]) AND ($5::uuid[] IS NULL OR f.form_id = ANY($5))
            ORDER BY f.unit, f.project, f.form_id LIMIT $6""",
        *await _wanted(conn, profiles),
        RELEASE.rules_version,
        list(but),
        None if only is None else list(only),
        limit,
    )
    return [Standing(*row) for row in rows]


async def groups(conn: Connection, profiles: Profiles) -> list[Group]:
    """How many forms stand on what."""
    rows = await conn.fetch(
        f"""SELECT a.rules_version, a.profile, a.profile_hash, count(*) AS forms,
                   (a.rules_version, a.profile_hash) = ($3, wanted.hash) AS current {_ALL}
            GROUP BY 1, 2, 3, 5 ORDER BY 1, 2, 3, 5""",
        *await _wanted(conn, profiles),
        RELEASE.rules_version,
    )
    return [Group(*row) for row in rows]


async def behind_in_all(conn: Connection, profiles: Profiles) -> int:
    """How many forms do not stand on what is in force."""
    return sum(each.forms for each in await groups(conn, profiles) if not each.current)


async def _wanted(conn: Connection, profiles: Profiles) -> tuple[list[str], list[str]]:
    """Every layout that is stored, and the hash of the profile that judges it now."""
    layouts = [row["layout"] for row in await conn.fetch("SELECT DISTINCT layout FROM forms")]
    return layouts, [profiles(layout).hash for layout in layouts]
