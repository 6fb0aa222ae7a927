"""Which versions are admitted: a table of short stories, and properties over random ones."""

import itertools
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jixiao.events import AlertCommand
from jixiao.events.matching import speaks
from jixiao.events.models import Condition, Handling
from jixiao.findings import RuleId
from jixiao_alerts import FormVersion, advance
from jixiao_alerts.admission import alert_id, rulings
from tests.unit.alerts.builders import FORM, NOON, command, finding, form, held

ALERT = alert_id(FORM, finding())
STORIES = json.loads((Path(__file__).parents[1] / "cases" / "alerts" / "admission.json").read_text("utf-8"))
END = NOON + timedelta(hours=99)


def told(story: dict[str, Any]) -> tuple[list[FormVersion], list[AlertCommand]]:
    """Versions are handed in at the full hours; a verdict [hour, version, handling] is given at its hour."""
    versions = [
        form(
            hour,
            *([finding()] * each.get("found", 0)),
            outside="outside" in each,
            doubted=each.get("doubted", ()),
            **each.get("identity", {}),
        )
        for hour, each in enumerate(story["versions"])
    ]
    verdicts = [
        command(hour, held(versions[at]), Handling(handling), deadline=NOON if handling == "returned" else None)
        for hour, at, handling in story.get("verdicts", ())
    ]
    return versions, verdicts


@pytest.mark.parametrize("story", STORIES, ids=[story["name"] for story in STORIES])
def test_stories(story: dict[str, Any]) -> None:
    """Which versions are admitted, and in which condition and handling their alerts end."""
    versions, verdicts = told(story)
    admitted = [at for at, ruling in enumerate(rulings(versions, verdicts)) if ruling.admitted]
    assert admitted == story["admitted"]
    states = advance(versions, verdicts, END)
    ends = {str(at): states[held(each)] for at, each in enumerate(versions) if held(each) in states}
    assert {at: [state.condition.value, state.handling.value] for at, state in ends.items()} == story.get("held", {})
    if "alert" in story:
        assert states[ALERT].condition.value == story["alert"] if story["alert"] else ALERT not in states


def test_what_a_held_version_asks() -> None:
    """Both reasons in one sentence for the reviewer; nobody outside the bureau hears of it."""
    versions = [form(0), form(1, outside=True, doubted=["总分", "分值合计"])]
    asked = advance(versions, [], END)[held(versions[1])].finding
    assert asked.rule is RuleId.VERSION_HELD and not speaks(asked)
    assert asked.sentence == (
        "新上报的版本没有自动生效：表上的单位“云溪区教育局”不在上报人所属单位的范围之内；"
        "分值合计、总分读取存疑，而现行版本中没有这些存疑。请对照原件核实后决定是否采用；在此之前以原版本为准。"
    )


def test_a_doubtful_answer_is_an_answer_a_stranger_s_is_none() -> None:
    """A unit is not overdue because our reading was unsure; nor does anybody else's form answer for it."""
    returned = command(1, ALERT, Handling.RETURNED, deadline=NOON + timedelta(hours=5))
    for answer, handling in [
        (form(2, doubted=["总分"]), Handling.RECTIFYING),
        (form(2, outside=True), Handling.RETURNED),
        (form(2, unit="云溪区水务局", unit_name="云溪区水务局"), Handling.RETURNED),
    ]:
        state = advance([form(0, finding()), answer], [returned], END)[ALERT]
        assert (state.handling, state.condition) == (handling, Condition.NEW)


# --- properties

VERSIONS = st.lists(
    st.builds(
        lambda hour, found, outside, doubted: form(hour, *found, outside=outside, doubted=doubted),
        st.integers(0, 8),
        st.sampled_from([(), (finding(),)]),
        st.booleans(),
        st.sets(st.sampled_from("ab")),
    ),
    max_size=6,
    unique_by=lambda version: version.version.form_id,
)
COMMANDS = st.lists(
    st.builds(
        lambda hour, version, handling: command(hour, held(form(version)), handling),
        st.integers(0, 9),
        st.integers(0, 8),
        st.sampled_from(list(Handling)),
    ),
    max_size=8,
)


@given(VERSIONS, COMMANDS, st.randoms(use_true_random=False))
def test_order_of_arrival_and_repeats_do_not_count(
    versions: list[FormVersion], commands: list[AlertCommand], chance: Any
) -> None:
    """The same facts give the same rulings and states."""
    late, twice = chance.sample(versions, len(versions)), [*commands, *commands]
    chance.shuffle(twice)
    assert rulings(late, commands) == rulings(versions, commands)
    assert advance(late, twice, END) == advance(versions, commands, END)


@given(VERSIONS, COMMANDS)
def test_only_admitted_versions_count(versions: list[FormVersion], commands: list[AlertCommand]) -> None:
    """Without the versions that are not admitted, every other alert's condition is the same."""
    ruled = rulings(versions, commands)
    admitted = [each.form for each in ruled if each.admitted]
    own = {each.alert_id for each in ruled}
    whole, without = advance(versions, commands, END), advance(admitted, commands, END)
    conditions = [
        {key: (state.condition, state.version) for key, state in states.items() if key not in own}
        for states in (whole, without)
    ]
    assert conditions[0] == conditions[1]


@given(VERSIONS)
def test_without_a_verdict_nothing_worse_comes_into_force(versions: list[FormVersion]) -> None:
    """No stranger's form, and after the first no doubt that the one before had not."""
    admitted = [each.form for each in rulings(versions, []) if each.admitted]
    assert not any(each.version.outside for each in admitted)
    for before, after in itertools.pairwise(admitted):
        assert after.doubted.keys() <= before.doubted.keys()
