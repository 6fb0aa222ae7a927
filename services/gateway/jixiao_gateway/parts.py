"""What the routes share: built once by ``__main__`` (or by a test, on fakes), handed on through ``app.state``."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any

from async_lru import alru_cache
from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from jixiao.runtime.secrets import Secrets
from jixiao_gateway.hub import Hub
from jixiao_gateway.intake import Intake, Sender
from jixiao_gateway.ledger import Ledger
from jixiao_gateway.security import Tokens
from jixiao_gateway.store import Store

PAGE = 50
LARGEST_PAGE = 500
LIGHTS_FOR = 5  # seconds
SCOPES_AT_ONCE = 1024


@dataclass(frozen=True)
class Gateway:
    """The parts. ``why_not_ready`` asks broker and database; None when both answer.

    ``lights``: as the store counts them, for units or (None) for all, remembered for some seconds.
    """

    store: Store
    hub: Hub
    intake: Intake
    ledger: Ledger
    sender: Sender
    tokens: Tokens
    secrets: Secrets
    static: Path
    webhook_allow: tuple[IPv4Network | IPv6Network, ...]
    why_not_ready: Callable[[], Awaitable[str | None]]
    lights: Callable[[frozenset[str] | None], Awaitable[dict[int, int]]] = field(init=False)

    def __post_init__(self) -> None:
        # every open page asks every few seconds, and to count takes all findings of a month
        lights = alru_cache(maxsize=SCOPES_AT_ONCE, ttl=LIGHTS_FOR)(self.store.forms.lights)
        object.__setattr__(self, "lights", lights)


def _parts(request: Request) -> Gateway:
    parts = request.app.state.gateway
    assert isinstance(parts, Gateway)
    return parts


def _caller(request: Request) -> str:
    return str(request.state.caller)


Parts = Annotated[Gateway, Depends(_parts)]
Caller = Annotated[str, Depends(_caller)]


class Paged(BaseModel):
    """The query of a list: where to go on, how much, and in subclasses the filters."""

    model_config = ConfigDict(extra="ignore")

    cursor: str | None = Field(None, description="上一页答复中的 next")
    limit: int = Field(PAGE, ge=1, le=LARGEST_PAGE, description="一页最多几条")

    @property
    def filters(self) -> dict[str, Any]:
        """The filters that were given."""
        return self.model_dump(exclude={"cursor", "limit"}, exclude_none=True)
