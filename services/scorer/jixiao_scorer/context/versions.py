"""VERSION: the same project and year handed in again with other values."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from jixiao.findings import Cause, Finding, RuleId
from jixiao.forms import Form, Value
from jixiao.forms.printed import PERCENT, YUAN, Printed
from jixiao.identity import normalise_name
from jixiao_scorer.build import finding
from jixiao_scorer.context.member import Member
from jixiao_scorer.printed_form import COLUMN_NAMES, COLUMNS, FUND_ROWS, ROW_NAMES
from jixiao_scorer.words import indicator_name, subject_names

_NAMED = 4  # changes told one by one in the sentence
_LONGEST = 20
_SHARE = {"weight": "预算执行分值", "rate": "执行率", "score": "预算执行得分"}
_ROW = {"target": "年度指标值", "actual": "实际完成值", "weight": "分值", "score": "得分", "deviation": "偏差原因"}


@dataclass(frozen=True, slots=True)
class Changed:
    """One field that differs between two versions; a missing value where a row came or went."""

    label: str
    old: Value
    new: Value

    @property
    def doubted(self) -> bool:
        """Whether the reading of either may have made the difference."""
        return self.old.doubt is not None or self.new.doubt is not None

    @property
    def sentence(self) -> str:
        """The change in words."""
        return f"{self.label}由{_shown(self.old)}改为{_shown(self.new)}"


def version(member: Member, earlier: Member) -> Iterator[Finding]:
    """VERSION: which fields differ from the version handed in before."""
    changed = [each for each in _changes(earlier.form, member.form) if not _same(each.old.text, each.new.text)]
    sure = [each for each in changed if not each.doubted] or changed
    if not sure:
        return
    name = Changed("项目名称", earlier.form.name, member.form.name)
    if member.name != earlier.name and not name.doubted:
        sure = [name, *sure]
    told = "；".join(each.sentence for each in sure[:_NAMED])
    more = f"等{len(sure)}处" if len(sure) > _NAMED else f"，共{len(sure)}处"
    yield finding(
        member.case,
        RuleId.VERSION,
        f"同一项目同一年度此前已报送自评表，本次有数值不同：{told}{more}，请说明更改原因。",
        Cause.CONTRADICTION,
        stated=sure[0].new.text if len(sure) == 1 else None,
        computed=sure[0].old.text if len(sure) == 1 else None,
        values=[value for each in sure for value in (each.new, each.old)],
        amount=_amount(earlier, member),
    )


def _amount(earlier: Member, member: Member) -> Decimal | None:
    """By how much the year's money was changed, the largest change of the three columns."""
    pairs = [(earlier.case.money["total", column], member.case.money["total", column]) for column in COLUMNS]
    gaps = [abs(a.in_yuan().value - b.in_yuan().value) for a, b in pairs if a is not None and b is not None]
    return max((gap for gap in gaps if gap), default=None)


def _changes(old: Form, new: Form) -> Iterator[Changed]:
    """Every field of both, old beside new."""
    for row in FUND_ROWS:
        for column in COLUMNS:
            pair = (getattr(getattr(form.funds, row), column) for form in (old, new))
            yield Changed(ROW_NAMES[row] + COLUMN_NAMES[column], *pair)
    for name, label in _SHARE.items():
        yield Changed(label, getattr(old.funds.total, name), getattr(new.funds.total, name))
    yield Changed("总分", old.total_score, new.total_score)
    yield from _rows(old, new)
    for name, label in (("goal_expected", "预期目标"), ("goal_actual", "目标实际完成情况")):
        yield Changed(label, getattr(old, name), getattr(new, name))


def _rows(old: Form, new: Form) -> Iterator[Changed]:
    before = dict(zip(subject_names(old.indicators), old.indicators, strict=True))
    for place, (subject, row) in enumerate(zip(subject_names(new.indicators), new.indicators, strict=True)):
        label = indicator_name(row, place)
        was = before.pop(subject, None)
        if was is None:
            yield Changed(label, Value(), row.name)
            continue
        for name, field in _ROW.items():
            yield Changed(f"{label}的{field}", getattr(was, name), getattr(row, name))
    for place, was in enumerate(before.values()):
        yield Changed(indicator_name(was, place), was.name, Value())


def _same(old: str | None, new: str | None) -> bool:
    """Whether two texts say the same: equal numbers, or words alike but for punctuation."""
    numbers = [_number(text) for text in (old, new)]
    if None not in numbers:
        return numbers[0] == numbers[1]
    return normalise_name(old or "") == normalise_name(new or "")


def _number(text: str | None) -> Decimal | None:
    for unit in ("", PERCENT, YUAN):
        printed = Printed.parse(Value(text=text), unit)
        if printed is not None:
            return printed.in_yuan().value
    return None


def _shown(value: Value) -> str:
    text = value.text
    if text is None:
        return "（无）"
    if not text:
        return "（空）"
    return text if len(text) <= _LONGEST else f"「{text[:_LONGEST]}…」"
