"""Canonical keys of units, projects and years; printed text never identifies anything by itself."""

import re
import unicodedata
from collections.abc import Iterable

from jixiao.identity.ids import derived_id

_CODE = re.compile(r"\d{21}")
_YEAR = re.compile(r"(?:19|20)\d{2}")
_IGNORED = re.compile(r"[\s\W_]+")


def normalise_name(name: str) -> str:
    """A name as it is compared: NFKC, without white space and punctuation ("罗湖区(本级)" = "罗湖区（本级）")."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", name)).casefold()


def is_well_formed_code(code: str | None) -> bool:
    """Whether a printed project code has the 21 digits of the budget system (rule CODE-FORMAT)."""
    return bool(code and _CODE.fullmatch(code))


def canonical_project(code: str | None, unit: str, name: str) -> str:
    """The project's key: its printed code when well formed, else one made of unit and normalised name."""
    if code and is_well_formed_code(code):
        return code
    return f"name-{derived_id('project', normalise_name(unit), normalise_name(name))}"


def is_near_miss(code: str, other: str) -> bool:
    """Whether two codes differ by one digit: changed, lost or too many."""
    if abs(len(code) - len(other)) > 1 or code == other:
        return False
    short, long = sorted((code, other), key=len)
    at = next((place for place, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return short[at + (len(short) == len(long)) :] == long[at + 1 :]


def known_project(code: str | None, known: Iterable[tuple[str, str | None]]) -> str | None:
    """Of a unit's projects of the same name (key, printed code; the oldest first), the one that this code means.

    A code that misses a known one by a digit is the same project (rule CODE-FORMAT says so), whichever came first.
    Without a proper code it is the first that is known by its name alone, also from before the unit was merged.
    """
    met = list(known)
    near = (project for project, other in met if code and other and is_near_miss(code, other))
    named = (project for project, _ in met if not is_well_formed_code(project) and not is_well_formed_code(code))
    return next(near, None) or next(named, None)


def normalise_year(printed: str | None, *fallbacks: str | None) -> str | None:
    """Four digits: the printed year when whole, else the first one found in the fallbacks (heading, text, upload)."""
    for text in (printed, *fallbacks):
        found = _YEAR.search(unicodedata.normalize("NFKC", text or ""))
        if found:
            return found.group()
    return None
