"""Tables that print a merged cell again in each of its fields, as programs do that flatten a sheet.

This step leaves each such cell once; other tables stay as they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import takewhile

from jixiao_parser.recognise import labels
from jixiao_parser.recognise.grid import Item, Line
from jixiao_parser.recognise.sections import Part, part_of
from jixiao_parser.recognise.texts import is_number

_HEADERS = (Part.FUNDS_HEADER, Part.GOALS_HEADER, Part.INDICATORS_HEADER)
_HEAD = (Part.TITLE, Part.FIELDS)
TWICE = 3  # a heading over so many columns


def unrepeated(lines: Sequence[Line]) -> list[Line]:
    """The lines, each merged cell once, if the document prints its heading or a label of its head again and again.

    A header tells which columns are one; two columns of its own may well say the same in a row below.
    """
    if not any(_says_again(line) for line in lines):
        return list(lines)
    found: list[Line] = []
    columns: dict[int, int] = {}
    labelled = 0  # columns in front that hold labels
    above: dict[int, str | None] = {}
    for line in lines:
        whole = _once(line, {})
        part = part_of(whole)
        if part in _HEADERS:
            columns = _columns(line)
        if part is Part.INDICATORS_HEADER:
            labelled = _name_column(line)
        once = whole if part in (*_HEADERS, *_HEAD) else _once(line, columns)
        found.append(_without_labels(once, above, labelled or len(above)))
        above = {item.column: item.text for item in line.items}
    return [line for line in found if line.items]


def _says_again(line: Line) -> bool:
    if len(line.items) < TWICE or line.items[0].text != line.items[1].text:
        return False
    texts = {item.text or "" for item in line.items}
    first = line.items[0].text or ""
    return labels.is_title(first) if len(texts) == 1 else labels.field(first) is not None


def _columns(header: Line) -> dict[int, int]:
    """For each column of a header the first one that says the same."""
    found: dict[int, int] = {}
    for before, item in zip([None, *header.items], header.items, strict=False):
        again = before is not None and _is_again(before, item)
        found[item.column] = found[before.column] if before is not None and again else item.column
    return found


def _name_column(header: Line) -> int:
    names = (item for item in header.items if labels.indicator_column(item.text or "") == "name")
    return next((item.column for item in names), 0)


def _without_labels(line: Line, above: Mapping[int, str | None], labelled: int) -> Line:
    """The line without the labels in front that go on from the line above; ``labelled``: the columns they stand in."""
    again = (item.column < labelled and item.text and above.get(item.column) == item.text for item in line.items)
    count = sum(takewhile(bool, (bool(each) for each in again)))
    return replace(line, items=line.items[count:])


def _once(line: Line, columns: Mapping[int, int]) -> Line:
    """The line without the cells that are the one before, printed again."""
    pairs = zip([None, *line.items], line.items, strict=False)
    kept = [item for before, item in pairs if before is None or not _is_one(before, item, columns)]
    return replace(line, items=tuple(kept))


def _is_one(before: Item, item: Item, columns: Mapping[int, int]) -> bool:
    """Whether two cells that say the same are one: in one column of the header, or words where it has none."""
    if not _is_again(before, item) or not columns:
        return _is_again(before, item)
    column = columns.get(item.column)
    return column == columns.get(before.column) and (column is not None or not is_number(item.text or ""))


def _is_again(before: Item, item: Item) -> bool:
    return item.text == before.text and item.column == before.column + before.cell.span
