"""Cutting the lines of a document into forms, and each form into its parts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from jixiao_parser.recognise import labels
from jixiao_parser.recognise.grid import Item, Line
from jixiao_parser.recognise.texts import KEPT, is_number


class Part(StrEnum):
    """What a line is, by its labels alone."""

    TITLE = "title"
    FIELDS = "fields"
    FUNDS_HEADER = "funds_header"
    FUNDS = "funds"
    GOALS_HEADER = "goals_header"
    INDICATORS_HEADER = "indicators_header"
    TOTAL = "total"
    LEVELS = "levels"
    OTHER = "other"


@dataclass(slots=True)
class Pieces:
    """The lines of one form by part.

    ``prelude``: what stands before it, such as the heading with the year; ``others``: what stands between its parts.
    ``goals_end``: the goals have been told, and another part has begun.
    """

    prelude: list[Line] = field(default_factory=list)
    fields: list[Line] = field(default_factory=list)
    funds_header: Line | None = None
    funds: list[Line] = field(default_factory=list)
    goals_header: Line | None = None
    goals: list[Line] = field(default_factory=list)
    goals_end: bool = False
    others: list[Line] = field(default_factory=list)
    indicators_header: Line | None = None
    indicators: list[Line] = field(default_factory=list)
    total: Line | None = None

    @property
    def begun(self) -> bool:
        """Whether the form has more than its head."""
        return bool(self.funds or self.goals_header or self.indicators or self.total)

    @property
    def is_form(self) -> bool:
        """Whether these are the parts of a form: a head, and money or indicators, told what became of them."""
        header = self.indicators_header
        if header is not None and not {"actual", "score"} & {
            labels.indicator_column(i.text or "") for i in header.items
        }:
            return False
        if any(labels.is_other_title(item.text or "") for line in self.prelude for item in line.items):
            return False
        return bool(self.fields) and bool(self.funds or self.indicators) and bool(self.funds_header or self.indicators)


_HEADERS = labels.INDICATOR_COLUMNS.keys() | labels.FUND_COLUMNS.keys() | labels.GOALS.keys()
_INDICATORS = frozenset({"level1", "level2", "name", "target", "actual"})
_AMOUNTS = frozenset({"initial", "budget", "executed"})
_LEVELS = labels.LEVEL1.keys() | labels.LEVEL2.keys()


def field_of(item: Item) -> str | None:
    """The field that an item names, also when its value stands in the same cell after a colon."""
    return _field_in(item.text or "")


@lru_cache(maxsize=KEPT)
def _field_in(text: str) -> str | None:
    head, colon, _ = text.replace("：", ":").partition(":")
    return labels.field(text) or (labels.field(head) if colon else None)


def part_of(line: Line) -> Part:
    """What a line is, by its labels alone."""
    words = [labels.key(item.text or "") for item in line.items]
    if words[0] in labels.TOTALS:
        return Part.TOTAL
    if len(words) == 1 and (labels.is_title(line.items[0].text or "") or words[0].endswith(labels.OTHER_TITLES)):
        return Part.TITLE
    header = _header_of([word for word in words if word in _HEADERS])
    if header is not None:
        return header
    if any(field_of(item) in ("code", "name", "year", "unit", "budget_unit") for item in line.items):
        return Part.FIELDS
    if any(word in labels.FUND_ROWS for word in words[:2]):
        return Part.FUNDS
    if any(labels.goal(item.text or "")[0] in ("expected", "actual") for item in line.items[:3]):
        return Part.GOALS_HEADER
    if len(words) > 2 and any(labels.level_key(item.text or "") in _LEVELS for item in line.items[:3]):
        return Part.LEVELS
    return Part.OTHER


def _header_of(words: Sequence[str]) -> Part | None:
    """The part whose header has these words, if any."""
    if len({labels.INDICATOR_COLUMNS.get(word) for word in words} & _INDICATORS) >= 3:
        return Part.INDICATORS_HEADER
    if len({labels.FUND_COLUMNS.get(word) for word in words} & _AMOUNTS) >= 2:
        return Part.FUNDS_HEADER
    return Part.GOALS_HEADER if any(labels.GOALS.get(word) in ("expected", "actual") for word in words) else None


def pieces_of(lines: Iterable[Line]) -> Iterator[Pieces]:
    """The forms of a document, each with its lines by part; texts that are no form are left out.

    A heading in the middle of a form belongs to it, unless the head of another form follows.
    """
    current = Pieces()
    heading: list[Line] = []
    for line in lines:
        part = part_of(line)
        if _begins_anew(current, line, part):
            if current.is_form:
                yield current
            current = Pieces(prelude=heading)
        heading = [line] if part is Part.TITLE else [*heading, line] if heading and part is Part.OTHER else []
        _put(current, line, part)
    if current.is_form:
        yield current


def _begins_anew(current: Pieces, line: Line, part: Part) -> bool:
    if part is Part.TITLE:
        return current.total is not None or not (current.begun or current.fields)
    if part is not Part.FIELDS or not current.begun:
        return False
    names = {field_of(item) for item in line.items}
    if not names & {"code", "name"}:
        return False
    return current.total is not None or not _repeats_head(current, line)


def _repeats_head(current: Pieces, line: Line) -> bool:
    """Whether a line is the head of the same form once more, as on its second page."""
    texts = [item.text for item in line.items]
    return any(texts == [item.text for item in before.items] for before in current.fields)


def _put(current: Pieces, line: Line, part: Part) -> None:
    """Add a line to its part; what stands after the total (notes, page numbers) is left out."""
    if current.total is not None:
        return
    if part is Part.TOTAL and (current.indicators or current.indicators_header):
        current.total = line
    elif part is Part.INDICATORS_HEADER:
        current.indicators_header = current.indicators_header or line
    elif current.indicators_header is not None or current.indicators:
        if part not in (Part.TITLE, Part.FIELDS) and not _is_closing(line):
            current.indicators.append(line)
    elif part is Part.LEVELS and (current.funds or current.goals_header):
        current.indicators.append(line)
    else:
        _put_before_indicators(current, line, part)


def _put_before_indicators(current: Pieces, line: Line, part: Part) -> None:
    if part is Part.GOALS_HEADER and (current.goals_header is None or _names_both_goals(line, current)):
        current.goals_header, current.goals = line, []
    elif part in (Part.FUNDS_HEADER, Part.FUNDS) or _is_sum_of_money(current, line):
        current.goals_end = current.goals_header is not None
        if part is not Part.FUNDS_HEADER:
            current.funds.append(line)
        elif not any(is_number(item.text or "") for row in current.funds for item in row.items):
            current.funds_header, current.funds = line, []  # what stood above was that of another table
    elif current.goals_header is not None and not current.goals_end and not _begins_section(line):
        current.goals.append(line)
    elif part is Part.FIELDS:
        current.fields.append(line)
    elif current.fields:
        current.goals_end = current.goals_header is not None
        current.others.append(line)
    else:
        current.prelude.append(line)


def _names_both_goals(line: Line, current: Pieces) -> bool:
    """Whether a line is the header of the goals, and what stands above only spoke of what became of them."""
    above = current.goals_header.items if current.goals_header else ()
    named, before = ({labels.goal(item.text or "")[0] for item in items} for items in (line.items, above))
    return {"expected", "actual"} <= named and "expected" not in before


def _is_sum_of_money(current: Pieces, line: Line) -> bool:
    """Whether a line 合计 is the first row of money, below its header."""
    named = any(labels.key(item.text or "") in labels.TOTALS for item in line.items[:2])
    return named and current.funds_header is not None and current.goals_header is None


def _begins_section(line: Line) -> bool:
    """Whether a line begins another part of the form: 2.项目实施内容及过程概述."""
    word = labels.key(line.items[0].text or "")
    return word in labels.SECTIONS and word not in labels.GOALS and word not in labels.INDICATOR_COLUMNS


def _is_closing(line: Line) -> bool:
    """Whether a line among the indicators says something of the form as a whole: 说明, 注：…"""
    return labels.key((line.items[0].text or "").replace("：", ":").partition(":")[0]) in labels.CLOSINGS
