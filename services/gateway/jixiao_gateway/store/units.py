"""The unit register, as the parser publishes it: who stands under whom."""

import asyncpg


class UnitStore:
    """Reads the register."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def within(self, root: str) -> frozenset[str]:
        """The keys of a unit (by its key) and of all that stand under it; the unit itself need not be registered."""
        rows = await self._pool.fetch(
            """WITH RECURSIVE below AS (
                   SELECT $1::text AS key
                   UNION SELECT u.key FROM parser_views.units u JOIN below ON u.parent = below.key
               ) SELECT key FROM below""",
            root,
        )
        return frozenset(row["key"] for row in rows)

    async def find(self, text: str, key: str) -> str | None:
        """The key of the unit with this key, name or code."""
        found: str | None = await self._pool.fetchval(
            """SELECT key FROM parser_views.units WHERE key = $2 OR name = $1 OR code = $1
               ORDER BY (key = $2) DESC LIMIT 1""",
            text,
            key,
        )
        return found

    async def parents(self) -> dict[str, str | None]:
        """Each unit's key with that of the unit above it."""
        return {
            row["key"]: row["parent"] for row in await self._pool.fetch("SELECT key, parent FROM parser_views.units")
        }
