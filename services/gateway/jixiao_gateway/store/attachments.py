"""Files that came with people's commands, by the SHA-256 of their content."""

from datetime import datetime

import asyncpg


class AttachmentStore:
    """Keeps and finds attachments."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def add(self, document_id: str, content: bytes) -> None:
        """Keep a file; the same one again is as if it had just come."""
        await self._pool.execute(
            "INSERT INTO attachments (document_id, content) VALUES ($1, $2)"
            " ON CONFLICT (document_id) DO UPDATE SET kept_at = now()",
            document_id,
            content,
        )

    async def prune(self, before: datetime) -> None:
        """Delete what was kept before a time and came with no command that the alerts service knows of."""
        await self._pool.execute(
            """DELETE FROM attachments a WHERE kept_at < $1 AND NOT EXISTS (
                   SELECT FROM alerts_views.commands c
                   CROSS JOIN jsonb_array_elements(c.command -> 'attachments') AS file
                   WHERE file ->> 'document_id' = a.document_id)""",
            before,
        )

    async def get(self, document_id: str) -> bytes | None:
        """A file's content."""
        content: bytes | None = await self._pool.fetchval(
            "SELECT content FROM attachments WHERE document_id = $1", document_id
        )
        return content
