"""A cell's text as a number: as forms print it, with separators, signs and units, in whatever width it was typed."""

import re
import unicodedata
from decimal import Decimal

YUAN, WAN, YI, PERCENT = "元", "万元", "亿元", "%"

SHIFT = {YUAN: 0, WAN: 4, YI: 8}  # how many digits a unit of money stands above the yuan
LONGEST = 20  # digits; sums and products of these stay exact in Decimal's 28
_SUFFIX = {"元": YUAN, "万": WAN, "万元": WAN, "亿": YI, "亿元": YI, "%": PERCENT, "分": ""}
_NUMBER = re.compile(r"[¥￥]?([+-]?)(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?(%|万元|亿元|万|亿|元|分)?")


def read_number(text: str | None, unit: str) -> tuple[Decimal, int, str] | None:
    """Value, decimals and unit of a cell's text; None for a blank, a dash, ####, words, or a unit of another kind.

    ``unit`` is that of the column: 元, 万元, 亿元, %, or "" for points. Money may be printed in another unit of money.
    """
    if not text:
        return None
    if len(text) <= LONGEST and text.isascii():
        if text.isdigit():
            return Decimal(text), 0, unit
        whole, point, fraction = text.partition(".")
        if whole.isdigit() and (fraction.isdigit() or not point):
            return Decimal(text), len(fraction), unit
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).replace("\u2212", "-")
    found = _NUMBER.fullmatch("".join(text.split()))
    if found is None:
        return None
    sign, whole, fraction, suffix = found.groups()
    whole, fraction = whole.replace(",", ""), fraction or ""
    if len(whole) + len(fraction) > LONGEST:
        return None
    own_unit = _SUFFIX[suffix] if suffix else unit
    if own_unit != unit and not (own_unit in SHIFT and unit in SHIFT):
        return None
    return Decimal(f"{sign}{whole}.{fraction}"), len(fraction), own_unit
