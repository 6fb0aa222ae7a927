"""docs/asyncapi.yaml and docs/schemas, made of the table of topics and the event models."""

from typing import Any

from jixiao.events.models import AlertChanged, AlertCommand, FormParsed, FormScored
from jixiao.events.topics import DEAD_LETTERS_KEPT_MS, TOPICS, Topic
from jixiao.forms.model import Model
from jixiao.runtime.topic_setup import wanted

DIALECT = "https://json-schema.org/draft/2020-12/schema"
KAFKA_BINDING = "0.5.0"
UPLOAD, DEAD_LETTER = "Upload", "DeadLetter"
TYPES: dict[type[Model] | None, str] = {
    None: "jixiao.report.uploaded",
    FormParsed: "jixiao.form.parsed",
    FormScored: "jixiao.form.scored",
    AlertCommand: "jixiao.alert.command",
    AlertChanged: "jixiao.alert.changed",
}
CLOUD_EVENT = {
    "ce_specversion": "always 1.0",
    "ce_id": "UUID of the event; the same when the event is sent again",
    "ce_type": "the message's name",
    "ce_source": "the service that sent it",
    "ce_time": "ISO 8601 with offset",
    "traceparent": "W3C trace context, from the upload on",
}
UPLOAD_HEADERS = {
    "name": "file name",
    "media_type": "judged by content",
    "uploader": "who handed the file in",
    "unit": "declared unit",
    "year": "declared year, four digits",
}
PARSED_HEADERS = {"upload_id": "UUID", "form_id": "UUID", "ordinal": "the form's place in the document, from 1"}
DEAD_LETTER_HEADERS = {
    "kafka_dlt-original-topic": "text",
    "kafka_dlt-original-partition": "int, 4 bytes big-endian",
    "kafka_dlt-original-offset": "long, 8 bytes big-endian",
    "kafka_dlt-original-timestamp": "long, 8 bytes big-endian, milliseconds",
    "kafka_dlt-original-consumer-group": "text",
    "kafka_dlt-exception-fqcn": "the fault's class",
    "kafka_dlt-exception-message": "the reason, for people, UTF-8",
}


def schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema of each event as it is written, by the model's name."""
    models = [topic.model for topic in TOPICS if topic.model is not None]
    return {model.__name__: {"$schema": DIALECT} | model.model_json_schema(mode="serialization") for model in models}


def document() -> dict[str, Any]:
    """The AsyncAPI document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "绩效预警 Jixiao Sentinel",
            "version": "1",
            "description": "Delivery is at least once; a repeat carries the same ce_id. Readers ignore unknown fields.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {name: channel for topic in TOPICS for name, channel in _channels(topic).items()},
        "operations": {name: operation for topic in TOPICS for name, operation in _operations(topic).items()},
        "components": {
            "parameters": {"prefix": {"default": "jixiao.", "description": "JIXIAO_TOPIC_PREFIX"}},
            "messages": _messages(),
        },
    }


def _channels(topic: Topic) -> dict[str, Any]:
    days = DEAD_LETTERS_KEPT_MS // (24 * 3600 * 1000)
    return {
        topic.name: _channel(topic.name, f"Key: {topic.key}.", _message_name(topic)),
        topic.dead_letters: _channel(
            topic.dead_letters, f"What {topic.reader} could not handle; kept {days} days, read by tools.", DEAD_LETTER
        ),
    }


def _channel(name: str, description: str, message: str) -> dict[str, Any]:
    config = wanted("", replication=1)[name]
    kept = {
        "cleanup.policy": [config["cleanup.policy"]],
        "retention.ms": int(config["retention.ms"]),
        "max.message.bytes": int(config["max.message.bytes"]),
    }
    return {
        "address": f"{{prefix}}{name}",
        "description": description,
        "parameters": {"prefix": {"$ref": "#/components/parameters/prefix"}},
        "messages": {message: {"$ref": f"#/components/messages/{message}"}},
        "bindings": {"kafka": {"topicConfiguration": kept, "bindingVersion": KAFKA_BINDING}},
    }


def _operations(topic: Topic) -> dict[str, Any]:
    watching = {f"{each}.watch.{topic.name}": _operation("receive", topic.name, each) for each in topic.watchers}
    return {
        f"{topic.writer}.send.{topic.name}": _operation("send", topic.name, topic.writer),
        f"{topic.reader}.receive.{topic.name}": _operation("receive", topic.name, topic.reader),
        **watching,
        f"{topic.reader}.send.{topic.dead_letters}": _operation("send", topic.dead_letters, topic.reader),
    }


def _operation(action: str, channel: str, service: str) -> dict[str, Any]:
    return {"action": action, "channel": {"$ref": f"#/channels/{channel}"}, "tags": [{"name": service}]}


def _messages() -> dict[str, Any]:
    described = {topic.model: topic for topic in TOPICS if topic.model is not None}
    dead = _headers(DEAD_LETTER_HEADERS, "The original's headers, and these of Spring's dead-letter publisher.")
    return {
        UPLOAD: _bytes("The file itself, byte for byte", _headers(CLOUD_EVENT | UPLOAD_HEADERS, _ENCODED))
        | {"name": TYPES[None]},
        **{model.__name__: _event(model, topic) for model, topic in described.items() if model is not None},
        DEAD_LETTER: _bytes("The original value, byte for byte", dead),
    }


_ENCODED = "Texts of people (name, uploader, unit …) are percent-encoded UTF-8."


def _event(model: type[Model], topic: Topic) -> dict[str, Any]:
    extra = PARSED_HEADERS if model is FormParsed else {}
    return {
        "name": TYPES[model],
        "summary": " ".join((model.__doc__ or "").split()),
        "contentType": "application/json",
        "headers": _headers(CLOUD_EVENT | extra, "CloudEvents, binary content mode."),
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": {"$ref": f"schemas/{model.__name__}.json"},
        },
        "bindings": {"kafka": {"key": {"type": "string", "description": topic.key}, "bindingVersion": KAFKA_BINDING}},
    }


def _bytes(summary: str, headers: dict[str, Any]) -> dict[str, Any]:
    return {
        "summary": summary,
        "contentType": "application/octet-stream",
        "headers": headers,
        "payload": {"type": "string", "format": "binary"},
    }


def _headers(texts: dict[str, str], description: str) -> dict[str, Any]:
    properties = {name: {"type": "string", "description": text} for name, text in texts.items()}
    return {"type": "object", "description": description, "properties": properties}


def _message_name(topic: Topic) -> str:
    return topic.model.__name__ if topic.model else UPLOAD
