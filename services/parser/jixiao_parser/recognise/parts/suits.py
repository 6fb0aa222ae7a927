"""What it costs to read a cell as that of a column, and a row as an indicator: the fit of rows rests on it."""

from collections.abc import Mapping

from jixiao_parser.recognise import labels
from jixiao_parser.recognise.grid import Item
from jixiao_parser.recognise.parts.align import IMPOSSIBLE
from jixiao_parser.recognise.texts import is_dash, is_hashes, is_measure, is_number, is_several_numbers, number

OF_WHICH = 5.0


def suits(name: str, item: Item) -> float:
    """What it costs to read a cell as that of this column."""
    text = item.text
    if text is None:
        return 0.0
    plain = is_number(text)
    if name == "weight":
        return 0.0 if plain or is_hashes(text) or is_several_numbers(item.raw) else IMPOSSIBLE
    if name == "score":
        if plain or is_hashes(text) or is_dash(text) or is_several_numbers(item.raw):
            return 0.0
        return 0.2 if text in labels.PLACEHOLDERS else IMPOSSIBLE
    if name in ("name", "deviation"):
        return 3.0 if is_measure(text) else 0.0
    return 0.0


def complete(known: frozenset[str], found: Mapping[str, Item]) -> float:
    """A row has a weight and a score, where the table has these columns; a score alone will do beside a name."""
    weight, score = found.get("weight"), found.get("score")
    if "weight" in known and found.keys() == {"name", "target", "actual"} and _is_part(found):
        return OF_WHICH
    cost = 0.0
    if "weight" in known and weight is None:
        if score is None or "name" not in found:
            return IMPOSSIBLE
        cost += 4.0
    if "weight" not in known and len(found) < 2:
        return IMPOSSIBLE
    if "score" in known and score is None:
        cost += 2.5
    if weight is not None and score is not None and (number(score.text) or 0) > (number(weight.text) or 0):
        cost += 2.0
    if "actual" not in found:
        cost += 1.0
    if "target" not in found and "name" in found:
        cost += 1.2
    said = [found[name].text for name in ("target", "actual") if name in found]
    if "name" not in found and any(text not in labels.PLACEHOLDERS for text in said):
        cost += 2.5
    return cost


def _is_part(found: Mapping[str, Item]) -> bool:
    """Whether a row tells a part of the one above (其中：…), with figures but without points of its own."""
    return all(any(sign.isdigit() for sign in found[name].text or "") for name in ("target", "actual"))
