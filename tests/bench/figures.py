"""One line of the table of measurements."""

import time
from collections.abc import Callable
from dataclasses import dataclass

SECONDS = 3.0


@dataclass(frozen=True)
class Figure:
    """What was measured, the figure with its unit, and the peer or limit beside it."""

    what: str
    measured: str
    beside: str


def rate(work: Callable[[int], int]) -> float:
    """Units a second: call ``work`` (round → units done) for some seconds, after one warm-up."""
    work(0)
    done, rounds, began = 0, 0, time.perf_counter()
    while time.perf_counter() - began < SECONDS:
        rounds += 1
        done += work(rounds)
    return done / (time.perf_counter() - began)
