"""The order in which findings are told: worst first, what follows from another under it, the same in any run."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from jixiao.findings import Finding
from jixiao.forms import Form
from jixiao_cli.report.judged import Judged


@dataclass(frozen=True, slots=True)
class Found:
    """A finding, and the form of the file in which it stands."""

    source: str
    form: Form
    finding: Finding


def worst_first(forms: Iterable[Judged]) -> list[Found]:
    """By severity and money at stake of what leads each group, then in the order of files and forms."""
    groups = [group for judged in forms for group in _groups(judged)]
    groups.sort(key=lambda group: (group[0].finding.severity.rank, -(group[0].finding.amount or Decimal(0))))
    return [each for group in groups for each in group]


def _groups(judged: Judged) -> Iterator[list[Found]]:
    """A finding and what follows from it."""
    group: list[Found] = []
    for finding in judged.findings:
        if finding.follows is None and group:
            yield group
            group = []
        group.append(Found(judged.source, judged.form, finding))
    if group:
        yield group
