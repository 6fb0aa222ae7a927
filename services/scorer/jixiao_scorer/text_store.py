"""Account texts beside the forms that they speak of, over all that is stored, whatever came first.

Two locks hold the order of arrival off. While accounts come in, no form of their department or upload does, and the
other way round; forms may come in together. Accounts that are there already are judged by one transaction at a time.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from jixiao.findings import Finding
from jixiao.forms.model import ACCOUNTS
from jixiao.runtime.postgres import Connection
from jixiao_scorer import form_store
from jixiao_scorer.context import Member, judge_texts, needs_all_forms, project_names
from jixiao_scorer.written import Profiles

# a union, because no index serves a condition on either of two tables
_NEAR = """(SELECT form_id FROM forms WHERE departments && $1::text[]
            UNION SELECT form_id FROM assessments WHERE upload_id = ANY($2))"""


async def judged_texts(
    conn: Connection, form_ids: Collection[UUID], profiles: Profiles, old_names: Collection[str] = ()
) -> dict[UUID, tuple[Finding, ...]]:
    """What is found on accounts beside forms, of all accounts that have to do with these forms, stored already.

    ``old_names``: what projects of theirs were called until now.
    """
    arrived = await conn.fetch(
        """SELECT f.departments, a.upload_id, a.kind
           FROM forms f JOIN assessments a USING (form_id) WHERE form_id = ANY($1)""",
        list(form_ids),
    )
    departments, uploads = _near(arrived)
    brings_accounts = any(row["kind"] == ACCOUNTS for row in arrived)
    await _lock(conn, "near accounts ", [*departments, *map(str, uploads)], shared=not brings_accounts)
    found = await _accounts(conn, departments, uploads, profiles)
    names = {*old_names, *await _names(conn, form_ids)}
    concerned = [
        each
        for each in found
        if each.form_id in form_ids
        or names & project_names(each)
        or (needs_all_forms(each) and each.version.upload_id in uploads)
    ]
    if not concerned:
        return {}
    await _lock(conn, "accounts ", [str(each.form_id) for each in concerned], shared=False)
    whole = await _whole(conn, {each.version.upload_id for each in concerned if needs_all_forms(each)})
    beside = [*await _spoken_of(conn, concerned, profiles), *await _of_uploads(conn, whole, profiles)]
    return judge_texts([*concerned, *{each.form_id: each for each in beside}.values()], whole)


async def _whole(conn: Connection, uploads: Collection[UUID]) -> list[UUID]:
    """Those of the uploads of which all forms have arrived."""
    rows = await conn.fetch(
        """SELECT upload_id FROM assessments JOIN forms USING (form_id) WHERE upload_id = ANY($1)
           GROUP BY upload_id HAVING count(*) = max(forms_in_upload)""",
        list(uploads),
    )
    return [row["upload_id"] for row in rows]


async def _of_uploads(conn: Connection, uploads: Collection[UUID], profiles: Profiles) -> list[Member]:
    """The forms in some uploads."""
    kept = await conn.fetch(
        f"""SELECT {form_store.MEMBER} FROM forms f JOIN assessments a USING (form_id)
            WHERE a.upload_id = ANY($1) AND a.kind <> $2""",
        list(uploads),
        ACCOUNTS,
    )
    return [form_store.member_of(row, profiles) for row in kept]


async def _names(conn: Connection, form_ids: Collection[UUID]) -> set[str]:
    """What the projects of these forms are called in any of their versions."""
    rows = await conn.fetch(
        """SELECT DISTINCT f.project_name FROM assessments a JOIN forms f USING (form_id)
           WHERE a.project IN (SELECT project FROM assessments WHERE form_id = ANY($1))""",
        list(form_ids),
    )
    return {row["project_name"] for row in rows}


def _near(rows: Iterable[Any]) -> tuple[list[str], list[UUID]]:
    """The departments and uploads of some forms."""
    kept = list(rows)
    return sorted({name for row in kept for name in row["departments"]}), sorted({row["upload_id"] for row in kept})


async def _lock(conn: Connection, what: str, keys: Iterable[str], shared: bool) -> None:
    lock = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    for key in sorted(keys):
        await conn.execute(f"SELECT {lock}(hashtextextended('scorer ' || $1 || $2, 0))", what, key)


async def _accounts(
    conn: Connection, departments: Sequence[str], uploads: Sequence[UUID], profiles: Profiles
) -> list[Member]:
    """The accounts of these departments and uploads, without their tables."""
    rows = await conn.fetch(
        f"""SELECT f.unit, f.admitted, f.identity, f.version, f.form #- '{{accounts,tables}}' AS form
            FROM {_NEAR} near JOIN forms f USING (form_id) JOIN assessments a USING (form_id) WHERE a.kind = $3""",
        departments,
        uploads,
        ACCOUNTS,
    )
    return [form_store.member_of(row, profiles) for row in rows]


async def _spoken_of(conn: Connection, accounts: Sequence[Member], profiles: Profiles) -> list[Member]:
    """The forms of the projects that the accounts name, of their departments and uploads.

    All versions of them: the one in force may have another name than the one that is meant.
    """
    rows = await conn.fetch(
        "SELECT departments, upload_id FROM forms JOIN assessments USING (form_id) WHERE form_id = ANY($1)",
        [each.form_id for each in accounts],
    )
    names = {name for each in accounts for name in project_names(each)}
    kept = await conn.fetch(
        f"""SELECT {form_store.MEMBER}
            FROM {_NEAR} near JOIN forms f USING (form_id) JOIN assessments a USING (form_id)
            WHERE a.kind <> $4 AND f.project IN (
                SELECT project FROM {_NEAR} near JOIN forms USING (form_id) WHERE project_name = ANY($3))""",
        *_near(rows),
        list(names),
        ACCOUNTS,
    )
    return [form_store.member_of(row, profiles) for row in kept]
