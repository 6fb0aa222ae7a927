"""A department's final accounts (部门决算) as a form of its own kind: whose, of which year, claims and tables."""

from collections.abc import Sequence

from jixiao.forms.model import ACCOUNTS, Accounts, Doubt, DoubtKind, Form, Value
from jixiao_parser.recognise.accounts.claims import claims_of
from jixiao_parser.recognise.accounts.columns import on_columns
from jixiao_parser.recognise.accounts.tables import ENDING, are_too_large, printed, tables_of, words
from jixiao_parser.recognise.grid import Item, Line

NAME = "部门决算"
LONGEST_HEADING = 60
MOST_CLAIMS = 500
_TOO_LARGE = Doubt(kind=DoubtKind.CUT_OFF, note="决算表内容过多，未保存，也未作核对。")
_UNREAD = "{}的各行各列无法可靠还原（未按表格线、制表符分栏，或每行只有一个单元格），未作核对。"


def accounts_of(lines: Sequence[Line], forms: Sequence[Form]) -> Form | None:
    """The accounts that a document holds beside its forms; None where it has neither their claims nor their tables.

    What cannot be read of them is a doubt of the form.
    """
    lines, refused = on_columns(lines)
    claims, tables = claims_of(lines, forms), tables_of(lines)
    if not claims and not tables and not refused:
        return None
    cut = are_too_large(tables)
    unread = _UNREAD.format("、".join(f"《{title}》" for title in refused))
    doubts = [_TOO_LARGE] if cut else []
    doubts += [Doubt(kind=DoubtKind.UNREADABLE, note=unread)] if refused else []
    unit, year = _department(lines), _year(lines)
    first = forms[0] if forms else Form(ordinal=0)
    return Form(
        ordinal=0,
        kind=ACCOUNTS,
        layout=ACCOUNTS,
        amount_unit=(tables[0].amount_unit if tables else claims[0].amount_unit) if tables or claims else "元",
        name=Value(text=NAME),
        year=year if year is not None else first.year,
        unit=unit if unit is not None else first.budget_unit,
        accounts=Accounts(claims=claims[:MOST_CLAIMS], tables=() if cut else tables),
        doubts=tuple(doubts),
    )


def _department(lines: Sequence[Line]) -> Value | None:
    """The department that the tables name, or else the heading of the document."""
    for line in lines:
        for item in line.items:
            found = words()["department"].fullmatch(printed(item))
            if found and not words()["unit"].search(printed(item)):
                return line.value(item, text=found["department"])
    for line, item in _headings(lines):
        found = words()["heading"].match(printed(item))
        if found and (named := found["department"] or found["before"]):
            return line.value(item, text=named)
    return None


def _year(lines: Sequence[Line]) -> Value | None:
    for line, item in _headings(lines):
        found = words()["heading"].search(printed(item))
        if found:
            return line.value(item, text=found["year"])
    return None


def _headings(lines: Sequence[Line]) -> list[tuple[Line, Item]]:
    """The short lines that speak of the accounts of a year."""
    alone = [(line, line.items[0]) for line in lines if len(line.items) == 1]
    short = [(line, item) for line, item in alone if len(printed(item)) <= LONGEST_HEADING]
    return [(line, item) for line, item in short if ENDING in (printed(item))]
