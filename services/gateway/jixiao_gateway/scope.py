"""What a caller may see: the bureau everything; a token with a unit its subtree, and no doubt of our reading."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, cast

from fastapi import Depends, Request

from jixiao.identity import normalise_name
from jixiao_gateway.parts import Gateway, Parts
from jixiao_gateway.problems import Problem
from jixiao_gateway.store.query import Filters


@dataclass(frozen=True)
class Scope:
    """``unit`` is the root of the subtree as its token names it (None: everything), ``root`` its key.

    ``keys`` are the units in the subtree.
    """

    caller: str
    unit: str | None = None
    root: str | None = None
    keys: frozenset[str] = frozenset()

    @property
    def is_bureau(self) -> bool:
        """Whether the caller sees everything."""
        return self.unit is None

    @property
    def filters(self) -> Filters:
        """What every list of forms, findings and alerts is narrowed by."""
        return {} if self.is_bureau else {"within": sorted(self.keys)}

    def covers(self, unit: str) -> bool:
        """Whether a unit (its key in the register) lies inside."""
        return self.is_bureau or unit in self.keys

    def findings(self, findings: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Of a form's findings those that the caller may see."""
        return [finding for finding in findings if self.is_bureau or is_told(finding)]

    def figures(self, figures: list[dict[str, Any]], findings: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """A form's figures, outside the bureau without the doubts of our reading.

        There a figure that disagrees without a finding that says so is not judged: perhaps it does so by our reading
        alone.
        """
        said = {finding["stated"] for finding in findings if is_told(finding)}
        silent = {"computed": None, "agrees": None}
        if self.is_bureau:
            return figures
        figures = [{name: value for name, value in each.items() if name != "doubted"} for each in figures]
        if all(is_told(finding) for finding in findings):
            return figures
        return [each | silent if each["agrees"] is False and each["stated"] not in said else each for each in figures]

    def values(self, form: dict[str, Any]) -> dict[str, Any]:
        """A form's values; outside the bureau without the doubts of our reading."""
        return form if self.is_bureau else cast(dict[str, Any], _without_doubts(form))

    def need_bureau(self) -> None:
        """Raises Problem 403 for a caller who carries a unit."""
        if not self.is_bureau:
            raise Problem(403, "bureau-only", "该操作只限财政部门。请联系主管业务科室办理。")


async def scope_of(parts: Gateway, caller: str, unit: str | None) -> Scope:
    """The scope of a caller, with the subtree as the register has it now."""
    if unit is None:
        return Scope(caller)
    root = await parts.store.units.resolve(normalise_name(unit))
    return Scope(caller, unit, root, await parts.store.units.within(root))


async def _scope(request: Request, parts: Parts) -> Scope:
    return await scope_of(parts, str(request.state.caller), request.state.unit)


Within = Annotated[Scope, Depends(_scope)]


def is_told(finding: Mapping[str, Any]) -> bool:
    """Whether a finding may leave the bureau."""
    return finding.get("cause") != "extraction_doubt" and finding.get("stage", "live") == "live"


def told_change(change: str) -> dict[str, Any] | None:
    """An ``alerts.changed`` event for those outside the bureau; None when it is about a doubt of our reading."""
    event: dict[str, Any] = json.loads(change)
    if not is_told(event["after"]["finding"]):
        return None
    if event["before"] is not None and not is_told(event["before"]["finding"]):
        event["before"] = None
    return event


def _without_doubts(value: object) -> object:
    if isinstance(value, dict):
        kept = {name: _without_doubts(each) for name, each in value.items()}
        return kept | {name: empty for name, empty in (("doubt", None), ("doubts", [])) if name in kept}
    if isinstance(value, list):
        return [_without_doubts(each) for each in value]
    return value
