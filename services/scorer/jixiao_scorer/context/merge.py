"""The findings of a form and those across forms as one list."""

from collections.abc import Sequence

from jixiao.findings import Finding


def merged(own: Sequence[Finding], across: Sequence[Finding]) -> tuple[Finding, ...]:
    """Worst first by severity and money at stake; what follows from another stays right under it."""
    groups: list[list[Finding]] = []
    for each in own:
        if each.follows is not None and groups:
            groups[-1].append(each)
        else:
            groups.append([each])
    groups += [[each] for each in across]
    groups.sort(key=lambda group: (group[0].severity.rank, -(group[0].amount or 0)))
    return tuple(each for group in groups for each in group)
