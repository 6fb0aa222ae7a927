"""Profiles that people write beside those of the package: read with errors that name the line, and put to use."""

import tomllib
from collections.abc import Callable, Iterable
from typing import Any

from jixiao_scorer.profiles import Profile, ProfileError, build, profile_for, profile_named

Profiles = Callable[[str], Profile]


def written(file: str, text: str) -> Profile:
    """The profile in a TOML text over the one that it ``extends``. Raises ProfileError naming file, line and key."""
    try:
        return build(file, text, _base(file, text))
    except ProfileError as fault:
        told = str(fault).removeprefix(f"{file}: ")
        line = _line_of(text, told.split(": ")[0].split("."))
        raise ProfileError(f"{file}第{line}行：{told}" if line else f"{file}：{told}") from fault


def _base(file: str, text: str) -> dict[str, Any]:
    """The content that a text is laid over; layouts are named anew by each profile."""
    try:
        extends = tomllib.loads(text).get("extends")
    except tomllib.TOMLDecodeError as fault:
        raise ProfileError(f"{file}: 不是有效的 TOML 文件：{fault}") from fault
    if extends is None:
        return {}
    base = profile_named(str(extends)).model_dump()
    # a profile of the same name goes on judging the same layouts
    return base if tomllib.loads(text).get("name") == extends else base | {"layouts": ()}


def _line_of(text: str, keys: list[str]) -> int | None:
    """The line of the innermost key of a path that the text has; None where it has none of them."""
    found, table = None, []
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("["):
            table = [part.strip('" ') for part in stripped.strip("[]").split(".")]
            path = table
        else:
            path = [*table, stripped.partition("=")[0].strip('" ')]
        if path and path == keys[: len(path)] and (found is None or len(path) > found[0]):
            found = (len(path), number)
    return found[1] if found is not None else None


def accepted(texts: Iterable[tuple[str, str]]) -> tuple[list[Profile], tuple[str, ...]]:
    """The newest of each name that this release takes, oldest first, and why no newer ones; ``texts`` are newest first.

    A release may refuse what an earlier one took (a rule or a limit is gone); what was valid last stays in use.
    """
    found: dict[str, Profile] = {}
    refused = []
    for name, text in texts:
        if name in found:
            continue
        try:
            found[name] = written(name, text)
        except ProfileError as fault:
            refused.append(str(fault))
    return list(reversed(found.values())), tuple(refused)


def in_use(changed: Iterable[Profile], otherwise: Profiles = profile_for) -> Profiles:
    """Which profile judges a layout once these take the place of those of their names; later ones win.

    A profile judges the layouts that it names, and those of the profile whose name it has.
    """
    by_name = {each.name: each for each in changed}
    by_layout = {layout: each for each in by_name.values() for layout in each.layouts}

    def choose(layout: str) -> Profile:
        if layout in by_layout:
            return by_layout[layout]
        current = otherwise(layout)
        return by_name.get(current.name, current)

    return choose
