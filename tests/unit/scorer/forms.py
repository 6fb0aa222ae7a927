"""Forms for tests: the sound base record of the case files, changed by path."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from jixiao.forms import Doubt, DoubtKind, Evidence, Form, Indicator, Value

CASES = Path(__file__).parents[1] / "cases"
_BASE = (CASES / "rules" / "base.json").read_text(encoding="utf-8")
_STEP = re.compile(r"[^.\[\]]+")
_INDEX = re.compile(r"\d+")


def form(
    changes: Mapping[str, str | None] | None = None,
    *,
    drop: Sequence[int] = (),
    doubts: Sequence[str] = (),
    unit: str = "元",
    lost_row: bool = False,
) -> Form:
    """The base form with values set by path, indicators dropped, and doubts laid on the values of some paths."""
    record = json.loads(_BASE)
    for path, text in (changes or {}).items():
        place, last = _walk(record, path)
        place[last] = text
    values = _values(record, "")
    for path in doubts:
        place, last = _walk(values, path)
        place[last] = replace(place[last], doubt=Doubt(kind=DoubtKind.OCR, note="识别不清。"))
    rows = [each for at, each in enumerate(values["indicators"]) if at not in drop]
    values["indicators"] = [Indicator(**each) for each in rows]
    lost = (Doubt(kind=DoubtKind.LOST_ROW, note="跨页处疑似丢失一行。"),) if lost_row else ()
    return Form.model_validate({"ordinal": 1, "amount_unit": unit, "doubts": lost, **values})


def form_of(case: Mapping[str, Any]) -> Form:
    """The form of a case of ``cases/rules``."""
    return form(
        case.get("set"),
        drop=case.get("drop", ()),
        doubts=case.get("doubt", ()),
        unit=case.get("unit", "元"),
        lost_row=case.get("lost_row", False),
    )


def _values(record: Any, path: str) -> Any:
    """The record with every text as a value whose evidence names its path."""
    if isinstance(record, dict):
        return {name: _values(each, f"{path}.{name}".lstrip(".")) for name, each in record.items()}
    if isinstance(record, list):
        return [_values(each, f"{path}[{at}]") for at, each in enumerate(record)]
    return Value(text=record, evidence=Evidence(cell=path, raw=record or ""))


def _walk(record: Any, path: str) -> tuple[Any, Any]:
    *steps, last = [int(step) if _INDEX.fullmatch(step) else step for step in _STEP.findall(path)]
    for step in steps:
        record = record[step]
    return record, last
