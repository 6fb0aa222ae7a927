"""The forms as the scorer keeps them in PostgreSQL, read to be judged beside each other."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from jixiao.forms import Form
from jixiao.identity import FormIdentity, Version, is_well_formed_code
from jixiao.runtime.postgres import Connection
from jixiao_scorer.context import Facts, Member, departments
from jixiao_scorer.profiles import profile_for
from jixiao_scorer.written import Profiles

SMALL = 200  # forms of a unit that is judged as a whole at once; a larger one once for many forms

# what a form is judged by
MEMBER = "f.unit, f.admitted, f.identity, f.version, f.form"

_LOCK_CODES = """SELECT pg_advisory_xact_lock(key)
                 FROM (SELECT hashtextextended('scorer code ' || code, 0) AS key FROM unnest($1::text[]) AS code
                       ORDER BY key) sorted"""


async def name_of(conn: Connection, form_id: UUID) -> str | None:
    """The name of the project of a form, as names are compared; None when no such form is kept."""
    name: str | None = await conn.fetchval("SELECT project_name FROM forms WHERE form_id = $1", form_id)
    return name


async def is_small(conn: Connection, unit: str) -> bool:
    """Whether the unit's forms are few enough to be judged as a whole with every form that arrives."""
    forms: int = await conn.fetchval(
        "SELECT count(*) FROM (SELECT FROM forms WHERE unit = $1 LIMIT $2) counted", unit, SMALL + 1
    )
    return forms <= SMALL


async def family_of(conn: Connection, unit: str, form_ids: Collection[UUID]) -> set[UUID]:
    """The forms of the unit that are bound to these by project or name, however far; themselves included."""
    rows = await conn.fetch(
        """WITH RECURSIVE family AS (
               SELECT form_id, project, project_name FROM forms WHERE unit = $1 AND form_id = ANY($2)
               UNION
               SELECT near.* FROM family b CROSS JOIN LATERAL (
                   SELECT form_id, project, project_name FROM forms WHERE unit = $1 AND project = b.project
                   UNION ALL
                   SELECT form_id, project, project_name FROM forms
                   WHERE unit = $1 AND project_name = b.project_name AND project_name <> '') near)
           SELECT form_id FROM family""",
        unit,
        list(form_ids),
    )
    return {row["form_id"] for row in rows}


async def others(conn: Connection, unit: str, form_ids: Collection[UUID]) -> set[UUID]:
    """The forms of other units with the codes of these; nobody hands in another one until the transaction ends."""
    rows = await conn.fetch("SELECT DISTINCT project FROM forms WHERE form_id = ANY($1)", list(form_ids))
    codes = [row["project"] for row in rows if is_well_formed_code(row["project"])]
    await conn.execute(_LOCK_CODES, codes)
    found = await conn.fetch("SELECT form_id FROM forms WHERE project = ANY($1) AND unit <> $2", codes, unit)
    return {row["form_id"] for row in found}


async def members(conn: Connection, form_ids: Iterable[UUID], profiles: Profiles) -> list[Member]:
    """These forms, each under the profile that judges it now."""
    kept = await conn.fetch(f"SELECT {MEMBER} FROM forms f WHERE form_id = ANY($1)", list(form_ids))
    return [member_of(row, profiles) for row in kept]


async def all_members(conn: Connection, profiles: Profiles) -> list[Member]:
    """Every form that is kept."""
    rows = await conn.fetch(f"SELECT {MEMBER} FROM forms f")
    return [member_of(row, profiles) for row in rows]


def member_of(row: Any, profiles: Profiles) -> Member:
    """The form of a row of ``MEMBER``, as it is judged: with its unit, and like one from outside unless admitted."""
    member = _handed_in(row, profiles)
    identity = member.identity.model_copy(update={"unit": row["unit"]})
    outside = member.version.outside if row["admitted"] is None else not row["admitted"]
    version = member.version.model_copy(update={"outside": outside})
    return replace(member, identity=identity, version=version)


def _handed_in(row: Any, profiles: Profiles) -> Member:
    form = Form.model_validate_json(row["form"])
    identity = FormIdentity.model_validate_json(row["identity"])
    return Member(identity, Version.model_validate_json(row["version"]), form, profiles(form.layout))


async def facts_of_unit(conn: Connection, unit: str) -> list[Facts]:
    """The facts of all forms of a unit; none of the unit that nobody could read, which is none."""
    rows = await conn.fetch(
        """SELECT CASE WHEN admitted IS NULL THEN facts
                       ELSE jsonb_set(facts, '{version,outside}', to_jsonb(NOT admitted)) END AS facts
           FROM forms WHERE unit = $1 AND unit <> ''""",
        unit,
    )
    return [Facts.model_validate_json(row["facts"]) for row in rows]


async def move_forms(conn: Connection, unit: str, judged_with: str, became: str) -> None:
    """Let the forms of a unit, which were judged with one unit, be judged with another."""
    rows = await conn.fetch(
        f"SELECT {MEMBER} FROM forms f WHERE unit = $1 AND identity ->> 'unit' = $2", judged_with, unit
    )
    moved = [_handed_in(row, profile_for) for row in rows]
    await conn.executemany(
        "UPDATE forms SET unit = $2, departments = $3 WHERE form_id = $1",
        [(each.form_id, became, department_names(each, became)) for each in moved],
    )


def department_names(member: Member, unit: str) -> list[str]:
    """The names of the form's department, that of the unit with which it is judged included."""
    return sorted({*departments(member), unit} - {""})
