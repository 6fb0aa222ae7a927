"""Which stored forms stand on another rules version or profile than the one in force."""

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from jixiao.runtime.postgres import Connection
from jixiao_scorer.release import RELEASE
from jixiao_scorer.written import Profiles


class Standing(NamedTuple):
    """A form to be judged again; ``assessment`` is the one that stands."""

    form_id: UUID
    unit: str
    assessment: int


class Group(NamedTuple):
    """How many forms stand on one rules version and profile; ``current``: on the one in force."""

    rules_version: int
    profile: str
    profile_hash: str
    forms: int
    current: bool


class _Ground(NamedTuple):
    """What forms of a layout stand on."""

    layout: str
    profile_hash: str
    rules_version: int


# Every ground that some form stands on, from one entry of the index to the next other one: no form is read.
_GROUNDS = """WITH RECURSIVE grounds AS (
                  (SELECT layout, profile_hash, rules_version FROM assessments ORDER BY 1, 2, 3 LIMIT 1)
                  UNION ALL
                  SELECT next.* FROM grounds g CROSS JOIN LATERAL (
                      SELECT layout, profile_hash, rules_version FROM assessments a
                      WHERE (a.layout, a.profile_hash, a.rules_version) > (g.layout, g.profile_hash, g.rules_version)
                      ORDER BY 1, 2, 3 LIMIT 1) next)
              SELECT * FROM grounds"""

_BEHIND = """FROM unnest($1::text[], $2::text[], $3::int[]) AS behind (layout, profile_hash, rules_version)
             JOIN assessments a USING (layout, profile_hash, rules_version)"""


async def to_judge_again(
    conn: Connection, profiles: Profiles, limit: int, but: Collection[str] = (), only: Collection[UUID] | None = None
) -> list[Standing]:
    """The first of them, unit by unit: none of the units ``but``, or of ``only`` these forms."""
    behind = await _behind(conn, profiles)
    if not behind:
        return []
    # one condition or the other, so that each finds its index
    which, its = ("f.unit <> ALL($4::text[])", list(but)) if only is None else ("f.form_id = ANY($4)", list(only))
    rows = await conn.fetch(
        f"""SELECT f.form_id, f.unit, a.assessment {_BEHIND} JOIN forms f USING (form_id)
            WHERE {which} ORDER BY f.unit, f.project, f.form_id LIMIT $5""",
        *_columns(behind),
        its,
        limit,
    )
    return [Standing(*row) for row in rows]


async def groups(conn: Connection, profiles: Profiles) -> list[Group]:
    """How many forms stand on what."""
    rows = await conn.fetch(
        "SELECT layout, profile_hash, rules_version, profile, count(*) AS forms FROM assessments GROUP BY 1, 2, 3, 4"
    )
    counted: dict[tuple[int, str, str, bool], int] = {}
    for *ground, profile, forms in rows:
        stood = _Ground(*ground)
        key = stood.rules_version, profile, stood.profile_hash, not _is_behind(stood, profiles)
        counted[key] = counted.get(key, 0) + forms
    return [Group(*key[:3], forms, key[3]) for key, forms in sorted(counted.items())]


async def behind_in_all(conn: Connection, profiles: Profiles) -> int:
    """How many forms do not stand on what is in force."""
    behind = await _behind(conn, profiles)
    return int(await conn.fetchval(f"SELECT count(*) {_BEHIND}", *_columns(behind))) if behind else 0


async def _behind(conn: Connection, profiles: Profiles) -> list[_Ground]:
    grounds = [_Ground(*row) for row in await conn.fetch(_GROUNDS)]
    return [each for each in grounds if _is_behind(each, profiles)]


def _is_behind(ground: _Ground, profiles: Profiles) -> bool:
    return (ground.rules_version, ground.profile_hash) != (RELEASE.rules_version, profiles(ground.layout).hash)


def _columns(grounds: Sequence[_Ground]) -> tuple[list[str], list[str], list[int]]:
    return [g.layout for g in grounds], [g.profile_hash for g in grounds], [g.rules_version for g in grounds]
