"""What it costs to read a text as the cell of a column, where the columns themselves are lost."""

import re
from dataclasses import dataclass

from jixiao_parser.recognise import labels
from jixiao_parser.recognise.texts import is_dash, is_hashes, is_measure, is_number

NEVER = 1_000.0
FULL = 100
_ABSENT = {"name": NEVER, "weight": 6.0, "score": 1.0, "target": 1.0, "actual": 0.8, "relation": 0.5, "measure": 0.5}
_EMPTY = {"name": 1.5, "weight": 3.0, "score": 0.7, "target": 0.3, "actual": 0.3}
_EMPTY_OTHERS = 0.05
_PLAIN = re.compile(r"(?:0|[1-9]\d{0,2})(?:\.\d{1,2})?分?")
_GROUPS = re.compile(r"\d[\d.,]*")
_NOUGHT = re.compile(r"0\d")
_BEFORE_UNIT = re.compile(r"^[≥≤＞＜><=\d.,]+")
_RELATIONS = frozenset("=≥≤＞＜><＝") | {">=", "<=", "定性", "其他"}
_NEVER_FIRST = "，,。.；;、：:）)%"


def is_points(text: str) -> bool:
    """Whether a text may be a weight or a score: a number of points up to 100."""
    return bool(_PLAIN.fullmatch(text)) and float(text.removesuffix("分")) <= FULL


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
        return _ABSENT.get(name, 0.0)

    def cell(self, name: str, text: str, target: str, weight: str) -> float:
        """What it costs to read a text as this cell; ``target`` and ``weight`` are those of its row, if read before."""
        if not text:
            return _EMPTY.get(name, _EMPTY_OTHERS)
        match name:
            case "weight":
                return _figure(text)
            case "score":
                return _score(text, weight)
            case "name":
                return self._name(text)
            case "relation":
                return 0.0 if text in _RELATIONS else NEVER
            case "measure":
                return NEVER if _says_how_much(text) else 0.4 * max(0, len(text) - 2)
            case "deviation":
                return self._reason(text)
            case "actual":
                return self._measured(text) + _pair(target, text)
        return self._measured(text) + 0.01 * max(0, len(text) - 20) + 0.7 * (text in labels.PLACEHOLDERS)

    def _name(self, text: str) -> float:
        cost = 5.0 if is_number(text) else 4.0 if is_measure(text) else 0.0
        cost += 3.0 * (text[0] in _NEVER_FIRST) + 1.5 * (len(text) < 2) + 0.6 * (text in labels.PLACEHOLDERS)
        cost += 0.3 * text[-1].isdigit() + 0.02 * max(0, len(text) - 30)
        return cost + 0.3 * len(_GROUPS.findall(text)) * self.glued + 1.5 * self._odd_sign(text)

    def _reason(self, text: str) -> float:
        if text in labels.PLACEHOLDERS or text == "0":
            return 0.1
        if is_measure(text):
            return 3.0
        cost = 0.2 if text.startswith(labels.REASONS) else 0.6 if text[-1] in "。；;" else 0.9
        if self.glued:
            cost += 0.1 * sum(sign.isdigit() for sign in text) + 0.05 * max(0, len(text) - 12)
            cost += 1.5 * any(sign in _RELATIONS for sign in text)
        return cost

    def _measured(self, text: str) -> float:
        """Of a target or an actual figure: one figure, no nought before it, no sign that has its own column."""
        cost = 3.0 * self._odd_sign(text) + 3.0 * bool(_NOUGHT.match(text))
        if self.glued:
            cost += 0.6 * max(0, len(_GROUPS.findall(text)) - 1) + 0.06 * max(0, len(text) - 12)
        return cost

    def _odd_sign(self, text: str) -> bool:
        return self.related and any(sign in _RELATIONS for sign in text)


def _figure(text: str) -> float:
    if is_hashes(text):
        return 0.3
    if not is_points(text):
        return NEVER
    return 0.0 if float(text.removesuffix("分")) * 2 % 1 == 0 else 0.3


def _score(text: str, weight: str) -> float:
    if is_dash(text) or text in labels.PLACEHOLDERS:
        return 0.3
    cost = _figure(text)
    if cost < NEVER and is_points(text) and is_points(weight):
        most, score = float(weight.removesuffix("分")), float(text.removesuffix("分"))
        cost += 3.0 if score > most else -0.4 if score == most else 0.0
    return cost


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
    return 0.5 * (not of_a_kind) - 0.4 * alike + 0.8 * (("%" in target) != ("%" in actual))
