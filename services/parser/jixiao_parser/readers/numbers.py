"""A stored value as Excel shows it. The stored number is binary; its shortest decimal text is what was typed."""

import math
import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal

_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.')
_UNIT_BEHIND = re.compile(r'[0#?]%?\s*"([^"]*)"\s*$')
_DIGITS = re.compile(r"(#,##)?[0#?]+(?:\.([0#?]+))?")
_EXACT = Context(prec=400)  # the digits of the largest number that a workbook stores


def shown(value: object, number_format: str) -> str:
    """The text of a cell's value under its number format."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _shown_number(Decimal(repr(value)), number_format) if math.isfinite(value) else str(value)
    if isinstance(value, datetime):
        return _shown_date(value, number_format)
    if isinstance(value, date | time | timedelta):
        return str(value)
    return str(value).replace("\0", "")


def _shown_number(value: Decimal, number_format: str) -> str:
    section = _QUOTED.sub("", number_format.split(";")[0])
    digits = _DIGITS.search(section)
    if digits is None or section.strip().lower() in ("general", "@"):
        return _plain(value)
    percent = "%" in section
    places = len(digits[2] or "")
    optional = len(digits[2] or "") - len((digits[2] or "").rstrip("#?"))
    rounded = (value * 100 if percent else value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _EXACT)
    text = f"{rounded:,f}" if "," in section else f"{rounded:f}"
    if optional and "." in text:
        kept = len(text) - optional
        text = (text[:kept] + text[kept:].rstrip("0")).rstrip(".")
    unit = _UNIT_BEHIND.search(number_format.split(";")[0])
    return text + ("%" if percent else "") + (unit[1] if unit else "")


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _shown_date(value: datetime, number_format: str) -> str:
    if "月" in number_format:
        year = f"{value.year}年" if "年" in number_format else ""
        day = f"{value.day}日" if "d" in number_format.lower() else ""
        return f"{year}{value.month}月{day}"
    if value.time() == time():
        return value.strftime("%Y/%m/%d" if "/" in number_format else "%Y-%m-%d")
    return value.isoformat(sep=" ", timespec="minutes")
