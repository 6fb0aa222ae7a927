"""``/units``: the register, and merging a provisional unit into the one that it really is."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from jixiao_gateway import merging
from jixiao_gateway.api.models import Answer, Listed, page_of
from jixiao_gateway.parts import Paged, Parts
from jixiao_gateway.scope import Within

router = APIRouter(tags=["units"])


class UnitQuery(Paged):
    """Which units."""

    name: str | None = Field(None, description="单位名称，或其中一部分")
    open: bool | None = Field(None, description="尚待核定：由表中名称生成，没有并入其他单位")


class Unit(Answer):
    """A unit; ``parent`` and ``merged_into`` are keys. ``provisional``: grown from a name on a form."""

    key: str
    name: str
    code: str | None
    parent: str | None
    provisional: bool
    aliases: list[str]
    merged_into: str | None
    merged_by: str | None
    merged_at: datetime | None
    forms: int


class Merge(BaseModel):
    """The unit to be merged into, by its key, name, alias or code."""

    into: str = Field(min_length=1, max_length=200)


@router.get("/units", summary="单位列表，尚待核定的在前")
async def list_units(query: Annotated[UnitQuery, Query()], parts: Parts, scope: Within) -> Listed[Unit]:
    """Units, those that wait for a decision first."""
    rows = await parts.store.units.page(query.cursor, query.limit + 1, {**query.filters, **scope.filters})
    return page_of(rows, query.limit, Unit.model_validate, lambda row: (row.open, row.key))


@router.put("/units/{key}/merge", summary="把一个暂定单位并入另一单位；此后上报的自评表归入后者")
async def put_merge(key: str, wanted: Merge, parts: Parts, scope: Within) -> Unit:
    """Merge a provisional unit."""
    await merging.merge(parts, scope, key, wanted.into)
    return Unit.model_validate(await merging.unit_row(parts, scope, key))


@router.delete("/units/{key}/merge", status_code=204, summary="撤销合并")
async def delete_merge(key: str, parts: Parts, scope: Within) -> None:
    """Undo a merge."""
    await merging.part(parts, scope, key)
