"""A producer in memory that can be told to break."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from jixiao.runtime.message import Outgoing


@dataclass
class FakeProducer:
    """Keeps what was sent; ``breaks`` holds faults to raise, one a send."""

    sent: list[Outgoing] = field(default_factory=list)
    raw: list[tuple[str, bytes | None, bytes | None, dict[str, bytes]]] = field(default_factory=list)
    breaks: list[Exception] = field(default_factory=list)

    async def send(self, message: Outgoing) -> None:
        if self.breaks:
            raise self.breaks.pop(0)
        self.sent.append(message)

    async def send_raw(
        self, topic: str, key: bytes | None, value: bytes | None, headers: Iterable[tuple[str, bytes]]
    ) -> None:
        if self.breaks:
            raise self.breaks.pop(0)
        self.raw.append((topic, key, value, dict(headers)))

    async def answers(self) -> None:
        if self.breaks:
            raise self.breaks.pop(0)
