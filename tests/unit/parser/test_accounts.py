"""Final accounts (部门决算): what their text claims, and their tables with their numbers."""

import io
import zipfile

import pytest

from jixiao_parser import read
from jixiao_scorer import assess
from jixiao_scorer.profiles import profile_for
from tests.unit.parser.cases import all_cases, as_tabs
from tests.unit.scorer.accounts import SAMPLE

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


def cells(text: str) -> list[tuple[str, list[tuple[str, ...]]]]:
    """The tables of a text."""
    return [(table.title, [row.cells for row in table.rows]) for table in read(text.encode(), "决算.txt").tables]


def test_whose_accounts_of_which_year() -> None:
    """As the tables name the department; the heading tells the year."""
    (accounts,) = read(SAMPLE.encode(), "决算.txt").accounts
    assert (accounts.kind, accounts.ordinal, accounts.amount_unit) == ("accounts", 0, "万元")
    assert (accounts.unit.text, accounts.year.text) == ("澄湖区城管局", "2023")
    assert accounts.unit.evidence is not None and accounts.unit.evidence.line == 8
    assert "accounts" not in read(as_tabs(SOUND.grid), "表.txt").forms[0].record()


def test_running_titles_and_page_numbers_end_no_table() -> None:
    """Nor does the table's own title on its next page."""
    paged = SAMPLE.replace(
        "2120101\t行政运行\t412.36\t412", "2023年部门决算公开\n— 5 —\f澄湖区财政\n2120101\t行政运行\t412.36\t412"
    )
    paged = paged.replace("301\t工资福利支出", "第5页\n一般公共预算财政拨款基本支出决算表（续表）\n301\t工资福利支出")
    assert cells(paged) == cells(SAMPLE)


def test_radicals_printed_for_characters_are_these() -> None:
    """As some programs write PDFs."""
    assert cells(SAMPLE.replace("行", "⾏").replace("支", "⽀")) == cells(SAMPLE)


def test_cells_know_their_place() -> None:
    """Row and column, for the finding that speaks of them."""
    table = read(SAMPLE.encode(), "决算.txt").tables[2]
    value = table.rows[4].value(3)
    assert value.text == "30.25" and value.evidence is not None
    assert (value.evidence.line, value.evidence.cell, value.evidence.raw) == (52, "4", "30.25")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "图书购置项目绩效自评综述：自评得分98分。全年预算数为23.5万元，执行数为23.5万元，完成预算的100%。",
            ("图书购置", "23.5", "100%"),
        ),
        (
            "1.图书购置项目绩效自评情况：\n全年预算数23.5万元，执行数20万元，完成预算的85.1%。",
            ("图书购置", "23.5", "85.1%"),
        ),
        (
            "（二）“图书购置”项目全年预算数为23.5万元，实际执行数为20万元，预算执行率为85.1%。",
            ("图书购置", "23.5", "85.1%"),
        ),
        (
            "图书购置项目绩效自评情况：全年预算23.5万元，执行数20万元，执行率达85.1%。",
            ("图书购置", "23.5", "85.1%"),
        ),
        ("“三公”经费财政拨款支出预算为3万元，支出决算为1.2万元，完成预算的40%。", ("三公经费", "3", "40%")),
    ],
)
def test_other_wordings_of_the_same(text: str, told: tuple[str, str, str]) -> None:
    """What is named before the figures, in a sentence of its own or not."""
    (claim,) = read(text.encode(), "说明.txt").claims
    assert (claim.subject, claim.budget.text, claim.rate.text) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "组织对2023年度一般公共预算项目支出开展绩效自评，其中一级项目8个，二级项目0个，共涉及资金90.5万元，占总额的99%。",
            [("self_evaluated", "8", "90.5")],
        ),
        (
            "组织对2023年度1个政府性基金预算项目支出开展绩效自评，共涉及资金，20万元，占总额的100%。",
            [("self_evaluated", "1", "20")],
        ),
        (
            "共组织对“甲类”、“乙类”等2个项目开展了重点绩效评价，涉及一般公共预算支出9万元，政府性基金预算支出0万元，国有资本经营预算支出0万元。",
            [("key_evaluation", "2", "9")],
        ),
        ("共组织对“甲类”等1个项目开展了重点绩效评价，涉及一般公共预算支出9万元，政府性基金预算支出3万元。", []),
        (
            "共组织对“甲类”等1个项目开展了重点绩效评价，涉及一般公共预算支出9万元，政府性基金预算支出0万元，国有资本经营预算支出2万元。",
            [],
        ),
    ],
)
def test_how_many_projects_with_which_sums(text: str, told: list[tuple[str, str, str]]) -> None:
    """The most of several levels; no sum where money of other budgets stands beside it."""
    claims = read(text.encode(), "说明.txt").claims
    assert [(claim.kind, claim.count.text, claim.amount.text) for claim in claims] == told


def test_numbers_of_a_claim_under_different_units_keep_their_own() -> None:
    """What they come to is told from both."""
    text = "道路养护项目绩效自评情况：全年预算数为1.2亿元，执行数为8,000万元，完成预算的66.7%。"
    (claim,) = read(text.encode(), "说明.txt").claims
    assert (claim.budget.text, claim.executed.text) == ("1.2亿元", "8,000万元")
    (accounts,) = read(text.encode(), "说明.txt").accounts
    assert assess(accounts, profile_for(accounts.layout)).findings == ()


def test_praise_is_what_finds_the_execution_good() -> None:
    """Not where the clause turns it round, speaks of others or of what is meant to be, nor behind the next project."""
    said = "{}项目绩效自评情况：全年预算数为10万元，执行数为9万元，完成预算的90%。{}。"
    text = (
        said.format("甲类", "预算执行情况较好")
        + said.format("乙类", "预算执行情况不够好")
        + said.format("丙类", "按期完成")
        + said.format("丁类", "下一步，我们要确保预算执行情况良好")
        + said.format("戊类", "除本项目外其他项目预算执行情况较好")
    )
    claims = read(text.encode(), "说明.txt").claims
    assert [claim.praise.text for claim in claims] == ["预算执行情况较好", None, None, None, None]


def test_accounts_of_an_archive_have_ordinals_of_their_own() -> None:
    """From 0 down, with the forms that they speak of."""
    text = TEXT.encode() + as_tabs(SOUND.grid)
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("甲.txt", text)
        archive.writestr("乙.txt", text)
    reading = read(data.getvalue(), "全区.zip")
    assert [each.ordinal for each in reading.accounts] == [0, -1]
    assert [claim.form for claim in reading.claims if claim.form] == [1, 2]


@pytest.mark.parametrize(
    "text",
    [
        "图书购置项目绩效自评情况：年初预算数为20万元，执行数为23.5万元，完成预算的117.5%。",
        "图书购置项目绩效自评情况：全年预算数为23.5万元，执行数为23.5万元，完成年初预算的117.5%。",
        "公务接待费支出决算为1.2万元，完成年初预算1万元的120%。",
        "上年公务接待费支出决算为1.2万元，完成全年预算3万元的40%。",
    ],
)
def test_the_budget_of_the_year_s_beginning_and_the_year_before_are_other_things(text: str) -> None:
    """Neither is held against the form or the table."""
    assert read(text.encode(), "说明.txt").claims == ()


def in_columns(text: str, wide: int) -> str:
    """The tables of a text with columns by blanks, a full-width sign as wide as so many others."""
    lines = text.split("\n")
    rows = [line.split("\t") for line in lines if "\t" in line]
    room = [max(len(row[at]) * wide for row in rows if at < len(row)) + 3 for at in range(max(map(len, rows)))]
    put = []
    for line in lines:
        cells = line.split("\t") if "\t" in line else [line]
        taken = [len(cell) + (wide - 1) * sum(sign > "\u2fff" for sign in cell) for cell in cells]
        put.append("".join(cell + " " * (room[at] - taken[at]) for at, cell in enumerate(cells)).rstrip())
    return "\n".join(put)


def amounts(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The rows with amounts, without the columns that these leave empty."""
    kept = [row for row in rows if any("." in cell for cell in row)]
    filled = [at for at in range(max(map(len, kept))) if any(row[at : at + 1] not in ((), ("",)) for row in kept)]
    return [tuple(row[at] for at in filled if at < len(row)) for row in kept]


@pytest.mark.parametrize("wide", [1, 2])
def test_columns_that_blanks_make_are_those_of_the_numbers(wide: int) -> None:
    """Whether blanks were counted by signs or by the room that these take; what stands beside a title is none of it."""
    text = SAMPLE.replace("公开02表\n收入决算表", "收入决算表      公开02表").replace(
        "城管局\n单位", "城管局      单位"
    )
    text = text.replace("项目\t\t本年收入合计", "项    目\t\t本年收入合计")
    reading = read(in_columns(text, wide).encode(), "决算.txt")
    (accounts,) = reading.accounts
    assert (accounts.unit.text, accounts.amount_unit, accounts.doubts) == ("澄湖区城管局", "万元", ())
    assert [table.title for table in reading.tables] == [title for title, _ in cells(SAMPLE)]
    kept = [[row.cells for row in table.rows] for table in reading.tables]
    assert list(map(amounts, kept)) == [amounts(rows) for _, rows in cells(SAMPLE)]


def test_tables_that_cannot_be_put_onto_a_grid_are_refused_by_name() -> None:
    """One cell a line, or numbers of one row in one column: nothing is held against anybody, and a doubt says so."""
    start, end = SAMPLE.index("项目\t\t本年收入合计"), SAMPLE.index("\n\n注：本表按收入来源")
    stacked = SAMPLE[:start] + SAMPLE[start:end].replace("\t", "\n") + SAMPLE[end:]
    (accounts,) = read(stacked.encode(), "决算.txt").accounts
    assert accounts.accounts is not None
    assert [table.title for table in accounts.accounts.tables].count("收入决算表") == 0
    (doubt,) = accounts.doubts
    assert doubt.note.startswith("《收入决算表》的各行各列无法可靠还原")
    single = "收入决算表\n合计       1.00 2.00 3.00\n201 某类   1.00 2.00 3.00\n20101 某款 1.00 2.00 3.00\n"
    (table,) = read(single.encode(), "决算.txt").tables
    assert [row.cells for row in table.rows][1:] == [
        ("201某类", "1.00", "2.00", "3.00"),
        ("20101某款", "1.00", "2.00", "3.00"),
    ]
    glued = "收入决算表\n" + "某类1.002.003.00\n" * 6
    (accounts,) = read(glued.encode(), "决算.txt").accounts
    assert accounts.accounts is not None and accounts.accounts.tables == () and accounts.doubts
    ragged = "收入决算表\n合计   1.00   2.00   3.00\n201 某类  1.00 2.00  3.00\n20101 某款 1.00   2.00     3.00\n"
    (accounts,) = read(ragged.encode(), "决算.txt").accounts
    assert accounts.accounts is not None and accounts.accounts.tables == () and accounts.doubts
