"""What the bureau has put to use, in PostgreSQL: one row makes a profile, or a release's rules, take effect."""

from dataclasses import dataclass

import structlog

from jixiao.runtime import metrics
from jixiao.runtime.postgres import Connection
from jixiao_scorer.profiles import Profile, profile_for
from jixiao_scorer.release import RELEASE, Release
from jixiao_scorer.written import Profiles, accepted, in_use

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Adopted:
    """The profiles in use, read again when a row was added.

    ``refused`` says which adopted profiles this release does not take; the last one that it takes is in use instead.
    """

    newest: int = -1
    profiles: Profiles = profile_for
    refused: tuple[str, ...] = ()

    async def refresh(self, conn: Connection) -> Profiles:
        """The profiles in use now."""
        newest = await conn.fetchval("SELECT coalesce(max(id), 0) FROM adopted_profiles")
        if newest != self.newest:
            rows = await conn.fetch("SELECT name, content FROM adopted_profiles ORDER BY id DESC")
            profiles, self.refused = accepted((row["name"], row["content"]) for row in rows)
            self.profiles = in_use(profiles)
            self.newest = newest
            metrics.PROFILES_REFUSED.set(len(self.refused))
            for reason in self.refused:
                log.error("an adopted profile is not taken by this release, the last valid one stays", reason=reason)
        return self.profiles


async def adopt(conn: Connection, profile: Profile, content: str, by: str) -> None:
    """Let a profile take effect, with the rules of this release, for new forms and for what is stored."""
    async with conn.transaction():
        await conn.execute(
            "INSERT INTO adopted_profiles (name, content, hash, adopted_by) VALUES ($1, $2, $3, $4)",
            profile.name,
            content,
            profile.hash,
            by,
        )
        await adopt_release(conn, by)


async def adopt_release(conn: Connection, by: str) -> None:
    """Let the rules of this release take effect for what is stored."""
    if await release_in_force(conn) != RELEASE:
        await conn.execute(
            "INSERT INTO adopted_rules (rules_version, profiles, adopted_by) VALUES ($1, $2, $3)", *RELEASE, by
        )


async def release_in_force(conn: Connection) -> Release | None:
    """The release whose rules were adopted last; None where none ever was."""
    row = await conn.fetchrow("SELECT rules_version, profiles FROM adopted_rules ORDER BY id DESC LIMIT 1")
    return Release(*row) if row is not None else None
