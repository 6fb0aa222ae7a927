"""Measures: the numbers of a cell with operator, unit and the interval they stand for (不超过45.1万元, 0-48小时)."""

import re
from dataclasses import dataclass
from decimal import Decimal

from jixiao_scorer.compare.dates import NO_UNIT
from jixiao_scorer.compare.text import arabic
from jixiao_scorer.compare.units import UNITS, Unit, unit

_ABOVE = ("不得少于", "不得低于", "不少于", "不低于", "不小于", "不短于", "至少", "最少", "≥", "达到", "达")
_BEYOND = ("超过", "突破", "大于", "多于", "高于", ">")
_BELOW = (
    "不得超过",
    "不得高于",
    "不超过",
    "未超过",
    "不突破",
    "未突破",
    "不得突破",
    "不高于",
    "不大于",
    "不多于",
    "不长于",
    "控制在",
    "最多",
    "最高",
    "至多",
    "≤",
)
_UNDER = ("小于", "低于", "少于", "短于", "<")
OPERATORS = {
    **dict.fromkeys(_ABOVE, "≥"),
    **dict.fromkeys(_BEYOND, ">"),
    **dict.fromkeys(_BELOW, "≤"),
    **dict.fromkeys(_UNDER, "<"),
    "=": "=",
}
AFTER = {
    "以上": "≥",
    "及以上": "≥",
    "以内": "≤",
    "之内": "≤",
    "内": "≤",
    "以下": "≤",
    "及以下": "≤",
    "之前": "≤",
    "前": "≤",
}
_SCALES = {"十": 1, "百": 2, "千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8}

_words = "|".join(sorted(OPERATORS, key=len, reverse=True))
_after = "|".join(sorted(AFTER, key=len, reverse=True))
_known = "|".join(sorted((name for name in UNITS if name and not name.isascii()), key=len, reverse=True))
_signed = r"[+±]|(?:(?<![\d%\u3000-\u9fffA-Za-z)~./-])|(?<=[长比率幅]))-"  # a dash after a word or number is none
_number = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_scale = "(?:[十百千]万|百(?!分)|[万亿]|千(?![瓦米克伏赫]))?"
# What every match begins with stands ahead of both patterns: it is looked for at each character of every cell.
_first = re.escape("".join(sorted({word[0] for word in OPERATORS})))
_MEASURE = re.compile(
    rf"(?=[{_first}约大近预+±¥￥\d-])(?P<op>{_words})?(?P<about>约|大约|近|预计)?(?P<sign>{_signed})?[¥￥]?(?P<number>{_number})(?P<scale>{_scale})"
    rf"(?:(?P<unit1>%|[\u4e00-\u9fff]{{0,3}}?)(?:-|~|—|至|到)(?P<to>{_number})(?P<scale2>{_scale}))?"
    rf"(?P<more>余|多)?(?P<unit>%|‰|[A-Za-z]+[23]?(?:/[A-Za-z]+[23]?)?|㎡|{_known}|[\u4e00-\u9fff])?(?P<per>/[\u4e00-\u9fffA-Za-z]+)?"
    rf"(?P<after>{_after}|左右)?"
)
_TAIL = 8
_INCLUDED = re.compile(r"\(含[^()]*\)")  # 5个(含)以下
_DIGIT = re.compile("[0-9]")
_PLAIN = re.compile(r"([≥≤<>]?)(\d+(?:\.(\d+))?)([万亿]?)(\D*)")
_NOT_MEASURES = re.compile(
    r"(?=[\d第目A-Za-z])(?:(?<!\d)(?:19|20)\d{2}(?:年度?(?:\d{1,2}月(?:\d{1,2}日)?|第?[一二三四1-4]季度|[上下]半年)?"
    r"|[./-](?:1[0-2]|0?[1-9])(?:[./-]\d{1,2})?" + NO_UNIT + r")"
    r"|第\d+(?![名位\d])|\d{1,2}月\d{1,2}[日号]|\d+号|\d+[*xX×]\d+小?时?|(?<![\dA-Za-z])[A-Za-z]+\d+(?:\.\d+)?|目标\d+|\d+[.、:](?=\D))"
)
_MAY_BE_NONE = re.compile("[年第月号目A-Za-z*×./、:-]")  # one of these is in all that is no measure
_NOT_UNITS = frozenset("以内余多左前至到的和与及或、共为是在按中后未已完每度底初")


@dataclass(slots=True)
class Measure:
    """A number of a cell; a value, never assigned to (a named tuple takes thrice the time to make).

    ``op`` is ≥ > ≤ < = or "" (none), ``~`` for a range from ``low`` to ``high``;
    ``value`` as printed, in ``unit`` (万 and 亿 multiplied out); ``low`` and ``high`` bound what it may stand for.
    ``rough``: the cell says so itself (约, 左右, 余). ``lead`` is the text before it, since the measure before;
    ``bare`` when there is none.
    """

    op: str
    value: Decimal
    low: Decimal
    high: Decimal
    unit: Unit
    per: str = ""
    lead: str = ""
    bare: bool = True
    rough: bool = False
    shift: int = 0  # 4 where 万 was printed
    tail: str = ""  # what is counted, right after the unit

    @property
    def least(self) -> Decimal:
        """What a floor asks for."""
        return self.low if self.rough or self.op == "~" else self.value

    @property
    def most(self) -> Decimal:
        """What a ceiling allows."""
        return self.high if self.rough or self.op == "~" else self.value


def measures(text: str) -> tuple[Measure, ...]:
    """All measures of a normalised text in order; dates, ordinals and numbers inside names are none."""
    plain = _PLAIN.fullmatch(text)
    if plain is not None:
        op, number, fraction, scale, name = plain.groups()
        if name in UNITS or (len(name) == 1 and "\u4e00" <= name <= "\u9fff"):
            return (_plain_measure(op, number, fraction, scale, name),)
    if _DIGIT.search(text := arabic(text)) is None:
        return ()
    if "(含" in text:
        text = _INCLUDED.sub("", text)
    if _MAY_BE_NONE.search(text) is not None:
        text = _NOT_MEASURES.sub(lambda found: "\u3000" * len(found[0]), text)
        if _DIGIT.search(text) is None:
            return ()
    found, end = [], 0
    for match in _MEASURE.finditer(text):
        lead = text[end : match.start()]
        end = match.end()
        found.append(_measure(match, lead, text[end : end + _TAIL]))
    return tuple(found)


def _plain_measure(op: str, number: str, fraction: str | None, scale: str, name: str) -> Measure:
    value = low = high = Decimal(number)
    shift = _SCALES[scale] if scale else 0
    if shift:
        value = low = high = value.scaleb(shift)
    if fraction:
        half = _half(len(fraction), shift)
        low, high = value - half, value + half
    if name in _NOT_UNITS and name not in UNITS:
        op, name = op or AFTER.get(name, ""), ""
    return Measure(op, value, low, high, unit(name), shift=shift)


def _measure(match: "re.Match[str]", lead: str, tail: str) -> Measure:
    op, about, sign, number, scale, unit1, to, scale2, more, name, per, after = match.groups()
    name = name or ""
    if name in _NOT_UNITS and name not in UNITS:
        name, after = "", after or (name if name in AFTER else None)
    op = OPERATORS.get(op or "", "") or AFTER.get(after or "", "")
    shift = _SCALES.get(scale or scale2 or "", 0)
    value = Decimal(number.replace(",", "")).scaleb(shift)
    half = _half(len(number.partition(".")[2]), shift)
    low, high = value - half, value + half
    if to is not None:
        end = Decimal(to.replace(",", "")).scaleb(_SCALES.get(scale2 or scale or "", 0))
        op, low, high = "~", min(value, end), max(value, end)
        name = name or unit1 or ""
    elif about or after == "左右":
        low, high = value * Decimal("0.9"), value * Decimal("1.1")
    elif more:
        high = value * Decimal("1.1")
    if sign == "-":
        value, low, high = -value, -high, -low
    elif sign == "±":
        op = op or "≤"
    rough = bool(about or more or after == "左右")
    return Measure(op, value, low, high, unit(name), per or "", lead, not lead, rough, shift, tail)


def _half(decimals: int, shift: int) -> Decimal:
    """Half a unit of the last decimal printed; a whole number is exact."""
    return Decimal(5).scaleb(shift - decimals - 1) if decimals else Decimal(0)
