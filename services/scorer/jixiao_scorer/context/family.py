"""Which forms of a unit may have something to say about each other: bound by project or by name, however far."""

from collections.abc import Collection, Iterable
from uuid import UUID


def family(of: Collection[UUID], forms: Iterable[tuple[UUID, str, str]]) -> set[UUID]:
    """The forms, given as (id, project, normalised name), that are bound to some of them; themselves included."""
    rest = list(forms)
    own = set(of)
    bonds = {bond for form, project, name in rest if form in own for bond in _bonds(project, name)}
    grown = True
    while grown:
        near = [each for each in rest if each[0] not in own and bonds & _bonds(each[1], each[2])]
        own |= {form for form, _, _ in near}
        bonds |= {bond for _, project, name in near for bond in _bonds(project, name)}
        grown = bool(near)
    return own


def _bonds(project: str, name: str) -> set[tuple[str, str]]:
    return {("project", project)} | ({("name", name)} if name else set())
