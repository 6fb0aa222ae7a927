"""What a cell's text is: cleaned of markup and white space, and what kind of thing it looks like."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from functools import lru_cache

KEPT = 4096  # texts of cells come again and again: labels, weights, scores
_MARKUP = re.compile(r"</?(?:p|b|br|i|u|em|strong|span|font|div)(?:\s[^<>]*)?/?>", re.IGNORECASE)
# The radicals that browsers put for signs into a PDF (⾦ for 金), by their own code points and by those of NFKC
_RADICALS = str.maketrans(
    "⺟⺠⺮⺶⻁⻄⻅⻆⻉⻊⻋⻑⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻰⻳",
    "母民竹羊虎西见角贝足车長长门雨青韦页风飞食马骨鬼鱼鸟卤麦黄黾齐齿龙龟",
) | {sign: unicodedata.normalize("NFKC", chr(sign)) for sign in range(0x2F00, 0x2FD6)}
_RADICALS |= {0x2F3E: "户", 0x2FAD: "青"}  # not 戶 and 靑
AS_SIGNS = _RADICALS | dict.fromkeys(map(ord, "\u200b\u200c\u200d\ufeff\u2060"))
_NUMBER = re.compile(r"[+-]?\d[\d,]*(?:\.\d+)?(?:%|分|元|万元)?")
_NUMBERS = re.compile(r"\d+(?:\.\d+)?(?:\s+\d+(?:\.\d+)?)+")
_HASHES = re.compile(r"#+")
_DASHES = re.compile(r"[-—–－―]+")
_RUBBLE = re.compile(r"[-—–－―:|+=_>]{2,}|[-_|]")


def without_markup(text: str) -> str:
    """The text without the tags that extraction left in it; other angle brackets stay."""
    return _MARKUP.sub("", text) if "<" in text else text


@lru_cache(maxsize=KEPT)
def clean(text: str) -> str:
    """As printed, white space removed and markup dropped; signs that are stored as radicals are the signs they show."""
    plain = "".join(without_markup(text).split())
    return plain if plain.isascii() else plain.translate(AS_SIGNS)


def is_dash(text: str) -> bool:
    """Whether a cell says "not there" (—)."""
    return bool(_DASHES.fullmatch(text))


def is_rubble(text: str) -> bool:
    """Whether a cell holds only the line of a drawn table (-----)."""
    return bool(_RUBBLE.fullmatch(text))


def is_hashes(text: str) -> bool:
    """Whether a cell is ####: a number that was too wide for its column."""
    return bool(_HASHES.fullmatch(text))


@lru_cache(maxsize=KEPT)
def is_number(text: str) -> bool:
    """Whether a clean text is one number, perhaps with separators and a sign or unit behind."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return bool(_NUMBER.fullmatch(text))


def is_measure(text: str) -> bool:
    """Whether a clean text is a target or an actual figure rather than the name of anything: ≥90%."""
    return text[:1] in "≥≤＞＜><=" or is_number(text)


def is_relation(text: str) -> bool:
    """Whether a text is the sign between a figure and its target (≥), and no word such as 定性."""
    return bool(text) and all(sign in "≥≤＞＜><=＝≧≦" for sign in text)


def is_several_numbers(raw: str) -> bool:
    """Whether a raw text is several numbers in one cell ("6.00 6.00")."""
    return bool(_NUMBERS.fullmatch(raw.strip()))


@lru_cache(maxsize=KEPT)
def number(text: str | None) -> Decimal | None:
    """The number that a text prints; None when it prints none."""
    if not text:
        return None
    plain = (
        (text if text.isascii() else unicodedata.normalize("NFKC", text))
        .replace(",", "")
        .removesuffix("%")
        .removesuffix("分")
    )
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None
