"""What another profile would change: findings that appear, change or vanish, form by form."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from rich.console import Console
from rich.table import Table
from rich.text import Text

from jixiao.findings import Finding
from jixiao_cli.report.judged import Judged
from jixiao_cli.report.terminal import printable


class Kind(Enum):
    """What happens to a finding."""

    APPEARS = "出现"
    CHANGES = "变化"
    VANISHES = "消失"


_COLOURS = {Kind.APPEARS: "red", Kind.CHANGES: "yellow", Kind.VANISHES: "green"}


@dataclass(frozen=True, slots=True)
class Change:
    """A finding before and after, on the form where it stands; None where it is not there."""

    form: Judged
    before: Finding | None
    after: Finding | None

    @property
    def kind(self) -> Kind:
        """What happens to it."""
        if self.before is None:
            return Kind.APPEARS
        return Kind.VANISHES if self.after is None else Kind.CHANGES

    @property
    def finding(self) -> Finding:
        """The finding as it will be, else as it was."""
        finding = self.after or self.before
        assert finding is not None
        return finding


def changes(before: Iterable[Judged], after: Iterable[Judged]) -> Iterator[Change]:
    """The differences between two judgements of the same forms in the same order."""
    for old, new in zip(before, after, strict=True):
        was, now = _by_subject(old.findings), _by_subject(new.findings)
        for key in dict.fromkeys([*now, *was]):
            if _told(was.get(key)) != _told(now.get(key)):
                yield Change(new, was.get(key), now.get(key))


def _by_subject(findings: Sequence[Finding]) -> dict[tuple[str, str, int], Finding]:
    """The findings by rule and subject, and which of such it is."""
    found: dict[tuple[str, str, int], Finding] = {}
    for each in findings:
        nth = sum(key[:2] == (each.rule.value, each.subject.key) for key in found)
        found[each.rule.value, each.subject.key, nth] = each
    return found


def _told(finding: Finding | None) -> object:
    """What a reader would notice: never the wording of a basis."""
    if finding is None:
        return None
    return finding.stage, finding.severity, finding.cause, finding.sentence, finding.follows, finding.computed


def show_changes(found: Sequence[Change], forms: int) -> None:
    """The counts of each rule, then every change, and a summary line."""
    console = Console(highlight=False)
    for each in found:
        kind, finding = each.kind, each.finding
        head = Text(f"{kind.value} ", f"bold {_COLOURS[kind]}") + Text(f"{_grade(each)} [{finding.rule}] ")
        console.print(head + Text(finding.sentence), soft_wrap=True)
        place = f"    {each.form.source} 第{each.form.form.ordinal}张 {printable(each.form.form.name.text or '')}"
        console.print(Text(place, "dim"), soft_wrap=True)
    if found:
        console.print(_counts(found))
    counts = Counter(each.kind for each in found)
    told = "，".join(f"{kind.value}{counts[kind]}条" for kind in Kind if counts[kind])
    console.print(f"复核自评表{forms}张：{told or '疑点没有变化'}。", soft_wrap=True)


def _grade(change: Change) -> str:
    """The light; with the one before where it changed."""
    grades = [f"{each.shown.light}({each.stage})" for each in (change.before, change.after) if each is not None]
    return "→".join(dict.fromkeys(grades))


def _counts(found: Sequence[Change]) -> Table:
    table = Table("规则", *(kind.value for kind in Kind))
    counts = Counter((each.finding.rule.value, each.kind) for each in found)
    for rule in sorted({rule for rule, _ in counts}):
        table.add_row(rule, *(str(counts[rule, kind]) for kind in Kind))
    return table
