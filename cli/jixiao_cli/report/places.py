"""The row of a form in which a finding stands, with the very cell: found through the finding's evidence."""

from collections.abc import Iterator
from dataclasses import dataclass

from jixiao.findings import Finding, RuleId
from jixiao.forms import Evidence, Form, Value
from jixiao.forms.model import Accounts

_SOURCES = {"total": "年度资金总额", "fiscal": "当年财政拨款", "carryover": "上年结转资金", "other": "其他资金"}
_MONEY = {"initial": "年初预算数", "budget": "全年预算数", "executed": "全年执行数"}
_SHARE = {"weight": "分值", "rate": "执行率(%)", "score": "得分"}
_INDICATOR = {
    "level2": "二级指标", "name": "三级指标", "target": "年度指标值", "actual": "实际完成值", "weight": "分值",
    "score": "得分", "deviation": "偏差原因",
}  # fmt: skip
_HEAD = {"code": "项目编码", "name": "项目名称", "year": "年度", "unit": "实施单位", "budget_unit": "一级预算单位"}
_GOALS = {"goal_expected": "预期目标", "goal_actual": "实际完成情况"}
_CLAIM = {"budget": "全年预算数", "executed": "执行数", "rate": "完成率", "praise": "评语"}
_TOTALS = {"total_weight": "分值", "total_score": "得分"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a row: what it stands under, its path as in the record, and what is printed there."""

    heading: str
    path: str
    value: Value


def rows(form: Form) -> Iterator[tuple[str, tuple[Cell, ...]]]:
    """Every row of the form, with what names it."""
    yield "", _cells(form, "", _HEAD)
    for row, label in _SOURCES.items():
        headings = _MONEY | _SHARE if row == "total" else _MONEY
        yield label, _cells(getattr(form.funds, row), f"funds.{row}.", headings)
    yield "", _cells(form, "", _GOALS)
    for place, indicator in enumerate(form.indicators):
        yield f"第{place + 1}项", _cells(indicator, f"indicators[{place}].", _INDICATOR)
    yield "总分", _cells(form, "", _TOTALS)
    if form.accounts is not None:
        yield from _of_accounts(form.accounts)


def _of_accounts(accounts: Accounts) -> Iterator[tuple[str, tuple[Cell, ...]]]:
    """The rows of the tables, a cell by the number of its column, and what the text claims."""
    for at, table in enumerate(accounts.tables):
        for line, row in enumerate(table.rows):
            path = f"accounts.tables[{at}].rows[{line}].cells"
            cells = (Cell(f"第{c + 1}栏", f"{path}[{c}]", row.value(c)) for c in range(len(row.cells)))
            yield f"《{table.title}》", tuple(cells)
    for at, claim in enumerate(accounts.claims):
        yield f"「{claim.subject}」", _cells(claim, f"accounts.claims[{at}].", _CLAIM)


def _cells(holder: object, prefix: str, headings: dict[str, str]) -> tuple[Cell, ...]:
    return tuple(Cell(heading, prefix + name, getattr(holder, name)) for name, heading in headings.items())


@dataclass(frozen=True, slots=True)
class Place:
    """The row that a finding is about: ``marked`` are the cells it speaks of, ``involved`` what else went into it."""

    label: str
    cells: tuple[Cell, ...]
    marked: frozenset[str]
    involved: frozenset[str]

    @property
    def where(self) -> str:
        """Sheet, page, line or cell of the first marked cell that was found in the document."""
        evidences = [cell.value.evidence for cell in self.cells if cell.path in self.marked and cell.value.evidence]
        evidences += [cell.value.evidence for cell in self.cells if cell.value.evidence]
        return spot(evidences[0]) if evidences else ""


def place_of(form: Form, finding: Finding) -> Place | None:
    """The row in which the finding stands; None where it speaks of no cell of the form."""
    paths_read: dict[Evidence | None, str] = {}
    for _, cells in rows(form):
        for cell in cells:
            paths_read.setdefault(cell.value.evidence, cell.path)
    told = [path for evidence in finding.evidence if (path := paths_read.get(evidence)) is not None]
    for leading in _candidates(finding, told):
        for label, cells in rows(form):
            paths = {cell.path for cell in cells}
            if marked := leading & paths:
                return Place(label, cells, frozenset(marked), frozenset(set(told) & paths - marked))
    return None


def _candidates(finding: Finding, told: list[str]) -> Iterator[set[str]]:
    """The cells that may lead, the surest first: by evidence, by subject, by repair."""
    row = f"indicators[{finding.indicator}]."
    if finding.indicator is not None:
        in_row = [path for path in told if path.startswith(row)]
        yield set(in_row[:1]) or {row + ("score" if finding.rule is RuleId.SCORE_MISSING else "name")}
    # what concerns the whole form leads with its totals, not with one of the rows that went into them
    yield from ({path} for path in sorted(told, key=lambda path: path.startswith("indicators")))
    if finding.subject.kind == "funds":
        yield _of_funds(finding)
    if finding.repair is not None:
        yield {finding.repair.path}


def _of_funds(finding: Finding) -> set[str]:
    name = finding.subject.name
    if finding.rule is RuleId.SCORE_MISSING:
        return {"funds.total.score"}
    return {f"funds.total.{name}" if name in _MONEY else f"funds.{name}.budget"}


def path_of(form: Form, evidence: Evidence) -> str | None:
    """The path of the value that was read there."""
    found = (cell.path for _, cells in rows(form) for cell in cells if cell.value.evidence == evidence)
    return next(found, None)


def heading_of(form: Form, path: str) -> str:
    """A path in words: 当年财政拨款全年预算数, 指标「…」得分."""
    for label, cells in rows(form):
        for cell in cells:
            if cell.path == path:
                if path.startswith("indicators"):
                    name = cells[1].value.text
                    return f"{f'指标「{name}」' if name else f'{label}指标'}的{cell.heading}"
                if path.startswith("accounts.tables"):
                    named = next((c.value.text for c in cells if c.value.text and not is_figure(c.value.text)), "")
                    return f"{label}「{named}」{cell.heading}"
                return {"total_weight": "总分行分值", "total_score": "总分"}.get(
                    path, label + cell.heading.removesuffix("(%)")
                )
    return path


def is_figure(text: str) -> bool:
    """Whether a cell of a table holds a number, or the code of a class."""
    return not any(each.isalpha() for each in text)


def text_at(form: Form, path: str) -> str | None:
    """What is printed at a path; None where the document has nothing there."""
    return next((cell.value.text for _, cells in rows(form) for cell in cells if cell.path == path), None)


def spot(evidence: Evidence) -> str:
    """Where a cell stands, as a person looks for it."""
    parts = [evidence.member, f"工作表「{evidence.sheet}」" if evidence.sheet else None]
    parts.append(f"第{evidence.page}页" if evidence.page else None)
    if evidence.cell and not evidence.cell.isdigit():
        parts.append(f"{evidence.cell}单元格")
    elif evidence.line:
        parts.append(f"第{evidence.line}行" + (f"第{evidence.cell}栏" if evidence.cell else ""))
    return " ".join(part for part in parts if part)
