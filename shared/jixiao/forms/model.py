"""A form as it was read: every value as printed, with its evidence and, where the reader was not sure, a doubt.

What a form has by the hundred are frozen data classes, which pydantic reads and writes as it does its models: so a form
takes a sixth of the memory.
"""

from dataclasses import dataclass, fields, is_dataclass, replace
from enum import StrEnum
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict

SELF_EVALUATION, ACCOUNTS = "self_evaluation", "accounts"
FORM_KINDS = (SELF_EVALUATION, ACCOUNTS)
T = TypeVar("T")

_ABOUT = frozenset({"evidence", "places", "doubts"})


class Model(BaseModel):
    """A frozen value; fields it does not know are ignored, so that an older reader survives a newer writer."""

    model_config = ConfigDict(frozen=True, extra="ignore")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a value stands in its document.

    ``page`` and ``line`` count from 1; ``cell`` is a sheet reference ("C7") or, in text, the 1-based field of the
    line; ``box`` is (left, top, right, bottom) in points of the page; ``member`` is the path inside a ZIP file.
    """

    document: str = ""
    member: str | None = None
    sheet: str | None = None
    page: int | None = None
    line: int | None = None
    cell: str | None = None
    box: tuple[float, float, float, float] | None = None
    raw: str = ""
    reader: str = ""


class DoubtKind(StrEnum):
    """Why a reader was not sure of a value."""

    DISPLACED = "displaced"  # the label or cell stood elsewhere and was put right
    LOST_COLUMN = "lost_column"  # the document was cut at the right edge
    LOST_ROW = "lost_row"  # a row seems to be missing at a page break
    CUT_OFF = "cut_off"  # the cell's text is not complete
    OCR = "ocr"
    UNREADABLE = "unreadable"  # ####, or text where a number must stand
    UNCACHED = "uncached"  # a formula whose value was never stored
    GUESSED = "guessed"  # one of several readings that fit


@dataclass(frozen=True, slots=True)
class Doubt:
    """A reader's doubt: why, in a Chinese sentence for the reviewer, and a better guess beside the reading if any."""

    kind: DoubtKind
    note: str
    alternative: str | None = None


class Decision(Model):
    """What a reader tried and what came of it, in Chinese for people; ``form`` is an ordinal, None the document."""

    about: str
    tried: str
    outcome: str
    chosen: bool = False
    form: int | None = None


@dataclass(frozen=True, slots=True)
class Value:
    """One cell as printed, white space removed. ``None``: the document does not have it; "": an empty cell."""

    text: str | None = None
    evidence: Evidence | None = None
    doubt: Doubt | None = None


@dataclass(frozen=True, slots=True)
class FundsRow:
    """A source of money: 年初预算数, 全年预算数, 全年执行数, in the form's amount unit."""

    initial: Value = Value()
    budget: Value = Value()
    executed: Value = Value()


@dataclass(frozen=True, slots=True)
class FundsTotal(FundsRow):
    """The row 年度资金总额, which also carries 分值, 执行率 and 得分."""

    weight: Value = Value()
    rate: Value = Value()
    score: Value = Value()


@dataclass(frozen=True, slots=True)
class Funds:
    """The funds table: 年度资金总额, 当年财政拨款, 上年结转资金, 其他资金."""

    total: FundsTotal = FundsTotal()
    fiscal: FundsRow = FundsRow()
    carryover: FundsRow = FundsRow()
    other: FundsRow = FundsRow()


@dataclass(frozen=True, slots=True)
class Indicator:
    """One row of the indicator table; ``level1`` and ``level2`` are the true levels, as normalised words."""

    level1: Value = Value()
    level2: Value = Value()
    name: Value = Value()
    target: Value = Value()
    actual: Value = Value()
    weight: Value = Value()
    score: Value = Value()
    deviation: Value = Value()


class Claim(Model):
    """What the text of a document says in words and figures, beside its forms, such as 部门决算 do of each project.

    ``kind``: ``execution`` (budget, executed, rate of a project or the department), ``evaluated_projects`` and
    ``self_evaluated`` (how many, which sums), ``key_evaluation``, ``whole_department``, ``public_expense`` (三公经费).
    ``form`` is the ordinal of the form of the same project, None where there is none. ``praise``: the words by which
    the text finds the execution good.
    """

    kind: str
    subject: str
    form: int | None = None
    amount_unit: str = "元"
    budget: Value = Value()
    executed: Value = Value()
    rate: Value = Value()
    amount: Value = Value()
    count: Value = Value()
    praise: Value = Value()


class AccountsRow(Model):
    """A row of a table as printed; "" where a cell is empty.

    ``evidence`` is the row's; ``places`` are those of its cells (C7), ``doubts`` theirs, each empty where there are
    none.
    """

    cells: tuple[str, ...]
    evidence: Evidence | None = None
    places: tuple[str | None, ...] = ()
    doubts: tuple[Doubt | None, ...] = ()

    def value(self, column: int) -> Value:
        """One cell with its evidence and doubt; a missing one where the row ends before it."""
        if column >= len(self.cells):
            return Value(evidence=self.evidence)
        text = self.cells[column]
        place = self.places[column] if self.places else None
        evidence = replace(self.evidence, cell=place, raw=text) if self.evidence is not None else None
        return Value(text=text, evidence=evidence, doubt=self.doubts[column] if self.doubts else None)


class AccountsTable(Model):
    """A table of final accounts (决算表), its heading rows included."""

    title: str
    amount_unit: str = "元"
    rows: tuple[AccountsRow, ...] = ()


class Accounts(Model):
    """A department's final accounts (部门决算): what their text claims, and their tables."""

    claims: tuple[Claim, ...] = ()
    tables: tuple[AccountsTable, ...] = ()


class Form(Model):
    """One 项目支出绩效自评表, or (``kind`` accounts) a department's final accounts, which stand in ``accounts`` alone.

    ``ordinal`` is its 1-based place in the document (accounts: 0 and below); ``amount_unit`` is 元 or 万元; ``layout``
    names the layout that the recogniser knew (``shenzhen`` and others); ``doubts`` concern the form as a whole, such as
    a lost row.
    """

    ordinal: int
    kind: str = "self_evaluation"
    layout: str = "shenzhen"
    amount_unit: str = "元"
    code: Value = Value()
    name: Value = Value()
    year: Value = Value()
    unit: Value = Value()
    budget_unit: Value = Value()
    funds: Funds = Funds()
    goal_expected: Value = Value()
    goal_actual: Value = Value()
    indicators: tuple[Indicator, ...] = ()
    total_weight: Value = Value()
    total_score: Value = Value()
    doubts: tuple[Doubt, ...] = ()
    accounts: Accounts | None = None

    def record(self) -> dict[str, Any]:
        """The plain record of design.md: the same names, every value its text or None."""
        record = plain(self)
        assert isinstance(record, dict)
        if self.accounts is None:
            del record["accounts"]
        return record


def plain(item: object) -> Any:
    """A part as plain data: every value its text or None; where it stands and what is doubted is left out."""
    if isinstance(item, Value):
        return item.text
    if isinstance(item, tuple):
        return [plain(each) for each in item]
    names = parts_of(item)
    return {name: plain(getattr(item, name)) for name in names if name not in _ABOUT} if names else item


def parts_of(item: object) -> tuple[str, ...]:
    """The names of what a form, or a part of one, is made of; none of anything else."""
    if isinstance(item, BaseModel):
        return tuple(type(item).model_fields)
    return tuple(each.name for each in fields(item)) if is_dataclass(item) else ()


def changed(item: T, **parts: object) -> T:
    """A form, or a part of one, with some of what it is made of replaced."""
    if isinstance(item, BaseModel):
        return item.model_copy(update=parts)
    assert is_dataclass(item) and not isinstance(item, type)
    return replace(item, **parts)
