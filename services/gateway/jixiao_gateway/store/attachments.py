"""Files that came with people's commands, by the SHA-256 of their content."""

import asyncpg


class AttachmentStore:
    """Keeps and finds attachments."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def add(self, document_id: str, content: bytes) -> None:
        """Keep a file; the same one again changes nothing."""
        await self._pool.execute(
            "INSERT INTO attachments (document_id, content) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            document_id,
            content,
        )

    async def get(self, document_id: str) -> bytes | None:
        """A file's content."""
        content: bytes | None = await self._pool.fetchval(
            "SELECT content FROM attachments WHERE document_id = $1", document_id
        )
        return content
