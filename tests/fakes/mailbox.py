"""An SMTP server on loopback that fails on purpose."""

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Letter:
    """One letter as it was handed over."""

    sender: str
    recipient: str
    content: bytes


class Mailbox:
    """Treats each letter as the next of ``behaviours`` says, the last one for ever.

    A behaviour is ``"take"``, a code with which the recipient is refused (450, 550), ``"hang"`` (no answer to the
    letter) or ``"cut"`` (take it, then close without an answer).
    """

    def __init__(self, *behaviours: int | str) -> None:
        self.letters: list[Letter] = []
        self.port = 0
        self._behaviours = deque(behaviours or ("take",))
        self._stopped = asyncio.Event()
        self._came = asyncio.Condition()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=16 * 1024 * 1024)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._stopped.set()
        self._server.close()
        await self._server.wait_closed()

    async def wait_for(self, count: int, seconds: float = 10) -> list[Letter]:
        """What was received, once it is so many. Raises TimeoutError."""
        async with asyncio.timeout(seconds), self._came:
            await self._came.wait_for(lambda: len(self.letters) >= count)
        return self.letters

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._talk(reader, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sender = recipient = ""
        writer.write(b"220 mailbox\r\n")
        while line := (await reader.readline()).decode():
            command = line[:4].upper().strip()
            if command == "MAIL":
                sender = line[line.index("<") + 1 : line.index(">")]
            elif command == "RCPT":
                recipient = line[line.index("<") + 1 : line.index(">")]
                if isinstance(code := self._behaviours[0], int):
                    self._next()
                    writer.write(f"{code} no\r\n".encode())
                    continue
            elif command == "DATA":
                writer.write(b"354 go on\r\n")
                content = await reader.readuntil(b"\r\n.\r\n")
                if not await self._receive(Letter(sender, recipient, content[:-3])):
                    return
            writer.write(b"221 bye\r\n" if command == "QUIT" else b"250 ok\r\n")
            if command == "QUIT":
                return

    async def _receive(self, letter: Letter) -> bool:
        async with self._came:
            self.letters.append(letter)
            self._came.notify_all()
        behaviour = self._next()
        if behaviour == "hang":
            await self._stopped.wait()
        return behaviour == "take"

    def _next(self) -> int | str:
        return self._behaviours.popleft() if len(self._behaviours) > 1 else self._behaviours[0]
