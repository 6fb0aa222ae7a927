"""What the routes share: built once by ``__main__`` (or by a test, on fakes), handed on through ``app.state``."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Query, Request

from jixiao_gateway.hub import Hub
from jixiao_gateway.intake import Intake, Sender
from jixiao_gateway.ledger import Ledger
from jixiao_gateway.security import Tokens
from jixiao_gateway.store import Store

PAGE = 50
LARGEST_PAGE = 500


@dataclass(frozen=True)
class Gateway:
    """The parts. ``why_not_ready`` asks broker and database; None when both answer."""

    store: Store
    hub: Hub
    intake: Intake
    ledger: Ledger
    sender: Sender
    tokens: Tokens
    static: Path
    webhook_allow: tuple[IPv4Network | IPv6Network, ...]
    why_not_ready: Callable[[], Awaitable[str | None]]


def _parts(request: Request) -> Gateway:
    parts = request.app.state.gateway
    assert isinstance(parts, Gateway)
    return parts


def _caller(request: Request) -> str:
    return str(request.state.caller)


Parts = Annotated[Gateway, Depends(_parts)]
Caller = Annotated[str, Depends(_caller)]
Cursor = Annotated[str | None, Query(description="上一页答复中的 next")]
Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="一页最多几条")]
