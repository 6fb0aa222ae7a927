"""One line of the table of measurements."""

import time
from collections.abc import Callable
from dataclasses import dataclass

SECONDS, TURNS = 0.5, 6


@dataclass(frozen=True)
class Figure:
    """What was measured, the figure with its unit, and the peer or limit beside it."""

    what: str
    measured: str
    beside: str


def rate(work: Callable[[int], int], clock: Callable[[], float] = time.perf_counter) -> float:
    """Units a second: call ``work`` (round → units done) after one warm-up; the best of some turns, each half a second.

    ``clock`` is ``time.process_time`` where all work is done in this process, so that what else runs does not count.
    """
    work(0)
    best, rounds = 0.0, 0
    for _ in range(TURNS):
        done, began = 0, clock()
        while clock() - began < SECONDS:
            rounds += 1
            done += work(rounds)
        best = max(best, done / (clock() - began))
    return best
