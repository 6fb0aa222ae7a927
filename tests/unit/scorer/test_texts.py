"""NARRATIVE across forms: the account text beside the forms in force, whatever came first."""

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from jixiao.findings import Cause, Finding, RuleId
from jixiao.identity import FormIdentity, Version, derived_id, normalise_name
from jixiao_scorer import assess
from jixiao_scorer.context import Member, judge_texts, merged
from jixiao_scorer.profiles import profile_for
from tests.unit.scorer.accounts import accounts
from tests.unit.scorer.forms import CASES, form
from tests.unit.scorer.members import member

COUNTS: dict[str, Any] = json.loads((CASES / "accounts" / "counts.json").read_text(encoding="utf-8"))
FILE: list[dict[str, Any]] = json.loads((CASES / "accounts" / "texts.json").read_text(encoding="utf-8"))


def accounts_member(changes: dict[str, str], place: int = 9) -> Member:
    """The accounts of the sample, handed in as the ``place``-th."""
    form = accounts(changes)
    version = Version(
        upload_id=derived_id("upload", place),
        uploaded_at=datetime(2024, 8, 1, tzinfo=UTC) + timedelta(hours=place),
        document_id=f"{place}",
        ordinal=0,
    )
    identity = FormIdentity.of(form, normalise_name(form.unit.text or ""), None)
    return Member(identity, version, form, profile_for(form.layout))


def family(case: dict[str, Any]) -> list[Member]:
    """The forms of a case and, behind them, the accounts."""
    forms = [member(place, each, case.get("doubt", ())) for place, each in enumerate(case["forms"])]
    return [*forms, accounts_member(case["set"])]


def found(members: list[Member]) -> tuple[Finding, ...]:
    """What is found on the accounts."""
    (findings,) = judge_texts(members).values()
    return findings


@pytest.mark.parametrize("case", FILE, ids=lambda case: case["name"])
def test_accounts_have_exactly_the_findings_of_their_case(case: dict[str, Any]) -> None:
    """``expect`` are parts of the sentences; any order of the forms gives the same."""
    members = family(case)
    findings = found(members)
    assert [each.rule for each in findings] == [RuleId.NARRATIVE] * len(case["expect"])
    for finding, told in zip(findings, case["expect"], strict=True):
        assert told in finding.sentence
        assert finding.follows == case.get("follows")
    assert found(random.Random(1).sample(members, len(members))) == findings


def counted_forms(case: dict[str, Any]) -> tuple[list[Member], set[UUID]]:
    """Forms and accounts of one document, and its upload where all of it has arrived."""
    text = COUNTS["text"]
    for old, new in case["set"].items():
        assert old in text, old
        text = text.replace(old, new)
    accounts = accounts_member({"步道全年畅通，预算执行情况良好。": f"步道全年畅通，预算执行情况良好。\n\n{text}"})
    upload = accounts.version.upload_id
    names = ("湖滨步道日常维护", "苗木采购", "垃圾分类")[: case["forms"]]
    members = []
    for at, name in enumerate(names, start=1):
        read = form(
            {"name": name, "code": None} | case.get("change", {}),
            doubts=case.get("doubt", ()),
            lost_row=case.get("lost_row", False),
        )
        version = Version(upload_id=upload, uploaded_at=accounts.version.uploaded_at, document_id="9", ordinal=at)
        identity = FormIdentity.of(read, normalise_name(read.unit.text or ""), None)
        members.append(Member(identity, version, read, profile_for(read.layout)))
    return [*members, accounts], set() if case.get("part") else {upload}


@pytest.mark.parametrize("case", COUNTS["cases"], ids=lambda case: case["name"])
def test_what_the_text_counts_and_adds_up(case: dict[str, Any]) -> None:
    """Beside all forms of its document."""
    members, whole = counted_forms(case)
    (findings,) = judge_texts(members, whole).values()
    assert len(findings) == len(case["expect"])
    for finding, told in zip(findings, case["expect"], strict=True):
        assert finding.rule is RuleId.NARRATIVE and told in finding.sentence


def test_what_follows_stands_under_the_finding_about_the_same_project() -> None:
    """Although another project's text contradicts itself too, and leads."""
    wrong = {
        "执行数为95.31万元，完成预算的95.3%": "执行数为85.31万元，完成预算的95.3%",
        "31.2万元，完成预算的59.5%": "31.2万元，完成预算的99.5%",
    }
    members = family({"forms": [{}], "set": wrong})
    form = members[-1].form
    told = merged(assess(form, profile_for(form.layout)).findings, found(members))
    leading = [each for each in told if each.follows is None]
    assert {each.rule for each in told} == {RuleId.NARRATIVE} and (len(told), len(leading)) == (3, 2)
    under = next(at for at, each in enumerate(told) if each.follows)
    assert told[under - 1].subject.name == "湖滨步道日常维护/rate"
    assert told[under].subject.name == "湖滨步道日常维护/form"


def test_a_doubt_makes_a_doubt_of_the_finding() -> None:
    """It is the reviewer's to look at."""
    (finding,) = found(family(next(case for case in FILE if case.get("doubt"))))
    assert finding.cause is Cause.EXTRACTION_DOUBT


def test_forms_alone_have_nothing_said_of_them() -> None:
    """Only accounts have findings here."""
    assert judge_texts([member(0)]) == {}


def test_accounts_handed_in_by_a_stranger_tell_nothing_of_other_forms() -> None:
    """Only of those that came with them: nobody learns a department's figures by printing its name."""
    case = next(case for case in FILE if case["expect"])
    *forms, own = family(case)
    outside = own.version.model_copy(update={"outside": True})
    strange = Member(own.identity, outside, own.form, own.profile)
    assert found([*forms, strange]) == ()
    beside = [
        Member(
            each.identity,
            each.version.model_copy(update={"upload_id": outside.upload_id, "ordinal": at, "outside": True}),
            each.form,
            each.profile,
        )
        for at, each in enumerate(forms, start=1)
    ]
    assert len(found([*beside, strange])) == len(case["expect"])
