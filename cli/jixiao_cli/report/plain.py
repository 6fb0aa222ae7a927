"""Findings as JSON, in the shape that tests outside the project read."""

import json
from collections.abc import Iterable
from typing import Any

from jixiao_cli.report.order import Found

_KEYS = ("rule", "stage", "severity", "cause", "indicator", "stated", "computed", "difference", "amount")
_MORE = ("sentence", "repair", "follows", "evidence")


def as_json(found: Iterable[Found]) -> str:
    """``{"findings": […]}``; amounts are texts, so that no reader makes floats of them."""
    return json.dumps({"findings": [_plain(each) for each in found]}, ensure_ascii=False, indent=1)


def _plain(found: Found) -> dict[str, Any]:
    finding = found.finding.model_dump(mode="json")
    head = {"source": found.source, "ordinal": found.form.ordinal, "code": found.form.code.text}
    return head | {key: finding[key] for key in (*_KEYS, *_MORE)}
