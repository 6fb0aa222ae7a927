"""Texts with one cell a line, where only counting tells the rows."""

from pathlib import Path

import pytest

from jixiao_parser import read

FOLDER = Path(__file__).parent.parent / "cases" / "forms"
TEXT = (FOLDER / "one_cell_a_line.txt").read_text(encoding="utf-8")
OWN = (FOLDER / "stacked_own_levels.txt").read_text(encoding="utf-8")
SHAPES = {
    "empty cells as empty lines": OWN,
    "without empty cells": "".join(line + "\n" for line in OWN.split("\n") if line),
    "an empty line after each cell": OWN.replace("\n", "\n\n"),
}


def test_cells_are_counted_into_rows() -> None:
    """Empty lines are empty cells; merged labels stand once."""
    (form,) = read(TEXT.encode(), "表.txt").forms
    record = form.record()
    assert (record["code"], record["name"], record["year"]) == ("440305230101500000401", "校园直饮水", "2023")
    assert record["amount_unit"] == "万元"
    total = record["funds"]["total"]
    assert (total["initial"], total["budget"], total["executed"]) == ("30", "30", "27")
    assert (total["weight"], total["rate"], total["score"]) == ("10", "90", "")
    assert record["funds"]["other"] == {"initial": "", "budget": "", "executed": ""}
    assert (record["goal_expected"], record["goal_actual"]) == ("二十所学校装上直饮水。", "已装十九所。")
    assert [[row[name] for name in row] for row in record["indicators"]] == [
        ["产出", "数量", "安装学校数", "20所", "19所", "25", "23.75", "一所正在改建。"],
        ["产出", "数量", "安装点位", "200", "200", "25", "25", ""],
        ["效益", "社会效益", "学生饮水条件", "改善", "", "30", "30", ""],
        ["满意度", "服务对象满意度", "师生满意度", "≥90%", "97%", "10", "10", ""],
        ["满意度", "其他满意度", "", "", "不适用", "0", "0", ""],
    ]
    assert (record["total_weight"], record["total_score"]) == ("100", "97.75")


def test_several_forms() -> None:
    """The head begins the next form."""
    forms = read((TEXT + TEXT).encode(), "表.txt").forms
    assert [form.ordinal for form in forms] == [1, 2]
    assert forms[1].record() == forms[0].record() | {"ordinal": 2}


def test_evidence_names_the_line_where_a_row_begins() -> None:
    """Each value can be found again."""
    evidence = read(TEXT.encode(), "表.txt").forms[0].indicators[0].name.evidence
    assert evidence is not None and evidence.line is not None
    assert TEXT.splitlines()[evidence.line - 1] == "产出指标 (50分)"


@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES.keys())
def test_levels_of_their_own_wording_and_numbered_rows(text: str) -> None:
    """Labels that no other form has are known by the rows behind them; other kinds of money are passed over."""
    (form,) = read(text.encode(), "表.txt").forms
    record = form.record()
    assert (record["unit"], record["name"], record["year"]) == ("松原县档案馆", "整体支出", "2021")
    assert [record["funds"]["fiscal"][name] for name in ("initial", "budget", "executed")] == [
        "190.00",
        "185.00",
        "181.30",
    ]
    assert (record["goal_expected"], record["goal_actual"]) == ("馆藏档案数字化四万卷。", "完成四万一千卷。")
    assert [[row[name] or "" for name in row] for row in record["indicators"]] == [
        ["履职尽责", "重点工作", "数字化卷数", "40000", "41000", "30", "30", ""],
        ["履职尽责", "重点工作", "新增馆藏", "1200卷", "1100卷", "20", "18.3", "两家单位移交推迟。"],
        ["内部管理", "资产管理", "账实相符率", "100%", "100%", "10", "10", ""],
        ["效益", "社会效益", "查档群众人次", "≥5000", "5210", "20", "20", ""],
        ["满意度", "服务对象满意度", "查档群众满意度", "≥95%", "98%", "10", "10", ""],
    ]
    assert (record["total_weight"], record["total_score"]) == ("100", "97.90")


def test_what_stands_between_the_rows_is_passed_over() -> None:
    """A column of no record, a subtotal, the heading of the second page; blanks inside of amounts."""
    text = (FOLDER / "stacked_middle.txt").read_text(encoding="utf-8")
    (form,) = read(text.encode(), "表.txt").forms
    record = form.record()
    assert (record["year"], record["unit"], record["amount_unit"]) == ("2022", "竹溪县农村能源站", "万元")
    assert list(record["funds"]["total"].values()) == ["1200.00", "1150.00", "1092.50", "10", "95.00%", "9.50"]
    assert (record["goal_expected"], record["goal_actual"]) == ("改造户厕三千座。", "改造户厕三千零五十座。")
    assert [[row[name] or "" for name in row] for row in record["indicators"]] == [
        ["产出", "数量", "改造户厕座数", "3000座", "3050座", "30", "30", ""],
        ["产出", "质量", "验收合格率", "100%", "98%", "20", "19.6", "个别户返修"],
        ["效益", "社会效益", "受益农户", "2900户", "3050户", "30", "30", ""],
        ["满意度", "服务对象满意度", "农户满意度", "≥90%", "95%", "10", "10", ""],
    ]
    assert (record["total_weight"], record["total_score"]) == ("100", "99.10")
