"""Texts copied out of PDFs: no columns, cells over several lines, the template's notes between the forms."""

from pathlib import Path

import pytest

from jixiao.forms.model import DoubtKind, Form
from jixiao_parser import read
from jixiao_parser.recognise.regrid.wraps import Gap, Widths, reason_and_name, two_texts

TEXT = (Path(__file__).parent.parent / "cases" / "forms" / "reading_order.txt").read_text(encoding="utf-8")


def forms(text: str) -> tuple[Form, ...]:
    """The forms of a text."""
    return read(text.encode(), "表.txt").forms


def test_a_form_is_put_back_onto_its_grid() -> None:
    """Head, money, goals, indicators and total stand where they belong."""
    (form,) = forms(TEXT)
    record = form.record()
    assert (record["name"], record["year"]) == ("社区健身器材更新（二期）", "2023")
    assert (record["unit"], record["budget_unit"]) == ("临江区文体中心（本级）", "临江区文化局（本级）")
    assert record["amount_unit"] == "万元"
    assert record["funds"]["total"] == {
        "initial": "30",
        "budget": "28",
        "executed": "26.6",
        "weight": "10",
        "rate": "95",
        "score": "9.5",
    }
    assert record["goal_expected"].endswith("建立每季巡检的制度。")
    assert record["goal_actual"].startswith("2023年，本单位")
    rows = [
        " ".join(row[name] for name in ("level2", "name", "target", "actual", "score")) for row in record["indicators"]
    ]
    assert rows == [
        "数量 更新健身器材的社区数量 12个 11个 9",
        "数量 巡检次数 ≥4次 4次 10",
        "质量 器材验收合格率 ≥98% 100% 9.5",
        "时效 器材安装完成的时间 12个月内 12个月内 10",
        "成本 支出进度达标率 ＞90% 95% 10",
        "经济效益 不适用 不适用 无 0",
        "社会效益 居民健身条件改善程度 明显 明显 30",
        "生态效益 不适用 不适用 无 0",
        "可持续影响 不适用 不适用 无 0",
        "服务对象满意度 居民对器材更新工作满意度 ≥90% 96% 10",
        "其他满意度 不适用 不适用 无 0",
    ]
    reasons = {at: row["deviation"] for at, row in enumerate(record["indicators"]) if row["deviation"]}
    assert reasons == {
        0: "偏差原因：一个社区因道路施工未能进场。改进措施：下年补装。",
        2: "扣分原因：资料归档迟",
    }
    assert (record["total_weight"], record["total_score"]) == ("100", "98")


def test_several_forms_and_the_notes_between_them() -> None:
    """What stands between total and heading belongs to no form."""
    assert [form.record() | {"ordinal": 1} for form in forms(TEXT + "\n\n" + TEXT)] == [forms(TEXT)[0].record()] * 2


def test_evidence_names_the_line() -> None:
    """A row is found again by the line of its figures."""
    evidence = forms(TEXT)[0].indicators[1].score.evidence
    assert evidence is not None and evidence.line is not None
    assert TEXT.splitlines()[evidence.line - 1] == "巡检次数 ≥4次 4次 10 10"


@pytest.mark.parametrize(
    ("lines", "deducted", "named", "reason", "name"),
    [
        (("更新健身器材的社区",), False, True, "", "更新健身器材的社区"),
        (
            ("偏差原因：雨季工期延", "长。", "居民对社区器材更新"),
            True,
            True,
            "偏差原因：雨季工期延长。",
            "居民对社区器材更新",
        ),
        (("偏差原因：雨季工期延", "长"), True, True, "偏差原因：雨季工期延长", ""),
    ],
)
def test_reason_and_name(lines: tuple[str, ...], deducted: bool, named: bool, reason: str, name: str) -> None:
    """A line that goes on is full; a reason begins as reasons do and stands where points were lost."""
    parted = reason_and_name(Gap(lines, deducted), Widths(reason=10, name=9), named)
    assert (parted.first, parted.second) == (reason, name)


def test_a_reason_with_blanks_before_its_signs_is_a_reason() -> None:
    """Extraction from a PDF puts blanks before ，。：; they do not part cells."""
    blanks = TEXT.replace("偏差原因：一个社区因", "偏差原因 ：一个社区因").replace(
        "改进措施：下年补装。", "改进措施 ：下年补装 。"
    )
    assert forms(blanks)[0].record()["indicators"] == forms(TEXT)[0].record()["indicators"]


def test_a_wide_reason_behind_the_figures_says_nothing_of_the_width_of_names() -> None:
    """A reason that begins on the line of the figures goes on below; names over two lines stay names."""
    text = TEXT.replace(
        "10 9\n\n偏差原因：一个社区因\n道路施工未能进场。\n改进措施：下年补装。\n",
        "10 9 偏差原因：一个社区因道路施工未能进场，\n须等到下年补装，并会同街道逐一核对器材。\n",
    )
    rows = forms(text)[0].record()["indicators"]
    assert [row["name"] for row in rows] == [row["name"] for row in forms(TEXT)[0].record()["indicators"]]
    assert rows[0]["deviation"] == "偏差原因：一个社区因道路施工未能进场，须等到下年补装，并会同街道逐一核对器材。"


def test_two_cells_in_one_line_are_a_guess() -> None:
    """Where nothing but the width tells them apart, both carry a doubt."""
    glued = TEXT.replace("改进措施：下年补装。\n巡检次数 ≥4次", "改进措施：下年补装居民健身器材安全巡\n检次数 ≥4次")
    (form,) = forms(glued)
    assert form.indicators[1].name.text == "居民健身器材安全巡检次数"
    for value in (form.indicators[0].deviation, form.indicators[1].name):
        assert value.doubt is not None and value.doubt.kind is DoubtKind.GUESSED


def test_one_text_alone_stays_whole() -> None:
    """A goal of one word has no second part."""
    assert two_texts([(1, ("保障运转",))]).first == "保障运转"


def test_two_texts_that_begin_alike() -> None:
    """The second text begins as the first does, behind a full stop; a line of dots between is no text."""
    lines = ("本项目计划修渠三千米，并", "清淤两处。", "……", "本项目已修渠三千米，并", "清淤两处。")
    parted = two_texts([(at, (line,)) for at, line in enumerate(lines)])
    assert (parted.first, parted.second) == ("本项目计划修渠三千米，并清淤两处。", "本项目已修渠三千米，并清淤两处。")
