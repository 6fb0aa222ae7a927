"""The unit register as the parser publishes it, and which units people have merged into others."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import asyncpg

from jixiao_gateway.store.query import NO_FILTERS, Filters, Readers, Where


class UnitRow(NamedTuple):
    """A unit; ``parent`` and ``merged_into`` are keys, ``aliases`` are normalised names.

    ``open``: provisional and not merged, so that somebody should look.
    """

    key: str
    name: str
    code: str | None
    parent: str | None
    provisional: bool
    open: bool
    merged_into: str | None
    merged_by: str | None
    merged_at: datetime | None
    aliases: list[str]
    forms: int


BY_UNIT: Readers = (lambda text: {"True": True, "False": False}[text], str)
_OPEN = "(u.provisional AND m.unit IS NULL)"
_ROWS = f"""
    WITH page AS (
        SELECT u.key, u.name, u.code, u.parent, u.provisional, {_OPEN} AS open, m.into_unit, m.merged_by, m.merged_at
        FROM parser_views.units u LEFT JOIN unit_merges m ON m.unit = u.key
        {{}}
        ORDER BY {_OPEN} DESC, u.key DESC LIMIT {{}})
    SELECT page.*, ARRAY(SELECT n.name FROM parser_views.unit_names n WHERE n.unit = page.key AND n.name <> page.key
                         ORDER BY n.name) AS aliases, coalesce(f.forms, 0) AS forms
    FROM page
    LEFT JOIN (SELECT unit, count(*) AS forms FROM parser_views.forms
               WHERE unit IN (SELECT key FROM page) GROUP BY unit) f ON f.unit = page.key
    ORDER BY open DESC, key DESC
"""
_FILTERS = {
    "key": "u.key = {}",
    "name": "position({} IN u.name) > 0",
    "within": "u.key = ANY({})",
    "open": f"{_OPEN} = {{}}",
}


class UnitStore:
    """Reads the register, writes merges."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def resolve(self, name: str) -> str:
        """The key of the unit that a normalised name means, by its aliases and merges; else the name itself."""
        found: str = await self._pool.fetchval(
            """SELECT coalesce(m.into_unit, asked.unit) FROM (
                   SELECT coalesce((SELECT unit FROM parser_views.unit_names WHERE name = $1), $1) AS unit) asked
               LEFT JOIN gateway_views.unit_merges m ON m.unit = asked.unit""",
            name,
        )
        return found

    async def within(self, root: str) -> frozenset[str]:
        """The keys of a unit (by its key), of all that stand under it and of what was merged into any of them."""
        rows = await self._pool.fetch(
            """WITH RECURSIVE above AS (
                   SELECT key, parent FROM parser_views.units
                   UNION ALL SELECT unit, into_unit FROM gateway_views.unit_merges
               ), below AS (
                   SELECT $1::text AS key
                   UNION SELECT above.key FROM above JOIN below ON above.parent = below.key
               ) SELECT key FROM below""",
            root,
        )
        return frozenset(row["key"] for row in rows)

    async def find(self, text: str, key: str) -> str | None:
        """The key of the unit with this key, name, alias or code; of a merged one that of the unit it came to."""
        found: str | None = await self._pool.fetchval(
            """SELECT coalesce(m.into_unit, u.key)
               FROM parser_views.units u LEFT JOIN gateway_views.unit_merges m ON m.unit = u.key
               WHERE u.key = $2 OR u.name = $1 OR u.code = $1
                  OR u.key = (SELECT unit FROM parser_views.unit_names WHERE name = $2)
               ORDER BY (u.key = $2) DESC LIMIT 1""",
            text,
            key,
        )
        return found

    async def parents(self) -> dict[str, str | None]:
        """Each unit's key with that of the unit above it; a merged one stands under what it was merged into."""
        rows = await self._pool.fetch(
            """SELECT u.key, coalesce(m.into_unit, u.parent) AS parent
               FROM parser_views.units u LEFT JOIN gateway_views.unit_merges m ON m.unit = u.key"""
        )
        return {row["key"]: row["parent"] for row in rows}

    async def page(self, cursor: str | None, limit: int, filters: Filters = NO_FILTERS) -> list[UnitRow]:
        """Units, those that wait for a decision first. Filters: ``key``, ``name`` (a part), ``within``, ``open``."""
        where = Where()
        where.add("u.key <> ''")
        where.add_all(_FILTERS, filters)
        where.after(f"{_OPEN}, u.key", cursor, BY_UNIT)
        return [UnitRow(*row) for row in await self._pool.fetch(_ROWS.format(where, where.arg(limit)), *where.args)]

    async def get(self, key: str) -> UnitRow | None:
        """One unit."""
        rows: Sequence[Any] = await self.page(None, 1, {"key": key})
        return rows[0] if rows else None

    async def merge(self, unit: str, into: str, by: str, at: datetime) -> bool:
        """Merge a unit into another; False when that one has itself come to this unit."""
        async with self._pool.acquire() as conn, conn.transaction():
            await conn.execute("LOCK TABLE unit_merges IN SHARE ROW EXCLUSIVE MODE")
            end = await conn.fetchval("SELECT into_unit FROM gateway_views.unit_merges WHERE unit = $1", into)
            if unit in (into, end):
                return False
            await conn.execute(
                """INSERT INTO unit_merges VALUES ($1, $2, $3, $4)
                   ON CONFLICT (unit) DO UPDATE SET into_unit = $2, merged_by = $3, merged_at = $4""",
                unit,
                into,
                by,
                at,
            )
        return True

    async def part(self, unit: str) -> None:
        """Undo a merge."""
        await self._pool.execute("DELETE FROM unit_merges WHERE unit = $1", unit)
