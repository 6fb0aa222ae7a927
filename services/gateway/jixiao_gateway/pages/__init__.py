"""The pages: server-rendered, live through htmx and server-sent events, without inline scripts."""

from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

OWN_STATIC = Path(__file__).parent.parent / "static"


def add_to(app: FastAPI, vendor: Path) -> None:
    """Add the pages; ``vendor`` is the folder of the front-end libraries."""
    app.mount("/static/vendor", StaticFiles(directory=vendor, check_dir=False))
    app.mount("/static", StaticFiles(directory=OWN_STATIC))
