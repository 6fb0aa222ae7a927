"""Forms of one unit for tests: the base form changed by path, handed in one after another."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from jixiao.identity import FormIdentity, Version, derived_id, normalise_name
from jixiao_scorer.context import Member
from jixiao_scorer.profiles import profile_named
from tests.unit.scorer.forms import form

_START = datetime(2024, 3, 1, tzinfo=UTC)


def member(
    place: int, changes: Mapping[str, str | None] | None = None, doubts: Sequence[str] = (), outside: bool = False
) -> Member:
    """A form handed in as the ``place``-th of its unit; ``outside``: by a stranger to the unit."""
    read = form(changes, doubts=doubts)
    unit = normalise_name(read.unit.text or "")
    version = Version(
        upload_id=derived_id("upload", place),
        uploaded_at=_START + timedelta(hours=place),
        document_id=f"{place}",
        ordinal=1,
        outside=outside,
    )
    return Member(FormIdentity.of(read, unit, None), version, read, profile_named("shenzhen"))


def members(forms: Sequence[Mapping[str, Any]]) -> list[Member]:
    """Those of a case, in the order of handing in."""
    return [
        member(place, each.get("set"), each.get("doubt", ()), each.get("outside", False))
        for place, each in enumerate(forms)
    ]
