"""Counts of what a transaction decides, held back until it is committed: one that is repeated counts once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_held: ContextVar[list[Callable[[], None]] | None] = ContextVar("held", default=None)


@contextmanager
def held_until_the_end() -> Iterator[None]:
    """Hold back what is counted inside; count it at the end, or never when the inside raises."""
    counts: list[Callable[[], None]] = []
    token = _held.set(counts)
    try:
        yield
    finally:
        _held.reset(token)
    for count in counts:
        count()


def after_commit(count: Callable[[], None]) -> None:
    """Call ``count`` once the decision in progress is committed; at once when there is none."""
    held = _held.get()
    if held is None:
        count()
    else:
        held.append(count)
