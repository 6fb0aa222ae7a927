"""An inbox in memory, under the same contract as the one in PostgreSQL (tests/contract/test_inbox.py)."""

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

from jixiao.runtime.message import Incoming, Outgoing
from jixiao.runtime.tally import held_until_the_end

Place = tuple[str, int, int, int]


class FakeInbox:
    """Keeps everything in dicts; ``conn`` is what a decision gets as its connection."""

    def __init__(self, group: str = "group", conn: Any = None) -> None:
        self.group = group
        self.conn = conn
        self.decisions: dict[UUID, Sequence[Outgoing]] = {}
        self.sent_causes: set[UUID] = set()
        self.faults: dict[Place, int] = {}
        self.dead: dict[Place, dict[str, Any]] = {}
        self.pause_reason: str | None = None
        self.breaks: list[Exception] = []

    def _touch(self) -> None:
        if self.breaks:
            raise self.breaks.pop(0)

    async def decided(self, cause: UUID) -> Sequence[Outgoing] | None:
        self._touch()
        return self.decisions.get(cause)

    async def decide(self, cause: UUID, decide: Callable[[Any], Awaitable[Sequence[Outgoing]]]) -> Sequence[Outgoing]:
        if cause not in self.decisions:
            with held_until_the_end():
                self.decisions[cause] = list(await decide(self.conn))
        return self.decisions[cause]

    async def sent(self, cause: UUID) -> None:
        self.sent_causes.add(cause)

    async def count_fault(self, message: Incoming, fault: str) -> int:
        self._touch()
        place = _place(message)
        self.faults[place] = self.faults.get(place, 0) + 1
        return self.faults[place]

    async def is_dead(self, message: Incoming) -> tuple[bool, str, str] | None:
        row = self.dead.get(_place(message))
        return (row["copied"], row["fault"], row["reason"]) if row else None

    async def bury(self, message: Incoming, fault: str, reason: str, stack: str | None) -> None:
        json.dumps(reason)
        row = {"fault": fault, "reason": reason, "stack": stack, "copied": False}
        self.dead.setdefault(_place(message), row)

    async def copied(self, message: Incoming) -> None:
        self.dead[_place(message)]["copied"] = True

    async def pause(self, reason: str) -> None:
        self.pause_reason = self.pause_reason or reason

    async def paused(self) -> str | None:
        return self.pause_reason

    async def resume(self) -> int:
        ended, self.pause_reason = int(self.pause_reason is not None), None
        return ended


def _place(message: Incoming) -> Place:
    return message.topic, message.partition, message.offset, message.timestamp
