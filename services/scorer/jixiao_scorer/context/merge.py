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
    for each in across:
        above = _above(groups, each)
        if above is not None:
            above.append(each)
        else:
            groups.append([each])
    groups.sort(key=lambda group: (group[0].severity.rank, -(group[0].amount or 0)))
    return tuple(each for group in groups for each in group)


def _above(groups: Sequence[list[Finding]], each: Finding) -> list[Finding] | None:
    """The group of the finding that one follows from: of the rule it names, about the same thing if there are more."""
    heads = [group for group in groups if each.follows is not None and group[0].rule is each.follows]
    alike = (group for group in heads if _about(group[0]) == _about(each))
    return next(alike, heads[0] if heads else None)


def _about(finding: Finding) -> tuple[str, str]:
    """What a finding is about, without the last word of it."""
    return finding.subject.kind, finding.subject.name.rpartition("/")[0]
