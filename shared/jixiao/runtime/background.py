"""What a service does beside its topics: look for work by the clock, and tell what it decided."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from uuid import UUID

import structlog

from jixiao.runtime.health import Health
from jixiao.runtime.inbox import Inbox
from jixiao.runtime.produce import Producer

log = structlog.get_logger(__name__)

POLL_SECONDS = 5.0


async def keep_looking(name: str, look: Callable[[], Awaitable[bool]], health: Health) -> None:
    """Look for ever, at once again while ``look`` says that there is more; what the world does is waited out."""
    while True:
        try:
            while await look():
                pass
        except Exception as fault:
            log.warning("cannot look for work, trying again", work=name, fault=repr(fault))
            health.broken[name] = f"{type(fault).__name__}: {fault}"
        else:
            health.broken.pop(name, None)
        await asyncio.sleep(POLL_SECONDS)


async def tell_decided(inbox: Inbox, producer: Producer, causes: Iterable[UUID]) -> None:
    """Send what was decided, also by a process that died before it could; a repeat has the same ids."""
    for cause in causes:
        for event in await inbox.decided(cause) or ():
            await producer.send(event)
        await inbox.sent(cause)
