"""Final accounts in a sheet: their tables as printed, each sum as a formula over these, and what the text says."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from jixiao.findings import Subject
from jixiao.forms.model import Accounts, AccountsTable, Claim
from jixiao.forms.printed import Printed
from jixiao_cli.report.cells import put_formula, put_headings, put_number, put_text
from jixiao_cli.report.sums import number
from jixiao_scorer.accounts import Check, Figure, checks_shown

_SUMS = ("核对", "填报", "复核（公式）", "填报减复核", "核对依据")
_CLAIMS = ("文中所述", "全年预算数（元）", "执行数（元）", "完成率(%)", "复核（公式）", "填报减复核")
_STATED, _COMPUTED, _DIFFERENCE = 2, 3, 4
_LONGEST = 8000  # characters of a formula that a spreadsheet takes
_MOST = 250  # arguments of a SUM
_ONE = Decimal(1)


def write_accounts(
    sheet: Worksheet, start: int, accounts: Accounts, numbers: dict[str, str], sums: dict[str, str]
) -> int:
    """Write the accounts from a row on and return their last row.

    ``numbers`` is filled with the cells of the numbers by path, ``sums`` with those of the formulas by the subject of
    the finding.
    """
    checks = checks_shown(accounts)
    known = {figure.path: figure.number.value for check in checks for figure in check.figures}
    row = start
    for place, table in enumerate(accounts.tables):
        row = _table(sheet, row, f"accounts.tables[{place}]", table, known, numbers) + 2
    row = _sums(sheet, row, checks, numbers, sums)
    return _claims(sheet, row, [claim for claim in accounts.claims if claim.rate.text])


def _table(
    sheet: Worksheet,
    start: int,
    path: str,
    table: AccountsTable,
    known: dict[str, Decimal],
    numbers: dict[str, str],
) -> int:
    """The cells of a table; numbers are those that a sum speaks of, and amounts: codes and line numbers stay text."""
    put_headings(sheet, start, [f"《{table.title}》（{table.amount_unit}）"])
    row = start
    for line, printed in enumerate(table.rows):
        row = start + 1 + line
        for at, text in enumerate(printed.cells):
            cell = f"{path}.rows[{line}].cells[{at}]"
            amount = known.get(cell, number(text) if "." in text else None)
            if amount == 0 and number(text) is None:  # a blank or a dash
                amount = None
            if put_number(sheet, row, at + 1, text, amount):
                numbers[cell] = f"{get_column_letter(at + 1)}{row}"
    return row


def _sums(sheet: Worksheet, start: int, checks: Sequence[Check], numbers: dict[str, str], sums: dict[str, str]) -> int:
    """A row for each sum: as stated, computed anew from the cells above, and the difference."""
    if not checks:
        return start
    put_headings(sheet, start, _SUMS)
    for row, check in enumerate(checks, start + 1):
        put_text(sheet, row, 1, check.where)
        put_text(sheet, row, 5, check.against)
        stated = numbers.get(check.whole.path)
        formula = _formula(check, numbers)
        if len(formula) > _LONGEST:
            continue
        put_formula(sheet, row, _STATED, stated or "0")
        put_formula(sheet, row, _COMPUTED, formula)
        put_formula(sheet, row, _DIFFERENCE, f"ROUND(B{row}-C{row},6)")
        sums[Subject(kind="accounts", name=check.name).key] = f"C{row}"
    return start + len(checks) + 2


def _formula(check: Check, numbers: dict[str, str]) -> str:
    """The sum of the parts less what is taken away, in the unit of the whole."""
    parts, less = _sum(check.parts, numbers), _sum(check.less, numbers)
    both = f"{parts}-{less}" if check.less else parts
    factor = _in_yuan(check.parts[0].number) / _in_yuan(check.whole.number)
    return f"({both})*{factor.normalize():f}" if factor != _ONE else both


def _in_yuan(amount: Printed) -> Decimal:
    """How many yuan its unit has."""
    return _ONE / amount.of_yuan(_ONE)


def _sum(figures: Iterable[Figure], numbers: dict[str, str]) -> str:
    cells = [numbers[figure.path] for figure in figures if figure.path in numbers]
    groups = [cells[at : at + _MOST] for at in range(0, len(cells), _MOST)]
    return "+".join(f"SUM({','.join(group)})" for group in groups) or "0"


def _claims(sheet: Worksheet, start: int, claims: Sequence[Claim]) -> int:
    """What the text says of an execution, and the rate that its own money gives."""
    if not claims:
        return start
    put_headings(sheet, start, _CLAIMS)
    for row, claim in enumerate(claims, start + 1):
        put_text(sheet, row, 1, claim.subject)
        for column, value in ((2, claim.budget), (3, claim.executed)):
            amount = Printed.parse(value, claim.amount_unit)
            put_number(sheet, row, column, value.text, amount.in_yuan().value if amount is not None else None)
        put_number(sheet, row, 4, claim.rate.text, number(claim.rate.text))
        put_formula(sheet, row, 5, f'IF(N(B{row})>0,ROUND(N(C{row})/B{row}*100,2),"")')
        both = f"AND(ISNUMBER(D{row}),ISNUMBER(E{row}))"
        put_formula(sheet, row, 6, f'IF({both},ROUND(D{row}-E{row},6),"")')
    return start + len(claims)
