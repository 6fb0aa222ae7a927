"""Dates and deadlines as spans of days: 2023年11月30日, 6月底前, 第四季度前完成, 下半年."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_PARTS = {
    "上旬": (1, 10),
    "中旬": (11, 20),
    "下旬": (21, 31),
    "初": (1, 10),
    "中": (11, 20),
    "底": (21, 31),
    "末": (21, 31),
}
NO_UNIT = r"(?![\d%万亿个次人天小元件期篇米公吨平立亩户度㎡套台份名家项场条])"  # 2023-2025个 is a range
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_DAY2 = r"(?:3[01]|[12]\d|0[1-9])"
_MONTH = "(?:1[0-2]|0?[1-9])"
_YEAR = r"(?:19|20)\d{2}"
_DATE = re.compile(
    r"(?=[\d第一二三四上下年])(?:"  # what every date begins with
    rf"(?<!\d)(?P<joined>{_YEAR}(?:0[1-9]|1[0-2]){_DAY2})(?!\d)"
    rf"|(?<!\d)(?P<dotted>{_YEAR})[./-](?P<month2>{_MONTH})(?:[./-](?P<day2>{_DAY}))?{NO_UNIT}"
    rf"|(?:(?P<year>{_YEAR})年度?)?(?:(?P<month>{_MONTH})月份?(?:(?P<day>{_DAY})[日号]?|(?P<part>上旬|中旬|下旬|[初中底末]))?"
    r"|第?(?P<quarter>[一二三四1-4])季度[初中底末]?|(?P<half>[上下])半年|(?P<end>年[底末中])|(?P<whole>(?<=年)|(?<=年度))))"
)
_YEAR_END = re.compile(r"^(?:(?P<year>(?:19|20)\d{2})年?)?年?(?P<part>底|末|中|内)")
_COUNTED = re.compile(r"\d+个月|个工作日|小时|分钟")
_SOME_YEAR = 2024  # where neither cell nor form tell the year


@dataclass(slots=True)
class Span:
    """The first and last day that a date may stand for; a value, never assigned to."""

    first: date
    last: date


def spans(text: str, year: int | None) -> tuple[Span, ...]:
    """All dates of a normalised text, in order; dates without a year are of ``year``."""
    if not (
        "月" in text or "季" in text or "年" in text or "." in text or "-" in text or "/" in text or len(text) == 8
    ):
        return ()
    if _COUNTED.search(text):
        return ()
    found = [span for match in _DATE.finditer(text) if (span := _span(match, year)) is not None]
    if found:
        return tuple(found)
    end = _YEAR_END.match(text)
    return (
        (_months(_year(end["year"], year), 6 if end["part"] == "中" else 1, 6 if end["part"] == "中" else 12),)
        if end
        else ()
    )


def _span(match: "re.Match[str]", year: int | None) -> Span | None:
    if match["joined"] is not None:
        return _in_month(int(match["joined"][:4]), int(match["joined"][4:6]), match["joined"][6:], None)
    if match["dotted"] is not None:
        return _in_month(int(match["dotted"]), int(match["month2"]), match["day2"], None)
    of = _year(match["year"], year)
    if match["month"] is not None:
        return _in_month(of, int(match["month"]), match["day"], match["part"])
    if match["quarter"] is not None:
        quarter = _QUARTERS[match["quarter"]]
        return _months(of, quarter * 3 - 2, quarter * 3)
    if match["half"] is not None:
        return _months(of, 1, 6) if match["half"] == "上" else _months(of, 7, 12)
    if match["end"] is not None:
        return _months(of, 1, 6) if match["end"][1] == "中" else _months(of, 1, 12)
    return _months(of, 1, 12) if match["year"] is not None else None


def _in_month(year: int, month: int, day: str | None, part: str | None) -> Span | None:
    last = monthrange(year, month)[1]
    if day is not None:
        if int(day) > last:
            return None
        that = date(year, month, int(day))
        return Span(that, that)
    if part is not None:
        start, end = _PARTS[part]
        return Span(date(year, month, start), date(year, month, min(end, last)))
    return Span(date(year, month, 1), date(year, month, last))


def _year(printed: str | None, year: int | None) -> int:
    return int(printed) if printed else year or _SOME_YEAR


def _months(year: int, first: int, last: int) -> Span:
    return Span(date(year, first, 1), date(year, last, monthrange(year, last)[1]))
