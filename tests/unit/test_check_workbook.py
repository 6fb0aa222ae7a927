"""``jixiao check --xlsx``: formulas that give the computed figures, and texts that stay texts."""

import re
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from typer.testing import CliRunner

from jixiao.findings import Cause, Finding, RuleId, Severity
from jixiao.forms import Form, Value
from jixiao_cli.main import app
from jixiao_cli.report.order import Found
from jixiao_cli.report.workbook import save
from jixiao_scorer import assess
from jixiao_scorer.profiles import profile_for
from tests.unit.scorer.accounts import accounts

SAMPLES = Path(__file__).parents[2] / "samples"
_RANGE = re.compile(r"\b([A-H])(\d+):[A-H](\d+)")
_CELL = re.compile(r"(?:'(\w+)'!)?(?<![\w\"])([A-Z])(\d+)\b(?!\")")


class Sheets:
    """A workbook whose formulas of ours are computed as a spreadsheet would."""

    def __init__(self, book: Workbook) -> None:
        self.book = book

    def value(self, sheet: str, cell: str) -> Any:
        """A cell's number or text, a formula's result."""
        value = self.book[sheet][cell].value
        if isinstance(value, str) and self.book[sheet][cell].data_type == "f":
            return self._computed(sheet, value[1:])
        return Decimal(str(value)) if isinstance(value, int | float) else value

    def _computed(self, sheet: str, formula: str) -> Any:
        def cell(found: re.Match[str]) -> str:
            return f'VALUE("{found[1] or sheet}", "{found[2]}{found[3]}")'

        spread = _RANGE.sub(lambda r: ",".join(f"{r[1]}{n}" for n in range(int(r[2]), int(r[3]) + 1)), formula)
        numbers = re.sub(r"(?<![\w\"])(\d+(?:\.\d+)?)(?![\w\"])", r'D("\1")', _CELL.sub(cell, spread))
        return eval(numbers, {"VALUE": self.value, "D": Decimal, **FUNCTIONS})


def _rounded(number: Any, digits: Decimal) -> Any:
    return number.quantize(Decimal(1).scaleb(-int(digits)), ROUND_HALF_UP)


FUNCTIONS: dict[str, Any] = {
    "SUM": lambda *each: sum((x for x in each if isinstance(x, Decimal)), Decimal(0)),
    "ROUND": _rounded,
    "MIN": min,
    "IF": lambda test, then, other: then if test else other,
    "AND": lambda *each: all(each),
    "N": lambda each: each if isinstance(each, Decimal) else Decimal(0),
    "ISNUMBER": lambda each: isinstance(each, Decimal),
}


@pytest.mark.parametrize("sample", ["wrong-rate.txt", "wrong-total.txt", "fund-sources.xlsx", "wrong-weights.xlsx"])
def test_formulas_give_the_computed_figures(tmp_path: Path, sample: str) -> None:
    """Of the list, over the cells of the other sheet; the sheet's own sums show the same difference."""
    out = tmp_path / "out.xlsx"
    CliRunner().invoke(app, ["check", str(SAMPLES / sample), "--xlsx", str(out)])
    sheets = Sheets(load_workbook(out))
    listed = sheets.book["疑点"]
    computed = [row for row in range(2, listed.max_row + 1) if listed.cell(row, 11).value is not None]
    assert computed
    for row in computed:
        assert sheets.value("疑点", f"K{row}") == sheets.value("疑点", f"L{row}")
    figures = sheets.book["重算"]
    rows = [row for row in range(1, figures.max_row + 1) if figures.cell(row, 1).value == "填报减复核"]
    gaps = [sheets.value("重算", f"{letter}{row}") for row in rows for letter in "BCDEFG"]
    assert any(isinstance(gap, Decimal) and gap for gap in gaps)


def test_accounts_stand_with_formulas_over_their_cells(tmp_path: Path) -> None:
    """Each sum is computed anew as the finding says, also between tables; codes and line numbers stay text."""
    wrong = {
        "2120104\t城管执法\t137.62\t60.50\t77.12": "2120104\t城管执法\t137.62\t60.50\t71.12",
        "城乡社区支出\t23\t793.98\t793.98": "城乡社区支出\t23\t793.98\t739.98",
        "执行数为95.31万元，完成预算的95.3%": "执行数为95.31万元，完成预算的90%",
    }
    form = accounts(wrong)
    found = [Found("决算.txt", form, each) for each in assess(form, profile_for(form.layout)).findings]
    save(tmp_path / "out.xlsx", found)
    sheets = Sheets(load_workbook(tmp_path / "out.xlsx"))
    for row, each in enumerate(found, 2):
        assert sheets.value("疑点", f"K{row}").quantize(Decimal("0.01")) == Decimal(
            (each.finding.computed or "").rstrip("%")
        )
    figures = sheets.book["重算"]
    gaps = {
        (figures.cell(row, 1).value, sheets.value("重算", f"D{row}"))
        for row in range(1, figures.max_row + 1)
        if figures.cell(row, 4).data_type == "f"
    }
    assert {(name, gap) for name, gap in gaps if gap} == {
        ("《支出决算表》「城乡社区管理事务」的项目支出", 6),
        ("《支出决算表》「城管执法」的本年支出合计", 6),
        ("《财政拨款收入支出决算总表》本年支出合计（一般公共预算财政拨款）", 54),
        ("《财政拨款收入支出决算总表》城乡社区支出（一般公共预算财政拨款）", -54),
        ("《财政拨款收入支出决算总表》三、城乡社区支出的合计", 54),
    }
    texts = {cell.value for row in figures for cell in row if cell.data_type == "s"}
    assert {"2120104", "23", "栏次"} <= texts


@pytest.mark.parametrize(("unit", "factor"), [("元", "10000"), ("亿元", "0.0001")])
def test_sums_between_tables_of_other_units_are_computed_in_the_unit_stated(
    tmp_path: Path, unit: str, factor: str
) -> None:
    """Thousands or ten thousandths of the cells that they are made of."""
    form = accounts(
        {"收入支出决算总表\n部门：澄湖区城管局\n单位：万元": f"收入支出决算总表\n部门：澄湖区城管局\n单位：{unit}"}
    )
    assert form.accounts is not None
    found = [Found("决算.txt", form, each) for each in assess(form, profile_for(form.layout)).findings]
    save(tmp_path / "out.xlsx", found)
    formulas = {str(cell.value) for row in load_workbook(tmp_path / "out.xlsx")["重算"] for cell in row}
    assert any(each.endswith(f"*{factor}") for each in formulas)


def test_a_text_that_begins_like_a_formula_stays_a_text(tmp_path: Path) -> None:
    """From the form and from the finding alike; characters that no workbook takes are dropped."""
    evil = '=HYPERLINK("http://example.org")\x07'
    form = Form(ordinal=1, name=Value(text=evil), code=Value(text="=1+1"))
    finding = Finding(
        rule=RuleId.TOTAL_SUM, severity=Severity.ERROR, cause=Cause.ARITHMETIC, sentence=evil, stated="=2+2"
    )
    save(tmp_path / "out.xlsx", [Found("=x.txt", form, finding)])
    book = load_workbook(tmp_path / "out.xlsx")
    formulas = [cell for cell in book["疑点"][2] if cell.data_type == "f"]
    assert formulas == []
    assert book["疑点"]["I2"].value == evil.rstrip("\x07")
    assert all("HYPERLINK" not in str(cell.value) or cell.data_type == "s" for row in book["重算"] for cell in row)
