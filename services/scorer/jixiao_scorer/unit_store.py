"""Which unit a unit has become, and which versions from outside were adopted: as others say, and as forms are judged.

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


async def note_adopted(conn: Connection) -> int:
    """Let versions from outside count as the unit's own once a reviewer adopted them, until he takes it back."""
    rows = await conn.fetch(
        """SELECT f.form_id, f.identity ->> 'unit' AS unit, NOT f.adopted AS adopted
           FROM forms f LEFT JOIN alerts_views.versions v USING (form_id)
           WHERE f.version @> '{"outside": true}' AND f.adopted <> coalesce(v.admitted, false) ORDER BY f.form_id"""
    )
    for row in rows:
        async with conn.transaction():
            judged_with = await enter(conn, row["unit"])
            await conn.execute("UPDATE forms SET adopted = $2 WHERE form_id = $1", row["form_id"], row["adopted"])
            await mark_with_others(conn, judged_with, [row["form_id"]])
    return len(rows)


async def mark_with_others(conn: Connection, unit: str, form_ids: Sequence[UUID]) -> None:
    """Let these forms of the unit be judged anew, and what other units have of their codes."""
    await waiting.mark(conn, [*form_ids, *await form_store.others(conn, unit, form_ids)])
