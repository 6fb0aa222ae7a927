"""The tail of the live log, read once for all watchers of this process."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Collection
from contextlib import suppress
from typing import Protocol

import structlog

from jixiao.runtime.faults import is_world_broken
from jixiao_gateway.store.events import NumberedEvent

log = structlog.get_logger(__name__)

POLL_SECONDS = 0.5
KEPT = 2000
BATCH = 500


class Log(Protocol):
    """What the hub needs of the live log."""

    async def after(self, seq: int, limit: int) -> list[NumberedEvent]:
        """The events behind a number, in order."""

    async def last(self) -> int:
        """The number of the newest event."""


class Hub:
    """Follows the live log. ``run`` must run beside the watchers."""

    def __init__(self, events: Log, poll: float = POLL_SECONDS) -> None:
        self._events = events
        self._poll = poll
        self._kept: deque[NumberedEvent] = deque()
        self._floor = 0  # every event with a larger number, up to position, is kept
        self._news = asyncio.Event()
        self._wake = asyncio.Event()
        self._closed = False
        self.position: int | None = None

    def wake(self) -> None:
        """Say that something was just written to the log."""
        self._wake.set()

    def close(self) -> None:
        """End all watchers, so that the server can stop."""
        self._closed = True
        self._tell()

    async def run(self) -> None:
        """Read the log for ever; other gateways' events are found by looking."""
        while not self._closed:
            try:
                await self._read()
            except Exception as fault:
                if not is_world_broken(fault):
                    raise
                log.warning("live log away, trying again", fault=repr(fault))
            # not wait_for: before Python 3.12 it swallows a cancellation that meets the event
            with suppress(TimeoutError):
                async with asyncio.timeout(self._poll):
                    await self._wake.wait()

    async def _read(self) -> None:
        self._wake.clear()
        if self.position is None:
            self.position = self._floor = await self._events.last()
            self._tell()
        while batch := await self._events.after(self.position, BATCH):
            self._kept.extend(batch)
            self.position = batch[-1].seq
            while len(self._kept) > KEPT:
                self._floor = self._kept.popleft().seq
            self._tell()

    async def follow(self, after: int | None, types: Collection[str] = ()) -> AsyncGenerator[NumberedEvent, None]:
        """Events behind a number (None: from now on), for ever; all types when none is named."""
        while self.position is None and not self._closed:
            await self._wait(self._news)
        at = after if after is not None else self.position or 0
        while not self._closed:
            news = self._news
            batch = await self._behind(at)
            for event in batch:
                at = event.seq
                if not types or event.type in types:
                    yield event
            if not batch:
                await self._wait(news)

    async def _behind(self, seq: int) -> list[NumberedEvent]:
        if seq < self._floor:
            return await self._events.after(seq, BATCH)
        return [event for event in self._kept if event.seq > seq]

    async def _wait(self, news: asyncio.Event) -> None:
        if not self._closed:
            await news.wait()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()
