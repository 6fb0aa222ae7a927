"""The event of a form that was judged."""

from datetime import UTC, datetime

import pytest

from jixiao.events import FormScored
from jixiao.events.topics import EVENT_LIMIT
from jixiao.findings import Finding
from jixiao.runtime.errors import Unreadable
from jixiao_scorer.app import told
from jixiao_scorer.context import judge_projects
from tests.unit.scorer.members import member, members

NOW = datetime(2026, 3, 1, tzinfo=UTC)
OWN, ACROSS = "自身", "跨表"


def event_with(*sentences: tuple[str, int]) -> tuple[FormScored, list[Finding]]:
    """An assessment, and a finding of each length."""
    finding = next(iter(judge_projects(members([{}, {"set": {"total_score": "99"}}]))[member(1).form_id]))
    form = member(1)
    found = [finding.model_copy(update={"sentence": what * (size // len(what.encode()))}) for what, size in sentences]
    judged = FormScored(
        identity=form.identity,
        version=form.version,
        forms_in_upload=1,
        rules_version=1,
        profile="",
        profile_hash="",
        figures=(),
        findings=(),
    )
    return judged, found


def test_an_event_that_other_forms_make_too_large_tells_the_own_findings() -> None:
    """Else the form that came would be refused for what another one has grown to."""
    judged, (own, across) = event_with((OWN, EVENT_LIMIT - 10_000), (ACROSS, 20_000))
    event = FormScored.model_validate_json(
        told(judged.model_copy(update={"findings": (own,)}), [across], NOW, "0" * 32).value
    )
    assert event.findings == (own,)


def test_an_event_too_large_by_itself_is_refused() -> None:
    judged, (own,) = event_with((OWN, EVENT_LIMIT))
    with pytest.raises(Unreadable, match="MiB"):
        told(judged.model_copy(update={"findings": (own,)}), [], NOW, "0" * 32)
