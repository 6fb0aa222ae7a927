"""The table of results per figure, as Markdown."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.mutants.verdict import ARITHMETIC, Verdict


@dataclass(slots=True)
class Line:
    """Counts of one figure."""

    changed: int = 0
    broken: int = 0
    found: int = 0
    strangers: int = 0
    determined: int = 0
    repaired: int = 0
    rules: Counter[str] = field(default_factory=Counter)

    def add(self, verdict: Verdict) -> None:
        """Count one mutant."""
        self.changed += 1
        self.strangers += bool(verdict.strangers)
        if verdict.broken:
            self.broken += 1
            self.found += verdict.found
            self.determined += verdict.repair is not None
            self.repaired += bool(verdict.repair)
            self.rules.update(rule for rule in verdict.rules if rule in ARITHMETIC)

    @property
    def found_share(self) -> float:
        """Found among those that break something."""
        return self.found / self.broken if self.broken else 1.0

    @property
    def repaired_share(self) -> float:
        """Truly repaired among those whose repair the figures determine."""
        return self.repaired / self.determined if self.determined else 1.0


def counted(verdicts: Iterable[Verdict]) -> tuple[dict[str, Line], Line]:
    """The counts of each figure, and of all."""
    lines: dict[str, Line] = defaultdict(Line)
    total = Line()
    for verdict in verdicts:
        lines[verdict.mutant.figure].add(verdict)
        total.add(verdict)
    return dict(lines), total


def table(lines: dict[str, Line], total: Line) -> Iterator[str]:
    """The table, the total last."""
    yield "| 数值 | 改动 | 破坏勾稽 | 查出 | 查出率 | 无关规则 | 可定更正 | 更正正确 | 正确率 | 查出它的规则 |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|---|"
    for figure, line in [*lines.items(), ("**合计**", total)]:
        rules = "，".join(f"{rule} {times}" for rule, times in line.rules.most_common())
        name = figure if figure.startswith("*") else f"`{figure}`"
        yield (
            f"| {name} | {line.changed} | {line.broken} | {line.found} | {line.found_share:.3f} | {line.strangers} "
            f"| {line.determined} | {line.repaired} | {line.repaired_share:.3f} | {rules} |"
        )
