"""Places in a ranking: 前三名 asks for the third place or a better one, 第二名 is one."""

import re

from jixiao_scorer.compare.text import whole_number

_PLACE = re.compile(
    r"(?P<kind>[前第])(?P<place>\d{1,3}|[一二三四五六七八九十]{1,3})(?:[名位](?![单次额义称置于])|以?内|(?=$|[,。;)]))"
)


def best_of(text: str) -> int | None:
    """The last place that a target allows (前10名); None where it names none."""
    found = _PLACE.search(text)
    return whole_number(found["place"]) if found is not None and found["kind"] == "前" else None


def place_in(text: str) -> tuple[int, bool] | None:
    """The place that an answer tells, and whether it is that very place (第2名) rather than one up to it (前五名)."""
    found = _PLACE.search(text)
    return (whole_number(found["place"]), found["kind"] == "第") if found is not None else None
