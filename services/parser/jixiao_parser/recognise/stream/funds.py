"""The money of a funds table whose columns are lost: its figures, dealt out so that they agree with one another."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from math import prod

from jixiao_parser.recognise.parts.agreement import disagreement
from jixiao_parser.recognise.texts import is_dash, is_hashes, is_number, number

MOST_WAYS = 6_000
MOST_TOGETHER = 50_000  # ways to cut all rows
PLACES = (2, 6, 4)
PADDED, SHORTENED = 0.3, 0.04
CLEAR = 0.1  # figures that agree so well are looked at no further
_AMOUNT = r"(?:0|[1-9]\d*)\.\d{{{}}}"
AMOUNTS = ("initial", "budget", "executed")
_NUMBER = re.compile(r"(?:0|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d*)(?:\.\d{1,6})?%?")
_FIGURES = re.compile(r"[\d.,%]+")


def figures_of(pieces: Sequence[tuple[str, int]], most: int) -> list[str]:
    """The figures that follow a row's label, with "" for empty cells; what else follows is no part of the row."""
    found: list[str] = []
    for text, _ in pieces:
        if len(found) == most or (text and not (is_number(text) or is_dash(text) or is_hashes(text) or text == "/")):
            head = _FIGURES.match(text)
            if head and len(found) < most and not found:
                found.append(head[0])
            break
        found.append(text)
    return found


def money_rows(
    rows: Sequence[Sequence[str]], slots: Sequence[str], given: Mapping[str, str], dense: bool
) -> list[tuple[dict[str, str], frozenset[str]]]:
    """Which figure of each row is what, and which are in doubt; the first row is 年度资金总额.

    Figures that ran together are cut so that the rows make the first one; where none do, the cuts are in doubt.
    ``dense``: the text ran together, so that what stands apart may have been cut elsewhere.
    """
    read: list[dict[str, str]] = []
    for figures in rows:
        read.append(money(figures, slots, read[0] if read else {}, given))
    glued = [
        bool(row) and (dense or len(list(filter(None, figures))) < len(row))
        for figures, row in zip(rows, read, strict=True)
    ]
    many = [len([text for text in figures if text]) > len(slots) for figures in rows]
    if not any(glued):
        return [(row, frozenset(row) if more else frozenset()) for row, more in zip(read, many, strict=True)]
    amounts = [name for name in slots if name in AMOUNTS]
    ways = [
        [dict(zip(amounts, cut, strict=True)) for cut in _whole_cuts(figures, len(amounts))] if cut_up else [row]
        for figures, row, cut_up in zip(rows[1:], read[1:], glued[1:], strict=True)
    ]
    clear = not glued[0] or (
        disagreement({**given, **read[0]}) < CLEAR and all(number(read[0].get(name)) for name in ("budget", "rate"))
    )
    few = len(rows) > 1 and prod(map(len, ways)) <= MOST_TOGETHER
    closing = next(_closing(ways, read[0], amounts), None) if clear and few else None
    if closing is not None:
        return [(row, frozenset()) for row in (read[0], *closing)]
    unsure = [cut_up and (at > 0 or not clear) for at, cut_up in enumerate(glued)]
    return [(row, frozenset(row) if doubted else frozenset()) for row, doubted in zip(read, unsure, strict=True)]


def _whole_cuts(figures: Sequence[str], count: int) -> list[list[str]]:
    return [cut for cut in islice(_cuts([text for text in figures if text], count), MOST_WAYS) if len(cut) == count]


def _closing(
    ways: Sequence[Sequence[dict[str, str]]], rest: Mapping[str, str], amounts: Sequence[str]
) -> Iterator[list[dict[str, str]]]:
    """The rows, one way each, that make these amounts."""
    left = {name: number(rest.get(name)) or Decimal(0) for name in amounts}
    if not ways:
        yield from [] if any(left.values()) else [[]]
        return
    for row in ways[0]:
        less = {name: left[name] - (number(row.get(name)) or Decimal(0)) for name in amounts}
        if all(amount >= 0 for amount in less.values()):
            for more in _closing(ways[1:], {name: str(amount) for name, amount in less.items()}, amounts):
                yield [row, *more]


def money(
    figures: Sequence[str], slots: Sequence[str], above: Mapping[str, str], given: Mapping[str, str]
) -> dict[str, str]:
    """Which figure is what; ``above`` are those of the row 年度资金总额, ``given`` what a heading prints."""
    if len(figures) >= len(slots) and all(not text or _is_one(text) for text in figures):
        return {name: text for name, text in zip(slots, figures, strict=False) if text}
    filled = [text for text in figures if text]
    amounts = [name for name in slots if name in AMOUNTS]
    if above and (even := _even_amounts(filled, len(amounts))):
        return dict(zip(amounts, even, strict=True))
    best: tuple[float, dict[str, str]] = (float("inf"), {})
    for at, parts in enumerate(_cuts(filled, len(slots))):
        for chosen in _choices(len(parts), len(slots)):
            row = {slots[place]: part for place, part in zip(chosen, parts, strict=True)}
            best = min(best, (_cost(row, slots, above) + disagreement({**given, **row}), row), key=lambda way: way[0])
        if at > MOST_WAYS or best[0] < CLEAR:
            break
    return best[1]


def _even_amounts(figures: Sequence[str], count: int) -> list[str]:
    """The amounts of a row that has nothing else, where they are printed with the same decimals; else none."""
    for places in PLACES:
        if len(figures) == 1 and re.fullmatch(rf"(?:{_AMOUNT.format(places)}){{{count}}}", figures[0]):
            return re.findall(_AMOUNT.format(places), figures[0])
    return []


def _is_one(text: str) -> bool:
    return bool(_NUMBER.fullmatch(text)) or not _FIGURES.fullmatch(text)


def _cuts(figures: Sequence[str], most: int) -> Iterator[list[str]]:
    """The figures as they stand; one that ran together with others is cut in all ways that give numbers."""
    if len(figures) == 1 and _FIGURES.fullmatch(figures[0]):
        for places in PLACES:
            yield from _evenly_cut(figures[0], most, places)
        yield from _cut(figures[0], most)
    elif len(figures) <= most:
        yield list(figures)


def _evenly_cut(text: str, most: int, places: int) -> Iterator[list[str]]:
    """The amounts with so many decimals each, as mostly printed; what follows them in all ways."""
    amounts = re.match(rf"(?:{_AMOUNT.format(places)}){{1,3}}", text)
    found = re.findall(_AMOUNT.format(places), amounts[0]) if amounts else []
    for rest in _cut(text[amounts.end() :], most - len(found)) if amounts else ():
        yield [*found, *rest]


def _cut(text: str, most: int) -> Iterator[list[str]]:
    if not text:
        yield []
    elif most:
        for end in range(len(text), 0, -1):
            if _NUMBER.fullmatch(text[:end]):
                for rest in _cut(text[end:], most - 1):
                    yield [text[:end], *rest]


def _choices(count: int, places: int, first: int = 0) -> Iterator[tuple[int, ...]]:
    if not count:
        yield ()
        return
    for place in range(first, places - count + 1):
        for rest in _choices(count - 1, places, place + 1):
            yield (place, *rest)


def _cost(row: Mapping[str, str], slots: Sequence[str], above: Mapping[str, str]) -> float:
    cost = sum(1.0 for name in ("budget", "executed") if name in slots and name not in row)
    cost += 0.3 * sum(1 for name in slots if name not in row)
    cost += sum(2.0 for name in AMOUNTS if "%" in row.get(name, ""))
    cost += _unevenness([text for name, text in row.items() if name in AMOUNTS])
    cost += sum(0.5 for name, text in above.items() if name in row and row[name] != text)
    cost += sum(1.0 for name in row if above and name not in above and name in slots)
    return cost + sum(1.0 for name in AMOUNTS if row.get(name) == "/")


def _unevenness(amounts: Sequence[str]) -> float:
    """What it costs that amounts have different decimals: little where none ends in a nought behind its point."""
    places = {len(text.partition(".")[2]) for text in amounts}
    padded = any("." in text and text[-1] == "0" for text in amounts)
    return (PADDED if padded else SHORTENED) * (len(places) - 1)
