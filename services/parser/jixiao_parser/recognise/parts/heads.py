"""The head of a form: code, name, year, units."""

import re
from collections.abc import Sequence
from dataclasses import replace

from jixiao.forms.model import Doubt, DoubtKind, Value
from jixiao_parser.recognise.grid import Item, Line
from jixiao_parser.recognise.sections import Pieces, field_of

_CODE_AND_NAME = re.compile(r"([0-9A-Z]{12,})[-—_](.+)")
_YEARS = (re.compile(r"(20\d\d)年度"), re.compile(r"(20\d\d)年(?!\d{1,2}月)"))
_WHOLE = re.compile(r"(?:部门|单位)?整体支出(?=绩效)")
_YEAR = re.compile(r"(20\d\d)年?度?(?![\d年度—~至-])")  # what stands behind it on the line is none of it
FULL_YEAR = 4


def fields_of(pieces: Pieces) -> dict[str, Value]:
    """The fields of the head, by name. A label whose value is cut off gives no value, an empty cell the empty text."""
    found: dict[str, Value] = {}
    for line in pieces.fields:
        for at, item in enumerate(line.items):
            name = field_of(item)
            if name and name not in found:
                found[name] = _value(line, item, line.items[at + 1 :])
    if "code" not in found and (both := _CODE_AND_NAME.fullmatch(found.get("name", Value()).text or "")):
        found["code"] = replace(found["name"], text=both[1])
        found["name"] = replace(found["name"], text=both[2])
    if "name" not in found and (whole := _whole_department(pieces)):
        found["name"] = whole
    if not (year := found.get("year")) or not year.text:
        found["year"] = _year_of_heading(pieces) or found.get("year", Value())
    elif full := _YEAR.match(year.text):
        found["year"] = replace(year, text=full[1])
    elif year.text.removesuffix("年").isdigit() and len(year.text.removesuffix("年")) < FULL_YEAR:
        note = f"年度只剩“{year.text}”，右边缘被截断。"
        found["year"] = replace(year, doubt=Doubt(kind=DoubtKind.CUT_OFF, note=note))
    return found


def _value(line: Line, label: Item, after: Sequence[Item]) -> Value:
    head, colon, tail = (label.text or "").replace("：", ":").partition(":")
    if colon and tail:
        return line.value(label, text=(label.text or "")[len(head) + 1 :])
    if after and field_of(after[0]) is None:
        return line.value(after[0])
    return line.blank()


def _whole_department(pieces: Pieces) -> Value | None:
    """What a form without a project is about, as its heading says: 部门整体支出."""
    for line in reversed(pieces.prelude):
        for item in line.items:
            if found := _WHOLE.search(item.text or ""):
                return line.value(item, text=found[0])
    return None


def _year_of_heading(pieces: Pieces) -> Value | None:
    """The year that the heading names: 2023年度 before 2023年, and the day it was filled in not at all."""
    for pattern in _YEARS:
        for line in reversed(pieces.prelude):
            for item in line.items:
                if found := pattern.search(item.text or ""):
                    return line.value(item, text=found[1])
    return None
