"""``GET /events``: the live log as server-sent events."""

from collections.abc import AsyncIterable
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent

from jixiao_gateway.parts import Parts
from jixiao_gateway.problems import Problem
from jixiao_gateway.scope import Within
from jixiao_gateway.watched import Watched

router = APIRouter(tags=["events"])

RETRY_MS = 2000


def _after(last_event_id: Annotated[str | None, Header()] = None) -> int | None:
    if not last_event_id:
        return None
    if not (last_event_id.isascii() and last_event_id.isdigit() and len(last_event_id) <= 18):
        raise Problem(422, "bad-event-id", "Last-Event-ID 应为先前收到的事件编号（整数）。")
    return int(last_event_id)


@router.get("/events", response_class=EventSourceResponse, summary="实时事件（SSE），断线后按 Last-Event-ID 续传")
async def get_events(
    parts: Parts,
    scope: Within,
    after: Annotated[int | None, Depends(_after)],
    types: Annotated[str, Query(description="只要这些类型，逗号分隔，如 alerts.changed,reports.scored")] = "",
) -> AsyncIterable[ServerSentEvent]:
    """Events from now on, or behind ``Last-Event-ID``; ``id`` is the event's number in the log."""
    wanted = frozenset(part.strip() for part in types.split(",") if part.strip())
    yield ServerSentEvent(comment="connected", retry=RETRY_MS)
    watcher = Watched(parts.store.units, scope)
    async for event in parts.hub.follow(after, wanted):
        data = await watcher.told(event)
        if data is not None:
            yield ServerSentEvent(raw_data=data, event=event.type, id=str(event.seq))
