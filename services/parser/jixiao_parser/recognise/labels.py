"""The vocabulary of the forms (``labels.toml``), looked up by what a cell says."""

import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from typing import Any

from jixiao_parser.recognise.texts import AS_SIGNS

PROJECT = "项目"  # before a label it says nothing
LONGEST_LABEL = 24
_SIGNS = AS_SIGNS | str.maketrans("（）％", "()%", " \t\r\n*＊:：\u3000\u00a0")
_PARENTHESES = re.compile(r"\([^()]*\)")
_POINTS = re.compile(r"\(?(\d+(?:\.\d+)?)分\)?")
_NUMBERED = re.compile(r"^指标\d{1,2}[:：、.．]?")
_FRAGMENT = re.compile(r"\(?\d+(?:\.\d+)?分\)?")


@lru_cache(maxsize=4096)
def key(text: str) -> str:
    """What counts of a label: no white space, colons, asterisks, parentheses. "" for a text too long to be one."""
    if len(text) > 2 * LONGEST_LABEL:
        return ""
    plain = _PARENTHESES.sub("", text.translate(_SIGNS))
    return plain if len(plain) <= LONGEST_LABEL else ""


@lru_cache(maxsize=4096)
def level_key(text: str) -> str:
    """The same for the labels of the levels, which also come with and without 指标 and 的."""
    return key(text).replace("的", "").removesuffix("指标")


_INSIDE = re.compile(r"[^()]+\([^()]+\)[^()]+")


def _with_parentheses(words: dict[str, list[str]]) -> dict[str, str]:
    """Labels with parentheses inside, 部门(单位)名称, by what counts of them."""
    printed = (word.translate(_SIGNS) for synonyms in words.values() for word in synonyms)
    return {key(word): word for word in printed if _INSIDE.fullmatch(word)}


def _table(words: dict[str, list[str]]) -> dict[str, str]:
    return {key(word): meaning for meaning, synonyms in words.items() for word in synonyms}


def _level_table(words: dict[str, list[str]]) -> dict[str, str]:
    return {level_key(word): meaning for meaning, synonyms in words.items() for word in synonyms}


def _parts(words: dict[str, list[str]]) -> dict[str, str]:
    return {part: meaning for meaning, parts in words.items() for part in parts}


def _load() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("labels.toml").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class LayoutWords:
    """A layout of the form: the words that it prints, and those that it does not."""

    name: str
    words: frozenset[str]
    without: frozenset[str]
    deviation: bool


_WORDS = _load()
LAYOUTS = tuple(
    LayoutWords(
        each["name"],
        frozenset(map(key, each["words"])),
        frozenset(key(word) for word in each.get("without", [])),
        each.get("deviation", True),
    )
    for each in _WORDS["layouts"]
)
TITLES = frozenset(key(word) for word in _WORDS["titles"])
TOTALS = frozenset(key(word) for word in _WORDS["totals"])
SUMS = frozenset(word for word in TOTALS if "分" not in word)  # of money as well as of points
SUBTOTALS = frozenset(key(word) for word in _WORDS["subtotals"])
SECTIONS = frozenset(key(word) for word in _WORDS["sections"])
OTHER_TITLES = tuple(key(word) for word in _WORDS["other_titles"])
OTHERS = frozenset(key(word) for word in _WORDS["others"])
CLOSINGS = frozenset(key(word) for word in _WORDS["closings"])
REASONS = tuple(_WORDS["reasons"])
VALUES = frozenset(_WORDS["values"])
PLACEHOLDERS = frozenset(_WORDS["placeholders"])
FIELDS = _table(_WORDS["fields"])
PARENTHESES = _with_parentheses(_WORDS["fields"])
FUND_ROWS = _table(_WORDS["funds"]["rows"])
MONEY = tuple(_WORDS["funds"]["kinds"])
FUND_COLUMNS = _table(_WORDS["funds"]["columns"])
GOALS = _table(_WORDS["goals"])
GOALS_BESIDE = GOALS | _table(_WORDS["goals_beside"])
INDICATOR_COLUMNS = _table(_WORDS["indicators"]["columns"])
NUMBERING = frozenset(_WORDS["indicators"]["numbering"])
_INDICATOR_PARTS = _parts(_WORDS["indicators"]["parts"])
_FUND_PARTS = _parts(_WORDS["funds"]["parts"])
LEVEL1 = _level_table(_WORDS["level1"])
LEVEL2 = _level_table(_WORDS["level2"])
PARENTS = {child: parent for parent, children in _WORDS["parents"].items() for child in children}
SPEAKS = {level: tuple(words) for level, words in _WORDS["speaks"].items()}
POINTS = {level: Decimal(points) for level, points in _WORDS["points"].items()}


def field(text: str) -> str | None:
    """The field of the head that a cell names; 项目 before it says nothing."""
    word = key(text)
    return FIELDS.get(word) or FIELDS.get(word.removeprefix(PROJECT))


@lru_cache(maxsize=4096)
def goal(text: str) -> tuple[str | None, str]:
    """What a label of the goals stands for, and the goal itself where it follows in the same cell after a colon."""
    head, _, tail = text.replace("：", ":").partition(":")
    return (GOALS_BESIDE.get(key(head)), text[len(head) + 1 :]) if tail else (GOALS_BESIDE.get(key(text)), "")


def indicator_column(text: str) -> str | None:
    """The column that a cell of the indicators' header names: by its words, else by a part of them."""
    return _column(key(text), INDICATOR_COLUMNS, _INDICATOR_PARTS)


def fund_column(text: str) -> str | None:
    """The same for the header of the funds table."""
    return _column(key(text), FUND_COLUMNS, _FUND_PARTS)


def _column(word: str, table: dict[str, str], parts: dict[str, str]) -> str | None:
    if word in table or word in SECTIONS:
        return table.get(word)
    return next((meaning for part, meaning in parts.items() if part in word), None)


def short(text: str) -> str:
    """A short text as it is; "" for one too long to be a label."""
    return text if len(text) <= LONGEST_LABEL else ""


def own_level(text: str) -> str:
    """A level's label of its own wording as printed, without the points behind it: 项目决策（10分）."""
    return _PARENTHESES.sub("", text.translate(_SIGNS)) or text


def without_number(name: str) -> str:
    """An indicator's name without the number that some templates print before it: 指标1：……"""
    return _NUMBERED.sub("", name, count=1) or name


def is_numbered(text: str) -> bool:
    """Whether a text begins with the number that some templates print before a name: 指标1：……"""
    return bool(_NUMBERED.match(text))


def points_of(text: str) -> Decimal | None:
    """The points that a level's label prints: 产出指标（50分） gives 50."""
    found = _POINTS.search(text.translate(_SIGNS))
    return Decimal(found[1]) if found else None


def is_points_fragment(text: str) -> bool:
    """Whether a cell holds nothing but the points of a label that a page break cut off: （10分）."""
    return bool(_FRAGMENT.fullmatch(text.translate(_SIGNS)))


def is_other_title(text: str) -> bool:
    """Whether a line is the heading of a form that looks alike and is none: targets declared, execution watched."""
    return key(text.strip().lstrip("#")).endswith(OTHER_TITLES)


def is_title(text: str) -> bool:
    """Whether a line is the heading of a form; headings may carry # and a year."""
    plain = key(text.strip().lstrip("#"))
    return plain in TITLES or any(plain.endswith(title) for title in TITLES if len(title) > 6)
