"""Which unit a unit has become, and which versions that were held are admitted: as others say, and as forms are judged.

The register and the reviewers are heard of by looking. Until then, forms are judged as was heard last; then all that it
may concern waits to be judged anew (``waiting``), so that in the end it is no matter which came first.
"""

from collections.abc import Sequence
from uuid import UUID

from jixiao.runtime.postgres import Connection
from jixiao_scorer import form_store, store, waiting

# an alias of the register stands for its unit, a unit that people merged for the one it came to
_BECAME = """SELECT u.unit, u.judged_with, coalesce(m.into_unit, n.unit, u.unit) AS became
             FROM units u LEFT JOIN parser_views.unit_names n ON n.name = u.unit
             LEFT JOIN gateway_views.unit_merges m ON m.unit = coalesce(n.unit, u.unit)"""


async def enter(conn: Connection, unit: str) -> str:
    """Hold off everybody else who judges this unit's forms until the transaction ends; the unit it is judged with.

    The unit's row is held first, so that it becomes no other one meanwhile.
    """
    held = "SELECT judged_with FROM units WHERE unit = $1 FOR SHARE"
    judged_with: str | None = await conn.fetchval(held, unit)
    if judged_with is None:
        await conn.execute("INSERT INTO units (unit, judged_with) VALUES ($1, $1) ON CONFLICT DO NOTHING", unit)
        judged_with = await conn.fetchval(held, unit)
    assert judged_with is not None, "a unit that has forms stays"
    await store.lock(conn, judged_with)
    return judged_with


async def regroup(conn: Connection) -> int:
    """Judge the forms of units that have become others with these; how many units it was."""
    units = [row["unit"] for row in await conn.fetch(f"SELECT * FROM ({_BECAME}) u WHERE judged_with <> became")]
    if not units:
        return 0
    async with conn.transaction():
        await conn.execute("SELECT FROM units WHERE unit = ANY($1) ORDER BY unit FOR UPDATE", units)
        changed = await conn.fetch(f"SELECT * FROM ({_BECAME}) u WHERE judged_with <> became AND unit = ANY($1)", units)
        concerned = {row[name] for row in changed for name in ("judged_with", "became")}
        for each in sorted(concerned):
            await store.lock(conn, each)
        for row in changed:
            await conn.execute("UPDATE units SET judged_with = $2 WHERE unit = $1", row["unit"], row["became"])
            await form_store.move_forms(conn, row["unit"], row["judged_with"], row["became"])
        await waiting.mark_units(conn, concerned)
    return len(changed)


async def note_rulings(conn: Connection) -> int:
    """Let versions that were held count across forms as was ruled on them; how many changed."""
    rows = await conn.fetch(
        """WITH ruled AS (SELECT form_id, admitted FROM alerts_views.versions WHERE held_by IS NOT NULL)
           SELECT f.form_id, f.identity ->> 'unit' AS unit, r.admitted FROM ruled r JOIN forms f USING (form_id)
           WHERE f.admitted IS DISTINCT FROM r.admitted
           UNION ALL
           SELECT f.form_id, f.identity ->> 'unit', NULL FROM forms f
           WHERE f.admitted IS NOT NULL AND NOT EXISTS (SELECT FROM ruled r WHERE r.form_id = f.form_id)
           ORDER BY 1"""
    )
    for row in rows:
        async with conn.transaction():
            judged_with = await enter(conn, row["unit"])
            await conn.execute("UPDATE forms SET admitted = $2 WHERE form_id = $1", row["form_id"], row["admitted"])
            await mark_with_others(conn, judged_with, [row["form_id"]])
    return len(rows)


async def mark_with_others(conn: Connection, unit: str, form_ids: Sequence[UUID]) -> None:
    """Let these forms of the unit be judged anew, and what other units have of their codes."""
    await waiting.mark(conn, [*form_ids, *await form_store.others(conn, unit, form_ids)])
