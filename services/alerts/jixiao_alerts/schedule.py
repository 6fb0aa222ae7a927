"""When a message is tried again: waits under a doubling ceiling with full jitter, for two days."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum

from jixiao_alerts.channels import Delivered, Failed, Fault, Result

SHORTEST = timedelta(seconds=1)
FIRST = timedelta(seconds=5)
LONGEST = timedelta(hours=4)
LIMITED = timedelta(minutes=1)  # at least, of a platform that takes no more for now
GIVE_UP_AFTER = timedelta(days=2)
ATTEMPTS_AT_LEAST = 12  # also of a message that waited long for its first attempt
DISABLE_AFTER = timedelta(days=5)
BEIJING = timezone(timedelta(hours=8))


class State(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Next:
    """The delivery's state after an attempt, and when it is due again if it is pending."""

    state: State
    at: datetime


def delay_bounds(attempt: int) -> tuple[timedelta, timedelta]:
    """The shortest and longest wait after this attempt (the first is 1)."""
    doublings = min(attempt - 1, 16)
    return SHORTEST, min(FIRST * 2**doublings, LONGEST)


def after(result: Result, attempt: int, created_at: datetime, now: datetime, luck: float) -> Next:
    """What follows from the result of an attempt; ``luck`` (0 to 1) picks the wait within its bounds."""
    if isinstance(result, Delivered):
        return Next(State.DELIVERED, now)
    shortest, longest = delay_bounds(attempt)
    if isinstance(result, Failed) and result.fault is Fault.LIMIT:
        shortest, longest = max(shortest, LIMITED), max(longest, LIMITED)
    at = now + shortest + (longest - shortest) * luck
    too_late = attempt >= ATTEMPTS_AT_LEAST and at - created_at > GIVE_UP_AFTER
    if too_late or not (isinstance(result, Failed) and result.retry):
        return Next(State.DEAD, now)
    return Next(State.PENDING, at)


def is_lost(failing_since: datetime, failures: int, now: datetime) -> bool:
    """Whether a target that took nothing since then is to be disabled."""
    return failures >= ATTEMPTS_AT_LEAST and now - failing_since >= DISABLE_AFTER


def digest_at(now: datetime, hour: int, weekday: int | None) -> datetime:
    """The next full hour in Beijing for a digest, each day or on one weekday (Monday is 1); after ``now``."""
    at = now.astimezone(BEIJING).replace(hour=hour, minute=0, second=0, microsecond=0)
    while at <= now or weekday not in (None, at.isoweekday()):
        at += timedelta(days=1)
    return at
