"""An HTTP receiver of webhooks on loopback that fails on purpose."""

import asyncio
from collections import deque
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from aiohttp import web


@dataclass(frozen=True)
class Received:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """Answers each request with the next of ``behaviours``, the last one for ever.

    A behaviour is a status, ``"cut"`` (take it, then close without an answer), ``"hang"`` (never answer) or the bytes
    of an answer with status 200.
    """

    def __init__(self, *behaviours: int | str | bytes, text: str = "") -> None:
        self.received: list[Received] = []
        self.port = 0
        self._behaviours = deque(behaviours or (204,))
        self._text = text
        self._stopped = asyncio.Event()
        self._came = asyncio.Condition()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/hook"

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._stopped.set()
        await self._runner.cleanup()

    async def wait_for(self, count: int, seconds: float = 10) -> list[Received]:
        """What was received, once it is so many. Raises TimeoutError."""
        async with asyncio.timeout(seconds), self._came:
            await self._came.wait_for(lambda: len(self.received) >= count)
        return self.received

    async def _answer(self, request: web.Request) -> web.Response:
        body = await request.read()
        async with self._came:
            self.received.append(Received(request.path, dict(request.headers), body))
            self._came.notify_all()
        behaviour = self._behaviours[0]
        if len(self._behaviours) > 1:
            self._behaviours.popleft()
        if behaviour == "hang":
            await self._stopped.wait()
        if isinstance(behaviour, str):
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if isinstance(behaviour, bytes):
            return web.Response(body=behaviour, content_type="application/json")
        headers = {"Location": "http://127.0.0.1:1/elsewhere"} if 300 <= behaviour < 400 else {}
        return web.Response(status=behaviour, text=self._text, headers=headers)
