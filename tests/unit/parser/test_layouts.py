"""Layouts nobody sent yet: rows that lost their empty cells, and tables that look alike and are none."""

from pathlib import Path

import pytest

from jixiao_parser import read
from tests.unit.parser.cases import FOLDER, Case, all_cases, record_of

LAYOUTS = (
    "cost_level",
    "ministry",
    "money_in_one_row",
    "money_in_pairs",
    "own_levels",
    "weightless",
    "whole_department",
)


@pytest.mark.parametrize("case", [case for case in all_cases() if case.name in LAYOUTS], ids=LAYOUTS)
def test_rows_without_their_empty_cells_read_the_same(case: Case) -> None:
    """As the text of a web page comes, whose merged cells count once."""
    text = "\n".join(" | ".join(cell for cell in row if cell) + " |" for row in case.grid)
    (form,) = read(text.encode(), "表.txt").forms
    assert record_of(form) == case.records[0]


@pytest.mark.parametrize("name", ["cost_level", "ministry", "weightless", "sound"])
def test_cells_one_below_the_other_read_the_same(name: str) -> None:
    """As text is copied out of a page: no rows, no empty cells, an empty line between two."""
    case = next(case for case in all_cases() if case.name == name)
    text = "\n\n".join(cell for row in case.grid for cell in row if cell)
    (form,) = read(text.encode(), "表.txt").forms
    assert _filled(record_of(form)) == _filled(case.records[0])


def _filled(item: object) -> object:
    """A record without what is empty: such a text does not tell it from what is not there."""
    if isinstance(item, dict):
        return {name: filled for name, value in item.items() if (filled := _filled(value))}
    return [_filled(each) for each in item] if isinstance(item, list) else item


@pytest.mark.parametrize("file", sorted((FOLDER / "none").glob("*.txt")), ids=lambda file: file.stem)
def test_what_looks_alike_is_no_form(file: Path) -> None:
    """Targets declared, execution watched during the year, criteria of an evaluation: no self-evaluation."""
    assert read(file.read_bytes(), file.name).forms == ()


def test_a_form_behind_a_table_that_is_none_is_read() -> None:
    """One file may hold what was planned and what became of it."""
    declared = (FOLDER / "none" / "target_only.txt").read_text(encoding="utf-8")
    case = next(case for case in all_cases() if case.name == "cost_level")
    own = "\n".join("\t".join(row) for row in case.grid)
    for text in (f"{declared}\n{own}", f"{own}\n{declared}"):
        (form,) = read(text.encode(), "表.txt").forms
        assert record_of(form) == case.records[0]
