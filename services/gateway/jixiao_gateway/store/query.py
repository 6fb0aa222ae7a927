"""Filters and cursor paging: small pieces that every list shares."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from jixiao_gateway.problems import Problem

Filters = Mapping[str, object]  # name → value; a filter that is not there lets everything pass
Readers = Sequence[Callable[[str], Any]]

NO_FILTERS: Filters = {}
BY_TIME: Readers = (datetime.fromisoformat, UUID)


class Where:
    """Conditions joined by AND; ``{}`` in a condition stands for the next value."""

    def __init__(self) -> None:
        self.args: list[Any] = []
        self._conditions: list[str] = []

    def arg(self, value: object) -> str:
        """The place holder of a value."""
        self.args.append(value)
        return f"${len(self.args)}"

    def add(self, condition: str, *values: object) -> None:
        """Add a condition."""
        self._conditions.append(condition.format(*(self.arg(value) for value in values)))

    def add_all(self, conditions: Mapping[str, str], filters: Filters) -> None:
        """Add the condition of each filter; ``conditions`` says by name what a filter means."""
        for name, value in filters.items():
            self.add(conditions[name], value)

    def after(self, columns: str, cursor: str | None, readers: Readers) -> None:
        """Go on behind a cursor in a list ordered by ``columns``, all descending."""
        if cursor is not None:
            key = decode_cursor(cursor, readers)
            self.add(f"({columns}) < ({', '.join('{}' for _ in key)})", *key)

    def __str__(self) -> str:
        return "WHERE " + " AND ".join(self._conditions) if self._conditions else ""


def encode_cursor(*key: object) -> str:
    """The place in a list as an opaque text."""
    parts = [part.isoformat() if isinstance(part, datetime) else str(part) for part in key]
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, readers: Readers) -> list[Any]:
    """The key that a cursor stands for. Raises Problem 422 when it is none of ours."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return [read(part) for read, part in zip(readers, parts, strict=True)]
    except (ValueError, TypeError, AttributeError, binascii.Error) as fault:
        raise Problem(422, "bad-cursor", "cursor 无效。请原样使用上一页答复中的 next。") from fault
