"""What is the same thing: units, projects and years by their keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jixiao.forms import Form, Value
from jixiao.identity import FormIdentity, canonical_project, is_near_miss, known_project, normalise_name, normalise_year

CODE = "440399210301500000007"


@pytest.mark.parametrize(
    ("one", "other"),
    [("澄湖区档案馆（本级）", "澄湖区档案馆 (本级)"), ("ＡＢ 中心", "ab中心"), ("政务·服务中心", "政务服务中心")],
)
def test_one_office_printed_in_two_ways_has_one_name(one: str, other: str) -> None:
    assert normalise_name(one) == normalise_name(other)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (CODE.replace("7", "1"), True),  # one digit changed
        (CODE[:-1], True),  # lost
        (CODE[:5] + "9" + CODE[5:], True),  # too many
        (CODE, False),  # the same code is no near miss
        (CODE[:-2] + "15", False),
        (CODE[:-2], False),
    ],
)
def test_a_near_miss_is_one_digit_away(other: str, same: bool) -> None:
    assert is_near_miss(CODE, other) is same
    assert is_near_miss(other, CODE) is same


@given(st.text("0123456789", min_size=1, max_size=8), st.text("0123456789", min_size=1, max_size=8))
def test_being_near_is_mutual(one: str, other: str) -> None:
    assert is_near_miss(one, other) == is_near_miss(other, one)


def test_a_project_is_its_code_when_well_formed_else_unit_and_name() -> None:
    assert canonical_project(CODE, "unit", "name") == CODE
    by_name = canonical_project(CODE[:-1], "unit", "修缮 工程")
    assert by_name.startswith("name-")
    assert by_name == canonical_project(None, "unit", "修缮工程")
    assert by_name != canonical_project(None, "other unit", "修缮工程")


def test_a_code_that_misses_a_known_one_means_that_project_whichever_came_first() -> None:
    assert known_project(CODE[:-1], [(CODE, CODE)]) == CODE
    assert known_project(CODE, [("name-1", CODE[:-1])]) == "name-1"
    assert known_project(CODE, [(CODE[:-2] + "15", CODE[:-2] + "15")]) is None
    assert known_project(None, [(CODE, CODE)]) is None


@pytest.mark.parametrize(
    ("code", "known", "project"),
    [
        (None, [(CODE, CODE), ("name-1", None), ("name-2", None)], "name-1"),
        ("无", [("name-1", "")], "name-1"),
        (CODE, [("name-1", None)], None),
        (None, [(CODE, CODE[:-1])], None),
    ],
)
def test_a_project_without_a_proper_code_is_the_first_known_by_its_name_alone(
    code: str | None, known: list[tuple[str, str | None]], project: str | None
) -> None:
    """Its key may come from before the unit was merged; a proper code is never guessed."""
    assert known_project(code, known) == project


@pytest.mark.parametrize(
    ("printed", "declared", "year"),
    [
        ("2023", None, "2023"),
        ("2", "2022", "2022"),
        ("2023年度", "2022", "2023"),
        ("２０２３", None, "2023"),
        ("2", None, None),
    ],
)
def test_a_year_is_four_digits_printed_or_declared(printed: str, declared: str | None, year: str | None) -> None:
    assert normalise_year(printed, declared) == year


def test_the_versions_of_a_form_share_its_key() -> None:
    form = Form(
        ordinal=1, code=Value(text=CODE), name=Value(text="修缮"), year=Value(text="2"), unit=Value(text="档案馆")
    )
    identity = FormIdentity.of(form, "档案馆", "2023")
    assert identity.key == f"{CODE}/2023/self_evaluation/"
    assert FormIdentity.of(form, "档案馆", None, "name-1").key == "name-1/unknown/self_evaluation/"


@pytest.mark.parametrize(("goal", "classified"), [("有关内容涉密", True), ("采购非涉密设备", False), (None, False)])
def test_a_form_whose_contents_are_secret_is_marked(goal: str | None, classified: bool) -> None:
    assert FormIdentity.of(Form(ordinal=1, goal_actual=Value(text=goal)), "档案馆", "2025").classified is classified
