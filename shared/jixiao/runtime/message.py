"""Messages at the edge: what came in, what goes out, and the headers both carry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from urllib.parse import quote, unquote
from uuid import UUID

from pydantic import ValidationError

from jixiao.events.topics import Topic
from jixiao.forms.model import Model
from jixiao.identity import derived_id
from jixiao.runtime.errors import Unreadable

AnyModel = TypeVar("AnyModel", bound=Model)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message as it came. ``topic`` is its name on the broker; ``timestamp`` is in milliseconds."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Mapping[str, bytes]

    @property
    def cause(self) -> UUID:
        """The id that the sender gave the event: what a decision is keyed by."""
        try:
            return UUID(self.headers["ce_id"].decode())
        except (KeyError, ValueError) as fault:
            raise Unreadable("消息缺少有效的事件编号（ce_id），无法辨认其来源。请由原发送方重新发送。") from fault

    @property
    def trace(self) -> str:
        """The W3C trace id: the sender's, else one made of the message's place."""
        parts = self.headers.get("traceparent", b"").decode("ascii", "replace").split("-")
        if len(parts) == 4 and len(parts[1]) == 32:
            return parts[1]
        return derived_id("trace", self.topic, self.partition, self.offset).hex

    def text_header(self, name: str) -> str | None:
        """A header that the gateway wrote as percent-encoded UTF-8; None when it is not there or empty."""
        raw = self.headers.get(name)
        return unquote(raw.decode("ascii", "replace")) or None if raw is not None else None

    def decode(self, model: type[AnyModel]) -> AnyModel:
        """The value as an event. Raises Unreadable when it is none."""
        try:
            return model.model_validate_json(self.value or b"")
        except ValidationError as fault:
            first = fault.errors()[0]
            place = ".".join(str(part) for part in first["loc"]) or "(整条消息)"
            raise Unreadable(f"消息内容不是有效的 {model.__name__} 事件：{place}：{first['msg']}") from fault


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to be sent. ``topic`` is the name without prefix; header values are ASCII."""

    topic: str
    key: str
    value: bytes
    headers: Mapping[str, str]


def text_headers(**texts: str | None) -> dict[str, str]:
    """Headers of any text, percent-encoded, so that they pass through every client; None is left out."""
    return {name: quote(text) for name, text in texts.items() if text is not None}


def cloud_event(kind: str, source: str, event_id: UUID, time: datetime, trace: str) -> dict[str, str]:
    """The CloudEvents headers of an event and its ``traceparent``; the span id follows from the event id."""
    return {
        "ce_specversion": "1.0",
        "ce_id": str(event_id),
        "ce_type": kind,
        "ce_source": source,
        "ce_time": time.isoformat(),
        "traceparent": f"00-{trace}-{event_id.hex[:16]}-01",
    }


def outgoing(topic: Topic, key: str, event: Model, headers: Mapping[str, str]) -> Outgoing:
    """An event for a topic. Raises Unreadable when it is larger than the topic takes."""
    value = event.model_dump_json().encode()
    if len(value) > topic.limit:
        raise Unreadable(
            f"识别结果有 {len(value) / 1024 / 1024:.1f} MiB，超过单张自评表的上限"
            f" {topic.limit // 1024 // 1024} MiB。请检查文件是否混入了其他内容，拆分后重新上报。"
        )
    return Outgoing(topic.name, key, value, dict(headers))


def dead_letter_headers(message: Incoming, group: str, fault: str, reason: str) -> Iterable[tuple[str, bytes]]:
    """The original's headers and those of Spring's dead-letter publisher (integers big-endian).

    ``fault`` is the full name of the fault's class, ``reason`` the sentence for people.
    """
    yield from message.headers.items()
    yield "kafka_dlt-original-topic", message.topic.encode()
    yield "kafka_dlt-original-partition", message.partition.to_bytes(4, "big", signed=True)
    yield "kafka_dlt-original-offset", message.offset.to_bytes(8, "big", signed=True)
    yield "kafka_dlt-original-timestamp", message.timestamp.to_bytes(8, "big", signed=True)
    yield "kafka_dlt-original-consumer-group", group.encode()
    yield "kafka_dlt-exception-fqcn", fault.encode()
    yield "kafka_dlt-exception-message", reason.encode()
