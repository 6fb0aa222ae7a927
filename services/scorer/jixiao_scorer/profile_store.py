"""The profiles that the bureau has put to use, in PostgreSQL: one row makes a profile take effect."""

from dataclasses import dataclass

from jixiao.runtime.postgres import Connection
from jixiao_scorer.profiles import Profile, profile_for
from jixiao_scorer.written import Profiles, in_use, written


@dataclass(slots=True)
class Adopted:
    """The profiles in use, read again when a row was added."""

    newest: int = -1
    profiles: Profiles = profile_for

    async def refresh(self, conn: Connection) -> Profiles:
        """The profiles in use now."""
        newest = await conn.fetchval("SELECT coalesce(max(id), 0) FROM adopted_profiles")
        if newest != self.newest:
            rows = await conn.fetch(
                """SELECT name, content FROM (SELECT DISTINCT ON (name) id, name, content FROM adopted_profiles
                                              ORDER BY name, id DESC) newest ORDER BY id"""
            )
            self.profiles = in_use(written(row["name"], row["content"]) for row in rows)
            self.newest = newest
        return self.profiles


async def adopt(conn: Connection, profile: Profile, content: str, by: str) -> None:
    """Let a profile take effect from the next form on."""
    await conn.execute(
        "INSERT INTO adopted_profiles (name, content, hash, adopted_by) VALUES ($1, $2, $3, $4)",
        profile.name,
        content,
        profile.hash,
        by,
    )
