"""Ctrl-C, SIGTERM and a closed terminal all mean the same: end in order, once."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def interruptible() -> Iterator[None]:
    """Inside, each of the signals raises KeyboardInterrupt; it ends here."""
    try:
        with _handling(signal.default_int_handler):
            yield
    except KeyboardInterrupt:
        pass


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Inside, the signals do nothing: what is being stopped is stopped to the end."""
    with _handling(signal.SIG_IGN):
        yield


@contextmanager
def _handling(handler: signal.Handlers | Callable[..., Any]) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in ENDINGS}
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)
