"""ACCOUNTS and, as far as a text contradicts itself, NARRATIVE: the findings on final accounts (部门决算) alone."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from jixiao.events.models import Computed
from jixiao.findings import Cause, Finding, RuleId, Subject
from jixiao.forms import Doubt, DoubtKind, Form
from jixiao.forms.model import Accounts
from jixiao_scorer.accounts.book import Book, all_checks, books
from jixiao_scorer.accounts.figures import Check
from jixiao_scorer.accounts.grid import Grid
from jixiao_scorer.accounts.mend import Mended, Mender
from jixiao_scorer.accounts.narrative import self_contradictions
from jixiao_scorer.accounts.spoken import said_of_expenses
from jixiao_scorer.accounts.words import WORDS
from jixiao_scorer.build import finding
from jixiao_scorer.case import Case
from jixiao_scorer.profiles import Profile
from jixiao_scorer.words import money, plain

_MISREAD = 6  # wrong numbers in one table from which on the reading is in doubt
_MANY = 6  # amounts in a table from which on it should have been checked
_TOLD = 3  # places named in the sentence on differences from rounding
_LOST = Doubt(kind=DoubtKind.LOST_ROW, note="多处合计同时不符，疑似读取时缺少一行")
_UNIT = Doubt(kind=DoubtKind.GUESSED, note="两表数字相同而单位不同，疑似其中一表的单位读取或填写有误")
_BLANK = Doubt(kind=DoubtKind.UNREADABLE, note="应有数字处为空白，可能未读出")
_UNITS = "units"
_LACKING = Doubt(kind=DoubtKind.LOST_ROW, note="所列各项之和偏小，差额可能是读取时缺少的一行")


def judge(form: Form, profile: Profile) -> tuple[tuple[Computed, ...], list[Finding]]:
    """The figures of the accounts beside their recomputation, and what was found."""
    accounts, case = form.accounts or Accounts(), Case(form, profile)
    found = books(accounts.tables)
    checks = all_checks(found)
    findings = [
        *_unchecked(case, checks, accounts),
        *_accounts(case, checks),
        *_spoken(case, found, accounts),
        *self_contradictions(case, accounts.claims),
    ]
    return tuple(map(_figure, _shown(checks))), findings


def checks_shown(accounts: Accounts) -> list[Check]:
    """What must hold in and between the tables, as far as a page or workbook lists it."""
    return _shown(all_checks(books(accounts.tables)))


def _shown(checks: Sequence[Check]) -> list[Check]:
    """The great sums, but for those of nothing, and whatever is broken."""
    return [
        check
        for check in checks
        if not check.holds or (check.shown and any(each.number.value for each in check.figures))
    ]


def _unchecked(case: Case, checks: Sequence[Check], accounts: Accounts) -> Iterator[Finding]:
    """What could not be read, or is set so that no sum could be told, so that nobody believes it was checked."""
    touched = {figure.table for check in checks for figure in check.figures}
    grids = [Grid(place, table) for place, table in enumerate(accounts.tables)]
    left = [grid for grid in grids if grid.path not in touched and WORDS.kind_of(grid.table.title)]
    titles = "、".join(dict.fromkeys(f"《{grid.table.title}》" for grid in left if grid.amounts >= _MANY))
    doubts = [*case.form.doubts]
    doubts += [Doubt(kind=DoubtKind.UNREADABLE, note=f"{titles}的表式未能识别，未作核对")] if titles else []
    if doubts:
        subject = Subject(kind="accounts", name="unchecked")
        yield finding(case, RuleId.ACCOUNTS, "部门决算未能全部核对。", subject=subject, doubts=doubts)


def _figure(check: Check) -> Computed:
    number, computed = check.whole.number, check.computed
    return Computed(
        path=check.whole.path,
        label=f"{check.where}：{check.against}",
        stated=number.text,
        computed=f"{computed.value:,.{computed.decimals}f}",
        agrees=check.holds,
        doubted=bool(number.doubts or computed.doubts),
    )


@dataclass(frozen=True, slots=True)
class _Broken:
    """A check that does not hold, with the change that closes it, or a doubt about the reading, if any."""

    check: Check
    mended: Mended | None = None
    doubts: tuple[Doubt, ...] = ()


def _accounts(case: Case, checks: Sequence[Check]) -> Iterator[Finding]:
    """ACCOUNTS: what is no sum, each wrong number once; then all differences from rounding in one.

    So many wrong numbers in one table are a reading gone wrong, told once; nothing else is said of that table.
    """
    tables: dict[str, list[_Broken]] = defaultdict(list)
    for broken in _broken(checks):
        tables[broken.check.whole.table].append(broken)
    misread = {table for table, found in tables.items() if len(found) >= _MISREAD}
    for table, found in tables.items():
        if table in misread:
            yield _error(case, _as_misread(found))
        else:
            told = (each for each in found if misread.isdisjoint(figure.table for figure in each.check.figures))
            yield from (_error(case, each) for each in told)
    yield from _rounding(case, [each for each in checks if each.holds and each.gap])


def _as_misread(found: Sequence[_Broken]) -> _Broken:
    worst = max(found, key=lambda each: abs(each.check.gap))
    note = f"本表有{len(found)}处不符，疑似读取时错列或缺行"
    return _Broken(worst.check, doubts=(Doubt(kind=DoubtKind.DISPLACED, note=note),))


def _broken(checks: Sequence[Check]) -> Iterator[_Broken]:
    """The checks that do not hold; those that one change closes as one, columns of a parent that all lack as one."""
    mender, closed = Mender(checks), set[int]()
    left: dict[str, list[Check]] = defaultdict(list)
    for check in checks:
        if check.holds or id(check) in closed:
            continue
        if check.is_of_other_unit:
            left[_UNITS].append(check)
            continue
        mended = mender.mend(check)
        if mended is None or (check.may_lack_a_row and len(mended.closed) == 1):
            left[f"{check.whole.table}/{check.group or check.subject}"].append(check)
            continue
        closed |= {id(each) for each in mended.closed}
        first = min(mended.closed, key=lambda each: each.tolerance)
        yield _Broken(first, doubts=(_BLANK,)) if mended.figure.is_blank else _Broken(first, mended)
    for group in left.values():
        open_still = [each for each in group if id(each) not in closed]
        if open_still:
            worst = max(open_still, key=lambda each: abs(each.gap))
            yield _Broken(worst, doubts=_lost(worst, len(open_still)))


def _lost(check: Check, times: int) -> tuple[Doubt, ...]:
    """The doubt where the unit, or a row that the reading lost, would explain a sum, or so many at once."""
    if check.is_of_other_unit:
        return (_UNIT,)
    if check.whole.is_blank:
        return (_BLANK,)
    if times > 1:
        return (_LOST,)
    return (_LACKING,) if check.may_lack_a_row else ()


def _error(case: Case, broken: _Broken) -> Finding:
    check, mended = broken.check, broken.mended
    whole = check.whole.number
    others = len(mended.closed) - 1 if mended is not None else 0
    also = f"同一数字另使{others}处不符。" if others else ""
    return finding(
        case,
        RuleId.ACCOUNTS,
        f"{check.where}为{money(whole)}，{check.against}为{money(check.computed)}，相差{_apart(check)}。{also}",
        grave=True,
        subject=Subject(kind="accounts", name=check.name),
        stated=whole,
        computed=check.computed,
        doubts=broken.doubts,
        amount=abs(check.gap),
        repair=mended.repair if mended is not None else None,
    )


def _apart(check: Check) -> str:
    whole = check.whole.number
    return f"{plain(whole.of_yuan(abs(check.gap)))}{whole.unit}"


def _rounding(case: Case, checks: Sequence[Check]) -> Iterator[Finding]:
    if not checks:
        return
    told = "；".join(f"{each.where}与{each.against}相差{_apart(each)}" for each in checks[:_TOLD])
    first = checks[0]
    yield finding(
        case,
        RuleId.ACCOUNTS,
        f"决算表中有{len(checks)}处合计与分项之和有尾数差（{told}{'等' if len(checks) > _TOLD else ''}），"
        "在四舍五入所能造成的范围内。",
        Cause.ROUNDING,
        subject=Subject(kind="accounts", name="rounding"),
        stated=first.whole.number,
        computed=first.computed,
        amount=max((abs(each.gap) for each in checks), default=Decimal(0)),
    )


def _spoken(case: Case, found: Sequence[Book], accounts: Accounts) -> Iterator[Finding]:
    """ACCOUNTS: the text gives another figure of 三公经费 than the table."""
    tables = [book.expenses for book in found if book.expenses is not None]
    if len(tables) != 1:
        return
    for said in said_of_expenses(tables[0], accounts.claims):
        yield finding(
            case,
            RuleId.ACCOUNTS,
            f"文中{said.name}的{said.column}为{money(said.spoken)}，《{tables[0].title}》中为{money(said.printed)}，两者应当一致。",
            Cause.CONTRADICTION,
            grave=True,
            subject=Subject(kind="accounts", name=f"text/{said.name}/{said.column}"),
            stated=said.spoken,
            computed=said.printed,
            amount=abs(said.spoken.in_yuan().value - said.printed.in_yuan().value),
        )
