"""Accepted uploads on their way into the database: never in the way of an answer, tried until written."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from jixiao.runtime.faults import is_world_broken
from jixiao_gateway.upload import Upload

log = structlog.get_logger(__name__)

RETRY_SECONDS = 1.0
BATCH = 500


class Ledger:
    """Rows that wait in memory; a killed gateway loses them, and the parser's view still knows the uploads."""

    def __init__(self, write: Callable[[Sequence[Upload]], Awaitable[None]], retry: float = RETRY_SECONDS) -> None:
        self._write = write
        self._retry = retry
        self._waiting: list[Upload] = []
        self._news = asyncio.Event()

    def note(self, upload: Upload) -> None:
        """Take an accepted upload."""
        self._waiting.append(upload)
        self._news.set()

    def find(self, upload_id: object) -> Upload | None:
        """An upload that is not written yet."""
        return next((upload for upload in self._waiting if upload.id == upload_id), None)

    async def run(self) -> None:
        """Write for ever."""
        while True:
            await self._news.wait()
            if not await self.flush():
                await asyncio.sleep(self._retry)

    async def flush(self) -> bool:
        """Write what waits; False when the database is away."""
        self._news.clear()
        while batch := self._waiting[:BATCH]:
            try:
                await self._write(batch)
            except Exception as fault:
                if not is_world_broken(fault):
                    log.error("uploads cannot be written", uploads=[str(each.id) for each in batch], exc_info=fault)
                    del self._waiting[: len(batch)]
                    continue
                log.warning("uploads wait for the database", waiting=len(self._waiting), fault=repr(fault))
                self._news.set()
                return False
            del self._waiting[: len(batch)]
        return True
