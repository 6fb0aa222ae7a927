"""Cells as text: one form for full-width digits, signs and operators, whatever keyboard they were typed on."""

import re
import unicodedata

_WIDE = {each: each - 0xFEE0 for each in range(0xFF01, 0xFF5F)}  # full-width forms of ASCII
_SIGNS = _WIDE | str.maketrans("≧⩾≦⩽〉〈×", "≥≥≤≤><*")
_IS_SIGN = re.compile(f"[{re.escape(''.join(map(chr, _SIGNS)))}]")
# Of these alone the table of signs makes what NFKC would, in a third of the time.
_KNOWN = re.compile(r"[\s!-~≥≤、。“”《》\u4e00-\u9fa5\uff01-\uff5e]*")
_SHORT = 24
# What needs no cleaning: most cells are made of these alone.
_CLEAN = re.compile("[0-9.%≥≤,;\u4e00-\u9fa5]*")
_DOUBLED = (("大于等于", "≥"), ("大于或等于", "≥"), ("小于等于", "≤"), ("小于或等于", "≤"))
_ASCII = ((">=", "≥"), ("=>", "≥"), ("<=", "≤"), ("=<", "≤"))

_DIGITS = {each: at % 10 for at, each in enumerate("零一二三四五六七八九〇壹贰叁肆伍陆柒捌玖")} | {"两": 2}
_TENS = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}
_NUMERAL = f"[{''.join((*_DIGITS, *_TENS))}]+"
_IS_NUMERAL = re.compile(_NUMERAL)
_UNITS = "工作日|小时|分钟|批次|场次|[次个人名期篇份件条套台场项家户天日年本种万亿]"
_COUNTED = re.compile(f"(?<![第统0-9.])({_NUMERAL})(?=(?:{_UNITS}))(?!季度|月份)")
_PER_CENT = re.compile(rf"百分之({_NUMERAL}|\d+(?:\.\d+)?)")
_TENTHS = re.compile("([一二三四五六七八九])成(?![立果效功就])")


def normal(text: str) -> str:
    """The text in NFKC without white space; ≥ and ≤ for their ASCII and spelled-out forms."""
    if len(text) <= _SHORT and _CLEAN.fullmatch(text) and "等于" not in text:
        return text
    if text.isascii():
        plain = "".join(text.split())
    else:
        if _KNOWN.fullmatch(text) is None:
            text = unicodedata.normalize("NFKC", text)
        plain = "".join(text.split())
        if _IS_SIGN.search(plain):
            plain = plain.translate(_SIGNS)
        if "等于" in plain:
            for spelled, sign in _DOUBLED:
                plain = plain.replace(spelled, sign)
    if "=" in plain:
        for typed, sign in _ASCII:
            plain = plain.replace(typed, sign)
    return plain


def arabic(text: str) -> str:
    """Chinese numerals before a unit as digits, 百分之九十五 as 95%; ordinals and set phrases stay as they are."""
    if "百分" in text:
        text = _PER_CENT.sub(lambda found: f"{_value(found[1])}%", text).replace("百分百", "100%")
    if "成" in text:
        text = _TENTHS.sub(lambda found: f"{_DIGITS[found[1]] * 10}%", text)
    if _IS_NUMERAL.search(text) is None:
        return text
    return _COUNTED.sub(lambda found: str(_value(found[1])), text)


def whole_number(numeral: str) -> int:
    """The number of digits or of a Chinese numeral."""
    return int(numeral) if numeral.isdecimal() else int(_chinese(numeral))


def _value(numeral: str) -> int | str:
    if not numeral.isdigit() or numeral[0] in _DIGITS:
        return _chinese(numeral)
    return numeral


def _chinese(numeral: str) -> int | str:
    if "." in numeral:
        return numeral
    total, digit = 0, 0
    for char in numeral:
        if char in _TENS:
            total += (digit or 1) * _TENS[char]
            digit = 0
        else:
            digit = digit * 10 + _DIGITS[char] if digit and not total else _DIGITS[char]
    return total + digit
