"""What was once published is read for ever, and what is written is what is published."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import jsonschema  # type: ignore[import-untyped]
import pytest
from pydantic import ValidationError

from jixiao.events import TOPICS
from jixiao.forms.model import Model

ROOT = Path(__file__).parents[2]
STORED = Path(__file__).parent / "cases" / "events"
MODELS = {topic.model.__name__: topic.model for topic in TOPICS if topic.model is not None}
PLACES = {"box"}  # points on a page, the only numbers that are no integers


def stored(name: str) -> list[Path]:
    """The stored events of a model, one of each published version."""
    return sorted(STORED.glob(f"{name}-v*.json"))


EVENTS = [(model, path) for name, model in MODELS.items() for path in stored(name)]
each_stored_event = pytest.mark.parametrize(("model", "path"), EVENTS, ids=[path.stem for _, path in EVENTS])


def version(model: type[Model]) -> int:
    """The schema version that a model writes."""
    return int(get_args(model.model_fields["schema_version"].annotation)[-1])


def published(name: str) -> dict[str, Any]:
    """The JSON Schema in docs/, as readers outside have it."""
    schema: dict[str, Any] = json.loads((ROOT / "docs" / "schemas" / f"{name}.json").read_text())
    return schema


def strict(schema: Any) -> Any:
    """The schema with every object closed: no field beyond those published."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {"additionalProperties": False} if "properties" in schema else {}
    return {name: strict(each) for name, each in schema.items()} | closed


def validator(name: str) -> jsonschema.Draft202012Validator:
    """Holds what a model writes against what is published of it."""
    return jsonschema.Draft202012Validator(
        strict(published(name)), format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every JSON object in a value, itself included."""
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(each)


def holds(whole: Any, part: Any) -> bool:
    """Whether nothing of ``part`` is missing or different in ``whole``, which may have more fields."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(name in whole and holds(whole[name], part[name]) for name in part)
    if isinstance(part, list):
        return isinstance(whole, list) and len(whole) == len(part) and all(map(holds, whole, part))
    return bool(whole == part)


@pytest.mark.parametrize("name", MODELS)
def test_one_event_of_each_published_version_is_stored(name: str) -> None:
    """From the first version to the one written today; none is ever taken away."""
    assert [path.name for path in stored(name)] == [f"{name}-v{n}.json" for n in range(1, version(MODELS[name]) + 1)]


def test_no_stored_event_is_without_a_reader() -> None:
    """Every file in the folder belongs to an event."""
    assert {path.name for path in STORED.iterdir()} == {path.name for _, path in EVENTS}


@each_stored_event
def test_todays_reader_reads_every_stored_event(model: type[Model], path: Path) -> None:
    """It takes the event whole: written again, nothing that stood in it is lost or changed."""
    event = model.model_validate_json(path.read_bytes())
    assert holds(json.loads(event.model_dump_json()), json.loads(path.read_text()))


@each_stored_event
def test_readers_ignore_fields_they_do_not_know(model: type[Model], path: Path) -> None:
    """A newer writer may add a field anywhere."""
    newer = json.loads(path.read_text())
    for each in list(objects(newer)):
        each["not_known_yet"] = {"a": [1]}
    assert model.model_validate_json(json.dumps(newer)) == model.model_validate_json(path.read_bytes())


@each_stored_event
def test_writers_write_what_is_published_and_nothing_else(model: type[Model], path: Path) -> None:
    """What a model writes follows its published schema; a field beyond it, at any depth, would be found."""
    holding = validator(model.__name__)
    written = json.loads(model.model_validate_json(path.read_bytes()).model_dump_json())
    assert [error.message for error in holding.iter_errors(written)] == []
    for at in range(len(list(objects(written)))):
        beyond = json.loads(json.dumps(written))
        list(objects(beyond))[at]["not_published"] = 1
        assert not holding.is_valid(beyond)


@pytest.mark.parametrize("name", MODELS)
def test_money_and_scores_are_text(name: str) -> None:
    """No figure of a form travels as a floating-point number."""
    for each in objects(published(name)):
        for field, schema in each.get("properties", {}).items():
            assert field in PLACES or not any(part.get("type") == "number" for part in objects(schema)), field


@each_stored_event
def test_events_are_frozen(model: type[Model], path: Path) -> None:
    """Nobody changes an event that was read."""
    event = model.model_validate_json(path.read_bytes())
    with pytest.raises(ValidationError, match="frozen"):
        event.schema_version = 2  # type: ignore[attr-defined]
