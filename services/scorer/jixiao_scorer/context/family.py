"""Which forms may have something to say about each other: bound by project, or within a unit by name, however far."""

from collections.abc import Collection, Iterable
from uuid import UUID

Bond = tuple[str, str, str]


def family(of: Collection[UUID], forms: Iterable[tuple[UUID, str, str]]) -> set[UUID]:
    """Of the forms of a unit, given as (id, project, normalised name), those bound to some; themselves included."""
    rest = [(form, bonds(project, "", name)) for form, project, name in forms]
    own = set(of)
    bound = {bond for form, its in rest if form in own for bond in its}
    grown = True
    while grown:
        near = [(form, its) for form, its in rest if form not in own and bound & its]
        own |= {form for form, _ in near}
        bound |= {bond for _, its in near for bond in its}
        grown = bool(near)
    return own


def bonds(project: str, unit: str, name: str) -> set[Bond]:
    """What a form shares with others of its project: its key, and its unit and name."""
    return {("project", "", project)} | ({("name", unit, name)} if name else set())
