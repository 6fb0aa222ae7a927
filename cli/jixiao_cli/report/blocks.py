"""A form in a sheet: its figures as printed, under each sum the formula that computes it anew, and the difference."""

from dataclasses import dataclass, field

from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from jixiao.forms import Form, Value
from jixiao_cli.report.accounts import write_accounts
from jixiao_cli.report.cells import put_formula, put_headings, put_number, put_text
from jixiao_cli.report.sums import number
from jixiao_scorer.case import Case
from jixiao_scorer.printed_form import COLUMN_NAMES, FUND_ROWS, ROW_NAMES
from jixiao_scorer.profiles import profile_for

_WEIGHT, _RATE, _SCORE = 5, 6, 7  # the columns E, F and G, in the funds table and under the indicators alike
_INDICATORS = ("指标", "年度指标值", "实际完成值", "一级指标", "分值", "", "得分", "偏差原因")


@dataclass(slots=True)
class Block:
    """Where a form stands in the sheet; ``numbers`` are the cells of its numbers by path.

    ``sums`` are the cells in which accounts are computed anew, by the subject of the finding.
    """

    start: int
    end: int = 0
    numbers: dict[str, str] = field(default_factory=dict)
    sums: dict[str, str] = field(default_factory=dict)


def write_block(sheet: Worksheet, start: int, source: str, form: Form) -> Block:
    """Write the form from a row on."""
    block = Block(start)
    title = put_text(sheet, start, 1, f"{source} 第{form.ordinal}张 {form.code.text or ''} {form.name.text or ''}")
    title.font = Font(bold=True, size=12)
    if form.accounts is not None:
        block.end = write_accounts(sheet, start + 1, form.accounts, block.numbers, block.sums)
        return block
    _funds(sheet, block, form)
    _indicators(sheet, block, form)
    return block


def _funds(sheet: Worksheet, block: Block, form: Form) -> None:
    top = block.start + 1
    put_headings(sheet, top, (f"项目资金（{form.amount_unit}）", *COLUMN_NAMES.values(), "分值", "执行率(%)", "得分"))
    for row, name in enumerate(FUND_ROWS, top + 1):
        put_text(sheet, row, 1, ROW_NAMES[name])
        for column, key in enumerate(COLUMN_NAMES, 2):
            _number(sheet, block, row, column, f"funds.{name}.{key}", getattr(getattr(form.funds, name), key))
    total, sums = top + 1, top + 5
    for column, key in ((_WEIGHT, "weight"), (_RATE, "rate"), (_SCORE, "score")):
        _number(sheet, block, total, column, f"funds.total.{key}", getattr(form.funds.total, key))
    put_text(sheet, sums, 1, "复核（公式）")
    for letter, column in zip("BCD", (2, 3, 4), strict=True):
        put_formula(sheet, sums, column, f"SUM({letter}{total + 1}:{letter}{total + 3})")
    put_formula(sheet, sums, _RATE, f'IF(N(C{total})>0,ROUND(D{total}/C{total}*100,2),"")')
    put_formula(sheet, sums, _SCORE, f'IF(N(C{total})>0,MIN(E{total},ROUND(F{sums}*E{total}/100,2)),"")')
    _differences(sheet, sums + 1, total, sums, "BCDFG")


def _indicators(sheet: Worksheet, block: Block, form: Form) -> None:
    execution, top = block.start + 2, block.start + 9
    put_headings(sheet, top, _INDICATORS)
    for place, each in enumerate(form.indicators):
        row = top + 1 + place
        for column, value in (
            (1, each.name),
            (2, each.target),
            (3, each.actual),
            (4, each.level1),
            (8, each.deviation),
        ):
            put_text(sheet, row, column, value.text)
        _number(sheet, block, row, _WEIGHT, f"indicators[{place}].weight", each.weight)
        _number(sheet, block, row, _SCORE, f"indicators[{place}].score", each.score)
    total = top + 1 + len(form.indicators)
    put_text(sheet, total, 1, "总分")
    _number(sheet, block, total, _WEIGHT, "total_weight", form.total_weight)
    _number(sheet, block, total, _SCORE, "total_score", form.total_score)
    put_text(sheet, total + 1, 1, "复核（公式）")
    apart = Case(form, profile_for(form.layout)).execution_apart
    for letter, column in (("E", _WEIGHT), ("G", _SCORE)):
        also = "" if apart else f",{letter}{execution}"
        put_formula(sheet, total + 1, column, f"SUM({letter}{top + 1}:{letter}{total - 1}{also})")
    _differences(sheet, total + 2, total, total + 1, "EG")
    block.end = total + 2


def _number(sheet: Worksheet, block: Block, row: int, column: int, path: str, value: Value) -> None:
    if put_number(sheet, row, column, value.text, number(value.text)):
        block.numbers[path] = f"{'ABCDEFGH'[column - 1]}{row}"


def _differences(sheet: Worksheet, row: int, stated: int, computed: int, letters: str) -> None:
    """Stated less computed, where both are numbers."""
    put_text(sheet, row, 1, "填报减复核")
    for letter in letters:
        both = f"AND(ISNUMBER({letter}{stated}),ISNUMBER({letter}{computed}))"
        difference = f'IF({both},ROUND({letter}{stated}-{letter}{computed},6),"")'
        put_formula(sheet, row, "ABCDEFGH".index(letter) + 1, difference)
