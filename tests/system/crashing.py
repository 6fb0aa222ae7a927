"""Runs a service that kills itself once, between two of its effects: ``python -m tests.system.crashing``.

Arguments: SERVICE POINT NTH MARKER. The NTH time the point is reached the process gets SIGKILL, unless the file MARKER
exists (then it has crashed before). The product itself has no such hook: its parts are wrapped here.
"""

import importlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from jixiao.runtime import inbox
from jixiao.runtime.inbox import Inbox
from jixiao.runtime.produce import Producer

Method = Callable[..., Awaitable[Any]]


class Fuse:
    """Kills the process at the nth time it is reached, once for ever."""

    def __init__(self, nth: int, marker: Path) -> None:
        self.left = nth
        self.marker = marker

    def reached(self) -> None:
        self.left -= 1
        if self.left == 0 and not self.marker.exists():
            self.marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)


def _before(owner: Any, name: str, fuse: Fuse) -> None:
    original: Method = getattr(owner, name)

    async def wrapped(*args: Any, **named: Any) -> Any:
        fuse.reached()
        return await original(*args, **named)

    setattr(owner, name, wrapped)


def _after(owner: Any, name: str, fuse: Fuse) -> None:
    original: Method = getattr(owner, name)

    async def wrapped(*args: Any, **named: Any) -> Any:
        result = await original(*args, **named)
        fuse.reached()
        return result

    setattr(owner, name, wrapped)


POINTS: dict[str, Callable[[Fuse], None]] = {
    "before the decision": lambda fuse: _before(Inbox, "decide", fuse),
    "inside the transaction": lambda fuse: _after(inbox, "_keep", fuse),
    "decision written": lambda fuse: _after(Inbox, "decide", fuse),
    "event sent": lambda fuse: _after(Producer, "send", fuse),
    "all sent": lambda fuse: _before(Inbox, "sent", fuse),
    "noted, not acknowledged": lambda fuse: _after(Inbox, "sent", fuse),
}


def _sent_not_recorded(fuse: Fuse) -> None:
    """A message has gone out, its attempt is not in the ledger; only the alerts service has such a point."""
    _before(importlib.import_module("jixiao_alerts.ledger"), "record", fuse)


def _claimed(fuse: Fuse) -> None:
    """A message is taken and its body written, nothing has been sent."""
    _after(importlib.import_module("jixiao_alerts.delivery"), "sealed", fuse)


DELIVERY_POINTS: dict[str, Callable[[Fuse], None]] = {
    "message taken": _claimed,
    "message sent, not recorded": _sent_not_recorded,
}


def main() -> None:
    service, point, nth, marker = sys.argv[1:5]
    (POINTS | DELIVERY_POINTS)[point](Fuse(int(nth), Path(marker)))
    sys.argv = sys.argv[:1]
    importlib.import_module(f"jixiao_{service}.__main__").main()


if __name__ == "__main__":
    main()
