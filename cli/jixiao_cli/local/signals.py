"""Ctrl-C, SIGTERM and a closed terminal all mean the same: end in order, once."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

HANG_UP = getattr(signal, "SIGHUP", None)  # Windows has none


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
    endings = [signal.SIGINT, signal.SIGTERM]
    if HANG_UP is not None and signal.getsignal(HANG_UP) is not signal.SIG_IGN:  # nohup wants it to be ignored
        endings.append(HANG_UP)
    before = {number: signal.signal(number, handler) for number in endings}
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)
