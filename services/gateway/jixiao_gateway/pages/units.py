"""Units: the register with those first that wait for a decision, and merging them."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from jixiao_gateway import merging
from jixiao_gateway.pages.render import page
from jixiao_gateway.parts import PAGE, Gateway, Parts
from jixiao_gateway.problems import Problem
from jixiao_gateway.scope import Scope, Within
from jixiao_gateway.store.query import encode_cursor

router = APIRouter()

UNITS_OFFERED = 2000


@router.get("/units")
async def show_units(request: Request, parts: Parts, scope: Within, name: str = "", cursor: str = "") -> HTMLResponse:
    """The list."""
    return await _list(request, parts, scope, name, cursor)


@router.post("/units/merge")
async def merge(
    request: Request,
    parts: Parts,
    scope: Within,
    key: Annotated[str, Form()],
    into: Annotated[str, Form()] = "",
    name: Annotated[str, Form()] = "",
) -> Response:
    """Merge a unit into another; an empty field undoes the merge."""
    try:
        await (merging.merge(parts, scope, key, into) if into.strip() else merging.part(parts, scope, key))
    except Problem as problem:
        return await _list(request, parts, scope, name, "", problem.status, problem=problem.detail)
    return RedirectResponse("/units" + (f"?{urlencode({'name': name})}" if name else ""), 303)


async def _list(
    request: Request,
    parts: Gateway,
    scope: Scope,
    name: str,
    cursor: str,
    status: int = 200,
    problem: str | None = None,
) -> HTMLResponse:
    scope.need_bureau()
    filters: dict[str, Any] = {"name": name.strip()} if name.strip() else {}
    rows = await parts.store.units.page(cursor or None, PAGE + 1, filters)
    behind = None
    if len(rows) > PAGE:
        last = rows[PAGE - 1]
        behind = "?" + urlencode(filters | {"cursor": encode_cursor(last.open, last.key)})
    offered = sorted(await parts.store.units.parents())[:UNITS_OFFERED]
    shown = {"units": rows[:PAGE], "next": behind, "first": not cursor, "offered": offered}
    return page(request, "units.html", status, named=name, problem=problem, **shown)
