"""Forms of other provinces, in texts whose rows and columns are lost, read by their labels and figures."""

from pathlib import Path

import pytest

from jixiao_parser import read
from tests.unit.parser import cases

FOLDER = cases.FOLDER / "provinces"


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.txt")), ids=lambda file: file.stem)
def test_a_text_reads_as_it_says(file: Path) -> None:
    """The record is that of the case file; an empty cell and none are the same here, the text does not tell them."""
    text, _, record = file.read_text(encoding="utf-8").partition("\n---\n")
    lines = record.strip().split("\n")
    (expected,), _ = cases._records(lines[:-1])
    (form,) = read(text.encode(), file.name).forms
    assert _filled(cases.record_of(form)) == _filled(expected)
    assert f"layout {form.layout}" == lines[-1]


def _filled(item: object) -> object:
    """A record without what is empty."""
    if isinstance(item, dict):
        return {name: filled for name, value in item.items() if (filled := _filled(value))}
    return [_filled(each) for each in item] if isinstance(item, list) else item


def test_prose_on_evaluation_is_no_form() -> None:
    """Words of the form in a text do not make one."""
    text = "本表的一级指标、二级指标、三级指标由各单位填写，年度指标值、分值和得分见附件。项目名称：略。"
    assert read(text.encode(), "a.txt").forms == ()


def test_money_that_ran_together_and_does_not_close_is_in_doubt() -> None:
    """No cut of 5050010 is told for sure where neither the rate nor the rows confirm it."""
    text = (FOLDER / "run_on_money.txt").read_text(encoding="utf-8").partition("\n---\n")[0]
    text = text.replace("470515.5463.951090.00%9.00", "505001000").replace("———", "")
    (form,) = read(text.encode(), "表.txt").forms
    amounts = [getattr(form.funds.total, name) for name in ("initial", "budget", "executed")]
    assert all(value.doubt for value in amounts if value.text)


def test_rows_that_were_put_together_and_do_not_close_are_in_doubt() -> None:
    """Weights that miss their total: each figure of the rows may have been read from another place."""
    text = (FOLDER / "one_line_deducted.txt").read_text(encoding="utf-8").partition("\n---\n")[0]
    (sure,) = read(text.encode(), "表.txt").forms
    (form,) = read(text.replace("2.2万亩 25 22", "2.2万亩 15 12").encode(), "表.txt").forms
    assert not any(each.weight.doubt for each in sure.indicators)
    assert all(each.weight.doubt and each.target.doubt for each in form.indicators)
