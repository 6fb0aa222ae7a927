"""Final accounts (部门决算): what their text claims, and their tables with their numbers."""

from jixiao_parser import read
from tests.unit.parser.cases import all_cases, as_tabs

SOUND = next(case for case in all_cases() if case.name == "sound")
NAME = SOUND.records[0]["name"]
TEXT = f"""2023 年度某某局部门决算

收入决算表

单位：万元

项目\t本年收入\t财政拨款
合计\t1,200.50\t1,200.00
行政运行\t900.50\t900.00

注：本表反映本年收入。

第三部分：决算情况说明

“三公”经费财政拨款支出决算为 3.2 万元，完成全年预算 4 万元的 80%。其中：
公务接待费支出决算为 0 万元，完成全年预算 0 万元的 0%。

我部门组织对 2023 年度一般公共预算项目支出开展绩效自评，其中一级项目 2 个，二级项目 5 个，

共涉及资金 300.5 万元，占一般公共预算项目支出总额的 99%。

我部门今年开展了部门整体支出及图书购置等 5 个项目绩效自评。

部门整体支出绩效自评情况：全年预算数 1,300 万元，执行数 1,200.50 万元，完成预算的 92.3%。

“{NAME}”项目绩效自评情况：项目全年预算数为 35.2 万元，执行数为 30.1

万元，完成预算的 85.5%。项目绩效目标完成情况主要是：按期完成。

"""


def test_claims_and_tables() -> None:
    """Each with its figures as printed, its place, and the form that it speaks of."""
    reading = read(TEXT.encode() + as_tabs(SOUND.grid), "决算.txt")
    assert len(reading.forms) == 1
    told = [
        (claim.kind, claim.form, claim.budget.text, claim.executed.text, claim.rate.text, claim.count.text)
        for claim in reading.claims
    ]
    assert told == [
        ("public_expense", None, "4", "3.2", "80%", None),
        ("public_expense", None, "0", "0", "0%", None),
        ("self_evaluated", None, None, None, "99%", "5"),
        ("evaluated_projects", None, None, None, None, "5"),
        ("execution", None, "1,300", "1,200.50", "92.3%", None),
        ("execution", 1, "35.2", "30.1", "85.5%", None),
    ]
    assert reading.claims[2].amount.text == "300.5"
    assert {claim.amount_unit for claim in reading.claims if claim.budget.text} == {"万元"}
    evidence = reading.claims[-1].executed.evidence
    assert evidence is not None
    assert "执行数为30.1万元" in evidence.raw
    assert evidence.line == TEXT[: TEXT.index(f"“{NAME}")].count("\n") + 1


def test_tables_keep_their_rows() -> None:
    """Title, unit and cells in their columns; the note below is no part of it."""
    (table,) = read(TEXT.encode(), "决算.txt").tables
    assert (table.title, table.amount_unit) == ("收入决算表", "万元")
    assert [row.cells for row in table.rows] == [
        ("项目", "本年收入", "财政拨款"),
        ("合计", "1,200.50", "1,200.00"),
        ("行政运行", "900.50", "900.00"),
    ]


def test_a_form_alone_claims_nothing() -> None:
    """A self-evaluation form has neither claims nor tables of accounts."""
    reading = read(as_tabs(SOUND.grid), "表.txt")
    assert not reading.claims
    assert not reading.tables
