"""What it costs to read a text as the cell of a column, where the columns themselves are lost."""

import re
from dataclasses import dataclass

from jixiao_parser.recognise import labels
from jixiao_parser.recognise.texts import is_dash, is_hashes, is_measure, is_number

NEVER = 1_000.0
FULL = 100
LESS = "<"  # what is kept of a weight once its score was less
DEDUCTED = 0.6
_ABSENT = {"name": NEVER, "weight": 6.0, "score": 1.0, "target": 1.0, "actual": 0.8, "relation": 0.5, "measure": 0.5}
_EMPTY = {"name": 1.5, "weight": 3.0, "score": 0.7, "target": 0.3, "actual": 0.3}
_EMPTY_OTHERS = 0.05
_SAID_WHY = 0.6
_HEAVY = 20  # points; what weighs more is a round figure
_PLAIN = re.compile(r"(?:0|[1-9]\d{0,2})(?:\.\d{1,2})?分?")
_GROUPS = re.compile(r"\d[\d.,]*")
_NOUGHT = re.compile(r"0\d")
_SAID = "|".join(sorted(labels.VALUES | labels.PLACEHOLDERS, key=len, reverse=True))
_UNITS = "个|人次|人|次|件|份|篇|条|项|台|套|家|户|天|期|米|元|万元|公里|小时|工作日"
_TWO_MEASURES = re.compile(rf"(?:{_SAID})[\d≥≤＞＜><]|(?:{_SAID}){{2,}}$|(?:{_UNITS})[^\d]{{0,3}}\d")
"""良好100% is two cells, and so is 个21个."""
_SAID_LAST = re.compile(rf".{{2,}}(?:{_SAID})$")
_TOO_MUCH = re.compile(r"1[1-9]?\d{3,}%")
_SAME_TWICE = re.compile(r"(.+)\1")
_BEFORE_UNIT = re.compile(r"^[≥≤＞＜><=\d.,]+")
_RELATIONS = frozenset("=≥≤＞＜><＝") | {">=", "<=", "定性", "其他"}
_NEVER_FIRST = "，,。.；;、：:）)%"


def is_points(text: str) -> bool:
    """Whether a text may be a weight or a score: a number of points up to 100."""
    return bool(_PLAIN.fullmatch(text)) and points(text) <= FULL


def points(text: str) -> float:
    """The points that such a text says; only ways to read it are weighed with them."""
    return float(text.removesuffix("分"))


@dataclass(frozen=True, slots=True)
class Costs:
    """The costs in one text. ``glued``: it ran together; ``weighed``, ``related``: the columns that its table has."""

    glued: bool
    weighed: bool
    related: bool

    def absent(self, name: str) -> float:
        """What it costs that a row lacks this cell."""
        if name == "score" and not self.weighed:
            return _ABSENT["weight"]
        return _ABSENT.get(name, 0.0) * (1 + (self.glued and name in ("score", "actual")))

    def cell(self, name: str, text: str) -> float:
        """What it costs to read a text as this cell."""
        if not text:
            return _EMPTY.get(name, _EMPTY_OTHERS)
        match name:
            case "weight":
                return _figure(text)
            case "score":
                return 0.3 if is_dash(text) or text in labels.PLACEHOLDERS else _figure(text)
            case "name":
                return self._name(text)
            case "relation":
                return 0.0 if text in _RELATIONS else NEVER
            case "measure":
                return NEVER if _says_how_much(text) else 0.4 * max(0, len(text) - 2)
            case "deviation":
                return self._reason(text)
            case "other":
                return 2.0 if is_number(text) else 0.1
            case "actual":
                return self._measured(text)
        return self._measured(text) + 0.01 * max(0, len(text) - 20) + 0.7 * (text in labels.PLACEHOLDERS)

    def _name(self, text: str) -> float:
        cost = 5.0 if is_number(text) else 4.0 if is_measure(text) else 0.0
        cost += 2.0 * (text[: len(text) // 2] in labels.PLACEHOLDERS and bool(_SAME_TWICE.fullmatch(text)))
        cost += 3.0 * (text[0] in _NEVER_FIRST) + 1.5 * (len(text) < 2) + 0.6 * (text in labels.PLACEHOLDERS)
        cost += (
            5.0 * (text[-1] in ".,")
            + 3.0 * (text[-1] in _RELATIONS)
            + 0.3 * text[-1].isdigit()
            + 0.02 * max(0, len(text) - 30)
        )
        if self.glued:
            groups = len(_GROUPS.findall(text))
            cost += 0.3 * groups + 0.9 * max(0, groups - 1) + 2.0 * bool(_SAME_TWICE.fullmatch(text))
            cost += 0.4 * sum(max(0, len(group) - 3) for group in _GROUPS.findall(text))
            cost += 2.0 * any(sign in _RELATIONS for sign in text[1:]) + 1.0 * any(end in text for end in "。；")
            cost += 1.5 * any(end in text[:-1] for end in "。；")
            cost += 0.7 * bool(_SAID_LAST.match(text)) + 1.5 * ("%" in text)
        return cost + 1.5 * self._odd_sign(text)

    def _reason(self, text: str) -> float:
        if text in labels.PLACEHOLDERS or text == "0":
            return 0.1
        if is_measure(text):
            return 3.0
        cost = 0.2 if text.startswith(labels.REASONS) else 0.6 if text[-1] in "。；;" else 0.9
        if self.glued:
            odd = 0.1 * sum(sign.isdigit() for sign in text) + 0.05 * max(0, len(text) - 12)
            cost += odd if cost > _SAID_WHY else min(1.5, odd)
            cost += 1.5 * any(sign in _RELATIONS for sign in text) + 1.0 * text[0].isdigit()
        return cost

    def _measured(self, text: str) -> float:
        """Of a target or an actual figure: one figure, no nought before it, no sign that has its own column."""
        cost = 3.0 * self._odd_sign(text) + 3.0 * bool(_NOUGHT.match(text))
        if self.glued:
            cost += 0.6 * max(0, len(_GROUPS.findall(text)) - 1) + 0.06 * max(0, len(text) - 12)
            cost += 1.5 * bool(_TWO_MEASURES.match(text)) + 1.0 * bool(_TOO_MUCH.fullmatch(text))
            cost += 3.0 * (text[0] in _NEVER_FIRST or text[-1] in ".,，、")
        return cost

    def _odd_sign(self, text: str) -> bool:
        return self.related and any(sign in _RELATIONS for sign in text)


def _figure(text: str) -> float:
    if is_hashes(text):
        return 0.3
    if not is_points(text):
        return NEVER
    said = points(text)
    return 0.3 * (said * 2 % 1 != 0) + 0.5 * (said > _HEAVY and said % 5 != 0)


def beside(name: str, text: str, target: str, weight: str) -> float:
    """What it costs that a cell stands in a row with this target or weight, if these were read before."""
    if name == "actual" and text:
        return _pair(target, text)
    if name == "deviation" and text and weight == LESS:
        return -DEDUCTED
    if name == "score" and is_points(text) and is_points(weight):
        most, score = points(weight), points(text)
        return 3.0 if score > most else -0.4 if score == most else 0.0
    return 0.0


def _says_how_much(text: str) -> bool:
    return any(sign.isdigit() or sign in _RELATIONS for sign in text)


def _pair(target: str, actual: str) -> float:
    """What it costs that these stand side by side: the same, of a kind, or of two kinds."""
    if not target:
        return 0.3
    if target == actual:
        return -0.8 - 0.1 * min(12, len(target))
    alike = _BEFORE_UNIT.sub("", target) == _BEFORE_UNIT.sub("", actual)
    of_a_kind = bool(_GROUPS.search(target)) == bool(_GROUPS.search(actual))
    mixed = ("%" in target) != ("%" in actual) and target not in labels.VALUES  # 明显提高 is answered with 100%
    return 0.5 * (not of_a_kind) - 0.4 * alike + 0.8 * mixed
