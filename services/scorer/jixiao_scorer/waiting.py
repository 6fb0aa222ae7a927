"""Forms that wait to be judged anew because of what happened elsewhere, in PostgreSQL."""

from collections.abc import Collection, Iterable
from typing import NamedTuple
from uuid import UUID

from jixiao.runtime.postgres import Connection


class Waiting(NamedTuple):
    """A form of a unit that waits; marked again, it has another ``id``."""

    form_id: UUID
    unit: str
    id: int


async def mark(conn: Connection, form_ids: Iterable[UUID]) -> None:
    """Let these forms be judged anew. In the order of ids, so that no two who mark wait for each other."""
    await conn.executemany(
        "INSERT INTO waiting (form_id) VALUES ($1) ON CONFLICT (form_id) DO UPDATE SET id = excluded.id",
        [(form_id,) for form_id in sorted(set(form_ids))],
    )


async def mark_units(conn: Connection, units: Iterable[str]) -> None:
    """Let every form that is judged with these units be judged anew."""
    rows = await conn.fetch("SELECT form_id FROM forms WHERE unit = ANY($1)", list(units))
    await mark(conn, (row["form_id"] for row in rows))


async def listed(conn: Connection, limit: int, but: Collection[str] = ()) -> list[Waiting]:
    """The first that wait, unit by unit; none of the units ``but``."""
    rows = await conn.fetch(
        """SELECT w.form_id, f.unit, w.id FROM waiting w JOIN forms f USING (form_id)
           WHERE f.unit <> ALL($1::text[]) ORDER BY f.unit, f.project, w.form_id LIMIT $2""",
        list(but),
        limit,
    )
    return [Waiting(*row) for row in rows]


async def still(conn: Connection, unit: str, ids: Collection[int]) -> list[UUID]:
    """Of these the forms that still wait and are judged with this unit."""
    rows = await conn.fetch(
        "SELECT w.form_id FROM waiting w JOIN forms f USING (form_id) WHERE f.unit = $1 AND w.id = ANY($2)",
        unit,
        list(ids),
    )
    return [row["form_id"] for row in rows]


async def judged(conn: Connection, form_ids: Collection[UUID], ids: Collection[int]) -> None:
    """These forms wait no longer, unless they were marked again. Last, under the locks of those who mark."""
    await conn.execute("DELETE FROM waiting WHERE form_id = ANY($1) AND id = ANY($2)", list(form_ids), list(ids))
