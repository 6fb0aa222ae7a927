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
