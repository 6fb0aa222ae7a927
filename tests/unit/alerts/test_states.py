"""The life cycle of alerts."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jixiao.events import AlertCommand, AlertState
from jixiao.events.models import Condition, Handling
from jixiao.events.transitions import TRANSITIONS, refusal
from jixiao.findings import Cause, Finding, RuleId, Severity, Subject
from jixiao_alerts import FormVersion
from jixiao_alerts import advance as advance_at
from jixiao_alerts.admission import alert_id
from jixiao_alerts.states import changes, is_worse
from tests.unit.alerts.builders import FORM, NOON, command, finding, form

ALERT = alert_id(FORM, finding())
HISTORIES = json.loads((Path(__file__).parents[1] / "cases" / "alerts" / "histories.json").read_text("utf-8"))


def advance(versions: list[FormVersion], commands: list[AlertCommand], hour: float = 9) -> dict[UUID, AlertState]:
    """The fold as of so many hours after noon."""
    return advance_at(versions, commands, NOON + timedelta(hours=hour))


def steps(history: dict[str, Any]) -> tuple[list[FormVersion], list[AlertCommand]]:
    versions, commands = [], []
    for hour, step in enumerate(history["steps"]):
        if isinstance(step, dict) and "handling" in step:
            given = step | {"handling": Handling(step["handling"])}
            seen = given.pop("seen", None)
            extra = {} if seen is None else {"seen": form(seen).version.form_id}
            commands.append(command(hour, ALERT, **given, **extra))
        else:
            versions.append(form(hour, *([finding(**step)] if step is not None else [])))
    return versions, commands


@pytest.mark.parametrize("history", HISTORIES, ids=[history["name"] for history in HISTORIES])
def test_histories(history: dict[str, Any]) -> None:
    """Each history ends in the condition and handling that its file says."""
    state = advance(*steps(history)).get(ALERT)
    ended = state and {"condition": state.condition, "handling": state.handling, "announced": state.announced}
    assert ended == (history["ends"] and {"handling": "open", "announced": True} | history["ends"])


def test_an_alert_is_named_by_form_rule_and_subject() -> None:
    """The same finding on another row, of another rule, or of another year is another alert."""
    row = finding(subject=Subject(kind="funds", name="fiscal"))
    next_year = FORM.model_copy(update={"year": "2026"})
    ids = {alert_id(FORM, finding()), alert_id(FORM, row), alert_id(FORM, finding(RuleId.FUND_SUM))}
    assert len(ids | {alert_id(next_year, finding())}) == 4


def test_of_two_findings_of_one_alert_the_gravest_that_may_be_told_stands() -> None:
    """A doubt does not hide an error, however grave; between errors the larger difference stands."""
    doubt = finding(cause=Cause.EXTRACTION_DOUBT, difference=Decimal(99))
    small, large = finding(difference=Decimal(1)), finding(difference=Decimal(-5))
    assert advance([form(0, large, doubt, small)], [])[ALERT].finding == large


def test_a_fixed_alert_names_the_first_version_without_it() -> None:
    """A later sound version changes nothing more; the last finding stays to be shown."""
    versions = [form(0, finding(stated="1")), form(1), form(2)]
    state = advance(versions, [])[ALERT]
    assert (state.version, state.finding.stated) == (versions[1].version, "1")


def test_a_return_has_its_deadline() -> None:
    """It stands while the alert is returned, a new return moves it, and an answer ends it."""
    returned = command(1, ALERT, Handling.RETURNED, deadline=NOON)
    again = command(2, ALERT, Handling.RETURNED, deadline=NOON.replace(day=9))
    answered = command(3, ALERT, Handling.RECTIFYING)
    deadlines = [
        advance([form(0, finding())], given)[ALERT].deadline
        for given in ([returned], [returned, again], [returned, again, answered])
    ]
    assert deadlines == [NOON, NOON.replace(day=9), None]


def test_a_dismissal_needs_a_reason() -> None:
    """White space is none."""
    assert "理由" in (refusal(Handling.OPEN, command(1, ALERT, Handling.DISMISSED, note="  ")) or "")
    assert refusal(Handling.OPEN, command(1, ALERT, Handling.DISMISSED, note="口径已核实")) is None


def test_a_refusal_names_the_ways_there_are() -> None:
    """What a person may do instead stands in the sentence."""
    assert refusal(Handling.CLOSED, command(1, ALERT, Handling.RETURNED)) == (
        "该预警目前为“已销号”，不能改为“已退回”；可以改为：待核实。"
    )


def test_a_deadline_passed_is_a_change_until_the_answer() -> None:
    """Overdue from the deadline on while it is returned; an answer, even late, and a new return end it."""
    due = NOON + timedelta(hours=4)
    returned = command(1, ALERT, Handling.RETURNED, deadline=due)
    for hour, commands, overdue in [
        (3.9, [returned], False),
        (4, [returned], True),
        (9, [returned, command(5, ALERT, Handling.RECTIFYING)], False),
        (9, [returned, command(5, ALERT, Handling.RETURNED, deadline=NOON + timedelta(days=9))], False),
    ]:
        assert advance([form(0, finding())], commands, hour)[ALERT].overdue is overdue
    assert not advance([form(0, finding()), form(5)], [returned])[ALERT].overdue


def test_what_only_an_older_assessment_found_is_fixed() -> None:
    """It stays in the history; found again later it is back. An older assessment never counts beside the newer."""
    judged_again = replace(form(0), superseded=(finding(),))
    assert advance([judged_again], [])[ALERT].condition is Condition.FIXED
    assert advance([judged_again, form(1, finding())], [])[ALERT].condition is Condition.REGRESSED
    both = replace(form(0, finding(stated="2")), superseded=(finding(stated="1"),))
    assert advance([both], []) == advance([form(0, finding(stated="2"))], [])
    assert advance([form(0, finding()), replace(form(1), superseded=(finding(),))], []) == advance(
        [form(0, finding()), form(1)], []
    )


def test_the_transition_table_is_whole() -> None:
    """Every handling has a way on, and every handling but open is reached from open."""
    reached, frontier = {Handling.OPEN}, {Handling.OPEN}
    while frontier:
        frontier = {to for handling in frontier for to in TRANSITIONS[handling]} - reached
        reached |= frontier
    assert set(TRANSITIONS) == set(Handling) == reached


def test_changes_are_what_differs() -> None:
    """What stays as it was is not named; the gravest comes first."""
    notice = finding(RuleId.BUDGET_ADJUSTED, Severity.NOTICE)
    before = advance([form(0, finding(), notice)], [])
    assert changes(before, before) == ()
    assert [change.after.finding.severity for change in changes({}, before)] == [Severity.ERROR, Severity.NOTICE]
    [change] = changes(before, advance([form(0, finding(), notice)], [command(1, ALERT, Handling.ACKNOWLEDGED)]))
    assert change.before is not None and change.after.handling is Handling.ACKNOWLEDGED


# --- properties

FINDINGS = st.builds(
    finding,
    rule=st.sampled_from([RuleId.EXEC_LOW, RuleId.FUND_SUM]),
    severity=st.sampled_from(list(Severity)),
    cause=st.sampled_from([Cause.ARITHMETIC, Cause.EXTRACTION_DOUBT]),
    stated=st.sampled_from(["1", "2"]),
    difference=st.sampled_from([None, Decimal(-1), Decimal(2)]),
    follows=st.sampled_from([None, None, RuleId.EXEC_ZERO]),
)
HOURS = st.integers(0, 8)
VERSIONS = st.lists(
    st.builds(lambda hour, found: form(hour, *found), HOURS, st.lists(FINDINGS, max_size=3)),
    max_size=6,
    unique_by=lambda version: version.version.form_id,
)
COMMANDS = st.lists(
    st.builds(
        lambda hour, rule, handling, seen: command(
            hour, alert_id(FORM, finding(rule)), handling, seen=form(seen).version.form_id
        ),
        HOURS,
        st.sampled_from([RuleId.EXEC_LOW, RuleId.FUND_SUM]),
        st.sampled_from(list(Handling)),
        HOURS,
    ),
    max_size=6,
)


@given(VERSIONS, COMMANDS, st.randoms(use_true_random=False))
def test_order_of_arrival_and_repeats_do_not_count(
    versions: list[FormVersion], commands: list[AlertCommand], chance: Any
) -> None:
    """Shuffled and with repeats, the same facts come to the same states."""
    late = [*versions, *chance.sample(versions, len(versions) // 2)]
    twice = [*commands, *commands]
    chance.shuffle(late)
    chance.shuffle(twice)
    assert advance(late, twice) == advance(versions, commands)


@given(VERSIONS, COMMANDS)
def test_states_agree_with_a_small_model(versions: list[FormVersion], commands: list[AlertCommand]) -> None:
    """The conditions are those that the newest versions alone say, looked at one alert at a time."""
    ordered = sorted(versions, key=lambda version: version.version.order)
    states = advance(versions, commands)
    rows: dict[UUID, list[Finding | None]] = {}
    for at, version in enumerate(ordered):
        for each in version.findings:
            rows.setdefault(alert_id(FORM, each), [None] * len(ordered))[at] = each
    assert states.keys() == rows.keys()
    for alert, row in rows.items():
        assert (states[alert].condition is Condition.FIXED) == (row[-1] is None)
        _check_present(states[alert], row)


def _check_present(state: AlertState, row: list[Finding | None]) -> None:
    if row[-1] is None:
        return
    earlier = row[:-1]
    if not any(earlier):
        assert state.condition is Condition.NEW
    elif earlier[-1] is None:
        assert state.condition is Condition.REGRESSED
    else:
        assert state.condition in (Condition.WORSE, Condition.ONGOING)


@given(VERSIONS, COMMANDS)
def test_commands_never_move_the_facts(versions: list[FormVersion], commands: list[AlertCommand]) -> None:
    """Without any command the condition, finding and version of every alert are the same."""
    with_them, without = advance(versions, commands), advance(versions, [])
    facts = [{key: (s.condition, s.finding, s.version) for key, s in states.items()} for states in (with_them, without)]
    assert facts[0] == facts[1]


@given(FINDINGS, FINDINGS)
def test_worse_is_never_worse_both_ways_in_severity(one: Finding, other: Finding) -> None:
    """What is graver is worse than the milder one, never the reverse; nothing is worse than itself."""
    assert not is_worse(one, one)
    if one.severity is not other.severity:
        assert is_worse(one, other) != is_worse(other, one)
