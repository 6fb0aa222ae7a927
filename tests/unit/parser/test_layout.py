"""Texts whose columns are made by blanks, as pdftotext -layout prints them."""

from pathlib import Path

import pytest

from jixiao_parser import read
from jixiao_parser.recognise.regrid.columns import Band, bands

TEXT = (Path(__file__).parent.parent / "cases" / "forms" / "layout.txt").read_text(encoding="utf-8")


def test_columns_of_blanks_become_a_grid() -> None:
    """Cells of several lines stand round the middle of their row, labels at the top of their group."""
    (form,) = read(TEXT.encode(), "表.txt").forms
    record = form.record()
    assert (record["code"], record["name"], record["year"]) == (
        "440305230101500000501",
        "老旧电梯安全隐患排查（一期）",
        "2023",
    )
    assert (record["unit"], record["budget_unit"]) == ("临江区特种设备检验中心", "临江区市场监督管理局（本级）")
    assert record["amount_unit"] == "万元"
    assert [record["funds"]["total"][name] for name in ("executed", "rate", "score")] == ["45.60", "95", "9.5"]
    assert record["goal_expected"] == "排查全区使用十五年以上的老旧电梯，建立一梯一档，督促整改隐患。"
    assert record["goal_actual"] == "已排查老旧电梯310台，建立档案310份。"
    assert [" ".join(row[name] for name in row if row[name]) for row in record["indicators"]] == [
        "产出 数量 排查十五年以上的老旧电梯 300台 310台 15 15",
        "产出 数量 建立电梯安全档案 300份 310份 15 15",
        "产出 质量 隐患整改率 ≥95% 92% 10 9.6 两台停用待更新。",
        "产出 时效 排查完成时间 2023年11月30日前 11月底 5 5",
        "产出 成本 单台排查费用 ≤1500元 1470元 5 5",
        "效益 经济效益 无 无 无 0 0",
        "效益 社会效益 电梯困人事件减少 有所减少 减少两成 30 30",
        "满意度 服务对象满意度 居民满意度 ≥90% 94% 10 10",
    ]
    assert (record["total_weight"], record["total_score"]) == ("100", "99.1")


def test_several_forms_and_pages() -> None:
    """Ordinals run on; the evidence names the page."""
    forms = read((TEXT + "\f" + TEXT).encode(), "表.txt").forms
    assert [form.ordinal for form in forms] == [1, 2]
    assert forms[1].record() == forms[0].record() | {"ordinal": 2}
    evidence = forms[1].indicators[0].score.evidence
    assert evidence is not None and evidence.page == 2


def test_rows_round_their_anchors() -> None:
    """The lines between two rows go where the cost is least."""

    def uneven(band: Band) -> float:
        return abs((band.anchor - band.top) - (band.bottom - band.anchor - 1))

    assert bands([1, 3, 5], 0, 7, uneven) == [Band(0, 1, 3), Band(3, 3, 4), Band(4, 5, 7)]
    assert bands([], 0, 7, uneven) == []


@pytest.mark.parametrize("name", ["layout_other_columns", "layout_by_width"])
def test_other_columns_and_wrapped_labels(name: str) -> None:
    """Columns of sign and unit, a header and labels of money over two lines, amounts that are not there.

    The columns stand below one another by their signs, or by how wide these are printed, with the unit in each heading.
    """
    text = (Path(__file__).parent.parent / "cases" / "forms" / f"{name}.txt").read_text(encoding="utf-8")
    (form,) = read(text.encode(), "表.txt").forms
    record = form.record()
    assert (record["name"], record["year"], record["unit"]) == ("小型消防站建设", "2022", "栗山县消防站")
    assert (record["budget_unit"], record["amount_unit"]) == ("栗山县应急局", "万元")
    assert [list(record["funds"][row].values())[:3] for row in ("total", "fiscal", "other")] == [
        ["300.00", "280.00", "252.00"],
        ["", "200.00", "180.00"],
        ["", "80.00", "72.00"],
    ]
    assert [" ".join(row[name] for name in row if row[name]) for row in record["indicators"]] == [
        "产出 数量 建成小型消防站数量 =3座 2 30 20 征地延误，已办结",
        "产出 时效 建成月份 ≤10月 10 20 20",
        "效益 社会效益 到场时间缩短 ≥5分钟 6 30 30",
        "满意度 服务对象满意度 居民满意度 ≥90% 94 10 10",
    ]
    assert (record["total_weight"], record["total_score"]) == ("100", "89.00")


def test_rows_that_do_not_make_the_total_are_in_doubt() -> None:
    """Where our own rows do not close, no figure of theirs is told without a doubt."""
    lost = "\n".join(line for line in TEXT.split("\n") if "居民满意度" not in line)
    (form,) = read(lost.encode(), "表.txt").forms
    assert all(each.weight.doubt and each.score.doubt for each in form.indicators)


def test_costs_may_be_a_first_level() -> None:
    """成本指标 above its kinds, as the template of 2023 has it, is no part of the outputs."""
    text = (Path(__file__).parent.parent / "cases" / "forms" / "layout_by_width.txt").read_text(encoding="utf-8")
    for old, new in (
        ("产出指标    数量指标", "成本指标    经济成本"),
        ("            时效指标", "产出指标    时效指标"),
    ):
        assert old in text
        text = text.replace(old, new)
    (form,) = read(text.encode(), "表.txt").forms
    assert [each.level1.text for each in form.indicators] == ["成本", "产出", "效益", "满意度"]
