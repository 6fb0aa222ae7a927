"""Templates with the words of the pages; everything is escaped."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from jixiao_gateway.pages import words
from jixiao_gateway.parts import Gateway

FOLDER = Path(__file__).parent.parent / "templates"


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"time": words.time, "money": words.money, "place": words.place, "shown": words.shown}
    made.globals["words"] = words
    return made


ENVIRONMENT = _environment()


def page(request: Request, name: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A template as an answer; it knows the caller and whether he signed in."""
    gateway: Gateway = request.app.state.gateway
    known = {
        "caller": request.state.caller,
        "bureau": request.state.unit is None,
        "signed_in": bool(gateway.tokens),
        "path": request.url.path,
    }
    return HTMLResponse(ENVIRONMENT.get_template(name).render(known | values), status)
