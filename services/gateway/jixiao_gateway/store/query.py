"""Filters and cursor paging: small pieces that every list shares."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from jixiao_gateway.problems import Problem

Readers = Sequence[Callable[[str], Any]]

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

    def add_if(self, condition: str, value: object) -> None:
        """Add a condition of one value unless the value is None."""
        if value is not None:
            self.add(condition, value)

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
