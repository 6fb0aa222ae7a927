"""Texts with one cell a line, where only counting tells the rows."""

from pathlib import Path

from jixiao_parser import read

TEXT = (Path(__file__).parent.parent / "cases" / "forms" / "one_cell_a_line.txt").read_text(encoding="utf-8")


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
