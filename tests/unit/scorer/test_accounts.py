"""Final accounts: each case has exactly its findings; whatever the numbers, true sums are never found false."""

import random
import re
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jixiao.findings import Cause, Finding, RuleId, Severity
from jixiao.forms import Form
from jixiao.forms.model import Accounts, AccountsRow, AccountsTable
from jixiao_parser import read
from jixiao_scorer import assess
from jixiao_scorer.profiles import PROFILES, profile_for
from jixiao_scorer.rules import ACCOUNTS_RULES
from tests.unit.scorer.accounts import FILE, SOUND, accounts
from tests.unit.scorer.forms import CASES

FULL = re.compile(r"[\d,]*[1-9][\d,]*\.\d\d")
Damage = Callable[[tuple[str, ...], int], tuple[str, ...]]


def found(form: Form) -> tuple[Finding, ...]:
    """The findings on accounts."""
    return assess(form, profile_for(form.layout)).findings


@pytest.mark.parametrize("case", FILE, ids=lambda case: case["name"])
def test_accounts_have_exactly_the_findings_of_their_case(case: dict[str, Any]) -> None:
    """``expect`` lists rule and severity; ``with`` names fields of the first finding."""
    findings = found(accounts(case["set"]))
    assert [f"{each.rule} {each.severity}" for each in findings] == case["expect"]
    for key, value in case.get("with", {}).items():
        told = findings[0].model_dump(mode="json")[key]
        assert value in told if key == "sentence" else told == value, key


@pytest.mark.parametrize("case", SOUND, ids=lambda case: case["name"])
def test_sound_accounts_of_other_make_are_accused_of_nothing(case: dict[str, Any]) -> None:
    """Their sums are checked all the same, and all of them hold; ``rounding``: but for the last digits."""
    (form,) = read((CASES / "accounts" / "sound" / f"{case['name']}.txt").read_bytes(), "决算.txt").accounts
    judged = assess(form, profile_for(form.layout))
    assert [each.cause for each in judged.findings] == [Cause.ROUNDING] * case["rounding"]
    assert len(judged.figures) >= case["figures"]


def lost(cells: tuple[str, ...], at: int) -> tuple[str, ...]:
    """A number that the reading lost."""
    return (*cells[:at], "", *cells[at + 1 :])


def glued(cells: tuple[str, ...], at: int) -> tuple[str, ...]:
    """A number that the reading glued to the one behind it."""
    return (*cells[:at], "".join(cells[at : at + 2]), "", *cells[at + 2 :])


@pytest.mark.parametrize("damage", [None, lost, glued], ids=["row", "lost", "glued"])
@pytest.mark.parametrize("name", ["paged", "compared", "brackets"])
def test_what_the_reading_may_have_caused_accuses_nobody(name: str, damage: Damage | None) -> None:
    """Rows lost, numbers lost, numbers run together: at most a doubt."""
    (form,) = read((CASES / "accounts" / "sound" / f"{name}.txt").read_bytes(), "决算.txt").accounts
    places = [
        (table, row, at)
        for table, each in enumerate(form.accounts.tables if form.accounts is not None else ())
        for row, printed in enumerate(each.rows)
        for at, cell in enumerate(printed.cells)
        if FULL.fullmatch(cell)
    ]
    for table, row, at in random.Random(name).sample(places, 40):
        findings = found(damaged(form, table, row, at, damage))
        assert all(each.is_doubt or each.cause is Cause.ROUNDING for each in findings), (table, row, at)


def damaged(form: Form, at: int, row: int, column: int, damage: Damage | None) -> Form:
    """The accounts with a row changed, or without it."""
    assert form.accounts is not None
    tables = list(form.accounts.tables)
    rows = list(tables[at].rows)
    cells = rows[row].cells
    rows[row : row + 1] = [AccountsRow(cells=damage(cells, column))] if damage is not None else []
    tables[at] = tables[at].model_copy(update={"rows": tuple(rows)})
    return form.model_copy(update={"accounts": Accounts(tables=tuple(tables))})


def test_accounts_of_two_departments_are_told_apart() -> None:
    """Each has its own finding of the same sum."""
    text = (CASES / "accounts" / "sound" / "after.txt").read_text("utf-8")
    for one, other in (
        ("合计\t144.00\t111.00", "合计\t154.00\t111.00"),
        ("合计\t432.00\t333.00", "合计\t442.00\t333.00"),
    ):
        text = text.replace(one, other, 1)
    (form,) = read(text.encode(), "决算.txt").accounts
    subjects = [each.subject.name for each in found(form)]
    assert [name.removesuffix("/2") for name in subjects] == subjects[:1] * 2 and len(set(subjects)) == 2


def test_each_rule_has_cases_that_fire_and_those_that_do_not() -> None:
    """Of every severity."""
    fired = {line for case in FILE for line in case["expect"]}
    assert fired == {"ACCOUNTS error", "ACCOUNTS notice", "NARRATIVE warning"}
    assert any(not case["expect"] for case in FILE)


def test_figures_stand_beside_their_recomputation() -> None:
    """The sums that a page shows, all of them true in the sample."""
    figures = assess(accounts(), profile_for("accounts")).figures
    assert {each.agrees for each in figures} == {True}
    assert "《收入支出决算总表》本年支出合计：《支出决算表》合计的本年支出合计" in {each.label for each in figures}


def test_many_wrong_numbers_in_one_table_are_a_reading_gone_wrong() -> None:
    """One doubt for the reviewer, and no unit accused."""
    form = accounts()
    assert form.accounts is not None
    spending = form.accounts.tables[2]
    shifted = tuple(
        row.model_copy(update={"cells": (*row.cells[:2], *row.cells[3:], "0.00")}) if at % 2 else row
        for at, row in enumerate(spending.rows)
    )
    tables = (
        *form.accounts.tables[:2],
        spending.model_copy(update={"rows": shifted}),
        *form.accounts.tables[3:],
    )
    (finding,) = found(form.model_copy(update={"accounts": Accounts(tables=tables)}))
    assert finding.is_doubt and "疑似读取时错列或缺行" in finding.sentence


def test_rules_that_are_switched_off_say_nothing() -> None:
    """Like any other."""
    profile = PROFILES["default"]
    silent = {rule: profile.rules[rule].model_copy(update={"on": False}) for rule in ACCOUNTS_RULES}
    off = profile.model_validate(profile.model_dump() | {"rules": profile.rules | silent})
    for case in FILE:
        assert assess(accounts(case["set"]), off).findings == ()


AMOUNT = st.integers(min_value=0, max_value=10**12).map(lambda yuan: Decimal(yuan) / 100)
TREE = st.lists(st.lists(st.tuples(AMOUNT, AMOUNT), min_size=1, max_size=5), min_size=1, max_size=4)
_HEADS = (("项目", "", "本年支出合计", "基本支出", "项目支出"), ("", "栏次", "1", "2", "3"))


def table(tree: list[list[tuple[Decimal, Decimal]]]) -> AccountsTable:
    """A table of spending in 万元 with two digits, made of amounts in yuan by class and item."""
    rows: list[tuple[str, ...]] = [*_HEADS, ("", "合计", *printed([pair for items in tree for pair in items]))]
    for place, items in enumerate(tree):
        code = f"{201 + place}"
        rows.append((code, "某类", *printed(items)))
        rows += ((f"{code}01{at:02}", "某项", *printed([pair])) for at, pair in enumerate(items))
    cells = tuple(AccountsRow(cells=row) for row in rows)
    return AccountsTable(title="一般公共预算财政拨款支出决算表", amount_unit="万元", rows=cells)


def printed(pairs: list[tuple[Decimal, Decimal]]) -> list[str]:
    """Total, basic and project spending, each rounded for itself."""
    basic, project = (sum((pair[at] for pair in pairs), Decimal(0)) for at in (0, 1))
    return [f"{amount / 10000:,.2f}" for amount in (basic + project, basic, project)]


def of(made: AccountsTable) -> tuple[Finding, ...]:
    """The findings on a table alone."""
    return found(Form(ordinal=0, kind="accounts", layout="accounts", accounts=Accounts(tables=(made,))))


@given(TREE)
def test_sums_of_rounded_amounts_are_at_most_notices(tree: list[list[tuple[Decimal, Decimal]]]) -> None:
    """Parents and totals are printed rounded, each for itself: what that makes of the digits is never an error."""
    assert {each.severity for each in of(table(tree))} <= {Severity.NOTICE}


@given(TREE, st.data())
def test_a_number_that_is_off_beyond_rounding_is_an_error(
    tree: list[list[tuple[Decimal, Decimal]]], data: st.DataObject
) -> None:
    """In a parent or the whole, by 1 万元 or more; where a repair is proposed, it is of that number."""
    sound = table(tree)
    parents = [at for at, row in enumerate(sound.rows) if len(row.cells[0]) <= len("201") and at >= len(_HEADS)]
    at, column = data.draw(st.sampled_from(parents)), data.draw(st.sampled_from((2, 3, 4)))
    cells = list(sound.rows[at].cells)
    by = data.draw(st.integers(min_value=1, max_value=999))
    cells[column] = f"{Decimal(cells[column].replace(',', '')) + by:,.2f}"
    rows = (*sound.rows[:at], AccountsRow(cells=tuple(cells)), *sound.rows[at + 1 :])
    errors = [each for each in of(sound.model_copy(update={"rows": rows})) if each.severity is Severity.ERROR]
    assert errors and {each.rule for each in errors} == {RuleId.ACCOUNTS}
    repaired = {each.repair.path for each in errors if each.repair is not None}
    assert repaired <= {f"accounts.tables[0].rows[{at}].cells[{column}]"}


JUNK = st.sampled_from(
    ["", "—", "####", "12万元", "15%", "-3.50", "合计", "栏次", "项目", "201", "9" * 25, "0.005", "∞"]
)
PLACES = st.tuples(st.integers(0, 8), st.integers(0, 12), st.integers(0, 11))


@settings(deadline=None)  # nine tables an example
@example({(0, 4, 1): "9" * 5000})
@given(st.dictionaries(PLACES, JUNK | st.text(max_size=4), max_size=20))
@example({(0, 4, 1): "9" * 5000})
def test_no_accounts_are_beyond_judging(changes: dict[tuple[int, int, int], str]) -> None:
    """Whatever stands in the cells: every finding has its sentence."""
    form = accounts()
    assert form.accounts is not None
    cells = [[list(row.cells) for row in table.rows] for table in form.accounts.tables]
    for (at, line, column), text in changes.items():
        if line < len(cells[at]):
            row = cells[at][line]
            row[column : column + 1] = [text]
    tables = (
        table.model_copy(update={"rows": tuple(AccountsRow(cells=tuple(row)) for row in rows)})
        for table, rows in zip(form.accounts.tables, cells, strict=True)
    )
    findings = found(form.model_copy(update={"accounts": Accounts(tables=tuple(tables))}))
    assert all(each.sentence.endswith("。") for each in findings)


def test_a_long_table_with_a_wrong_sum_holds_up_nobody() -> None:
    """As long as an event can carry: the scorer judges in its loop, and other forms wait meanwhile."""
    items = [
        (f"2{at % 99 + 1:02d}{at // 99 + 1:02d}01", "某项", f"{at + 7}.10", f"{at}.11", "4.12") for at in range(2400)
    ]
    rows = (*_HEADS, ("", "合计", "100.00", "60.00", "40.00"), *items)
    made = AccountsTable(
        title="一般公共预算财政拨款支出决算表", amount_unit="万元", rows=tuple(AccountsRow(cells=row) for row in rows)
    )
    began = time.process_time()
    assert of(made)
    assert time.process_time() - began < 5
