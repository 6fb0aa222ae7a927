"""When a message is tried again, and when no more."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from jixiao_alerts.channels import Delivered, Failed, Fault, Refused
from jixiao_alerts.schedule import GIVE_UP_AFTER, LIMITED, LONGEST, State, after, delay_bounds
from tests.unit.alerts.builders import NOON

FAILED = Failed(Fault.TIMEOUT, "")
LUCK = st.floats(0, 1, exclude_max=True)


@given(st.integers(1, 10_000))
def test_the_ceiling_doubles_up_to_its_limit(attempt: int) -> None:
    """Never shorter than before, never over the longest."""
    shortest, longest = delay_bounds(attempt)
    assert timedelta(0) < shortest < longest <= LONGEST
    assert longest == min(delay_bounds(attempt + 1)[1], longest)


@given(st.integers(1, 60), st.integers(0, 100), LUCK)
def test_waits_stay_within_their_bounds(attempt: int, hours: int, luck: float) -> None:
    """What is tried again is due between the shortest and the longest wait."""
    now = NOON + timedelta(hours=hours)
    following = after(FAILED, attempt, NOON, now, luck)
    shortest, longest = delay_bounds(attempt)
    assert following.state is State.DEAD or now + shortest <= following.at <= now + longest


@given(st.lists(LUCK, min_size=400, max_size=400))
def test_a_dead_target_is_tried_for_more_than_a_day(lucks: list[float]) -> None:
    """Whatever the luck, a message is given up only when the next attempt would fall after the limit."""
    now = NOON
    for attempt, luck in enumerate(lucks, 1):
        following = after(FAILED, attempt, NOON, now, luck)
        if following.state is State.DEAD:
            assert now - NOON > GIVE_UP_AFTER - LONGEST > timedelta(days=1)
            return
        now = following.at


def test_a_message_that_waited_for_its_first_attempt_gets_more() -> None:
    """A service down for a week does not give up at once."""
    assert after(FAILED, 1, NOON, NOON + timedelta(days=7), 0.5).state is State.PENDING


@given(st.integers(1, 60), LUCK)
def test_a_platform_s_limit_is_given_time(attempt: int, luck: float) -> None:
    """They count by the minute, and some count on while one goes on trying."""
    following = after(Failed(Fault.LIMIT, ""), attempt, NOON, NOON, luck)
    assert following.state is State.DEAD or LIMITED <= following.at - NOON <= LONGEST


def test_the_end_of_a_delivery() -> None:
    """Delivered is delivered; what can never succeed is dead at once."""
    results = [Delivered("HTTP 200"), Refused("内部网络"), Failed(Fault.GONE, "", retry=False), FAILED]
    states = [after(result, 1, NOON, NOON, 0.5).state for result in results]
    assert states == [State.DELIVERED, State.DEAD, State.DEAD, State.PENDING]
