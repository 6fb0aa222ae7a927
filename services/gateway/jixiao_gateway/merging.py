"""Merging units: a provisional one, grown from a name on a form, into the one that it really is."""

from datetime import UTC, datetime

from jixiao.identity import normalise_name
from jixiao_gateway.parts import Gateway
from jixiao_gateway.problems import Problem, not_found
from jixiao_gateway.scope import Scope
from jixiao_gateway.store.units import UnitRow


async def unit_row(parts: Gateway, scope: Scope, key: str) -> UnitRow:
    """A unit that the caller may see. Raises Problem 404."""
    row = await parts.store.units.get(key)
    if row is None or not scope.covers(key):
        raise not_found("单位", key)
    return row


async def merge(parts: Gateway, scope: Scope, key: str, into: str) -> None:
    """Merge a unit into another, named by its key, name, alias or code. Raises Problem 403, 404 or 409."""
    scope.need_bureau()
    row = await unit_row(parts, scope, key)
    if not row.provisional:
        raise Problem(
            409, "registered", f"{row.name} 是名册中的单位，不能并入其他单位。如有更名或撤并，请修改名册后重新导入。"
        )
    target = await parts.store.units.find(into.strip(), normalise_name(into))
    if target is None:
        raise not_found("单位", into.strip() or "（未填）")
    if not await parts.store.units.merge(key, target, scope.caller, datetime.now(UTC)):
        raise Problem(409, "circle", "不能并入本单位，或已经并入本单位的单位。请核对后重选。")


async def part(parts: Gateway, scope: Scope, key: str) -> None:
    """Undo a merge. Raises Problem 403 or 404."""
    scope.need_bureau()
    await unit_row(parts, scope, key)
    await parts.store.units.part(key)
