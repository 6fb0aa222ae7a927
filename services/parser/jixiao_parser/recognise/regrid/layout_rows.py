"""The indicators of a text with columns by blanks. Weight and score stand in the middle line of their row."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from statistics import median

from jixiao_parser.recognise import labels
from jixiao_parser.recognise.grid import Line, made_line
from jixiao_parser.recognise.parts.rows import COST
from jixiao_parser.recognise.regrid.columns import Band, Word, bands
from jixiao_parser.recognise.regrid.flow_rows import HEADER, LEVEL1
from jixiao_parser.recognise.regrid.wraps import width
from jixiao_parser.recognise.texts import KEPT, is_hashes, is_number

Page = list[tuple[Word, ...]]
LEVELS = ("frame", "level1", "level2")
USUAL = ("name", "target", "actual", "weight", "score", "deviation")
NAMES = ("level1", "level2", *USUAL, "relation", "measure", "other")
COLUMNS = (*HEADER, "指标性质", "度量单位", "评分标准")
UNEVEN = 0.3
LOPSIDED = 1.0
LABEL_INSIDE = 3.0
LABEL_BESIDE = 0.3  # the share of it where the label stands beside the figures, in the middle of its cell
SHORT = 0.5


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the columns of a page are: the left edges of labels and names, the middles of the others."""

    level2: float
    edge: float
    name: float
    target: float
    actual: float
    weight: float

    def name_of(self, word: Word) -> str:
        """The column that a word stands in."""
        if word.start >= self.weight:
            return "deviation"
        if word.start < self.edge - 1:
            return "level1" if word.start < self.level2 - 2 else "level2"
        middles = {"name": self.name, "target": self.target, "actual": self.actual}
        return min(middles, key=lambda name: abs(middles[name] - word.centre))


@dataclass(frozen=True, slots=True)
class _Headed:
    """Columns where their headings stand, for tables with others than the usual ones."""

    columns: tuple[tuple[str, Word], ...]

    def name_of(self, word: Word) -> str:
        """The column that a word stands in: below the beginning of its heading, or below the middle."""

        def far(column: tuple[str, Word]) -> float:
            return min(abs(column[1].start - word.start), abs(column[1].centre - word.centre))

        return min(self.columns, key=far)[0]

    def weighs(self, words: Sequence[Word]) -> bool:
        """Whether a line is the middle one of a row: it holds its weight, or what the table has instead."""
        names = {name for name, _ in self.columns}
        found = [(self.name_of(word), is_number(word.text)) for word in words]
        for figure in ("weight", "score"):
            if figure in names:
                return (figure, True) in found
        return {"target", "actual"} <= {name for name, _ in found}


def _places(page: Page, figures: Mapping[int, int]) -> _Places:
    """What the figures' lines and the words of the labels tell of a page's columns."""
    actual = median(page[at][found - 1].centre for at, found in figures.items())
    weight = median(page[at][found].centre for at, found in figures.items())
    before = [page[at][found - 2].centre for at, found in figures.items() if found > 1]
    target = median(before) if before else 2 * actual - weight
    left = [word for words in page for word in words if word.centre < (target if before else actual) - 2]
    edge = min((word.start for word in left if not _is_piece(word.text)), default=target)
    names = [word.centre for word in left if edge <= word.start <= edge + 2]
    seconds = [word.start for word in left if word.start < edge - 1 and _begins(word.text, _SECOND)]
    return _Places(min(seconds, default=0.0), edge, median(names) if names else edge, target, actual, weight)


@lru_cache(maxsize=KEPT)
def _is_piece(text: str) -> bool:
    """Whether a text may be a part of a label, or of the label of the table."""
    piece = labels.key(_POINTS.sub("", text))
    return not piece or any(piece in whole for whole in _WHOLE)


_POINTS = re.compile(r"[（(]\d*分?$|^\d*分?[）)]$")  # what prints a level's points, cut by the end of a line
_FIRST = tuple(labels.LEVEL1)
_SECOND = tuple(word for word in labels.LEVEL2 if word not in labels.LEVEL1)
_WHOLE = (*(f"{word}指标" for word in (*labels.LEVEL1, *_SECOND)), "年度绩效指标")


def indicator_rows(header: Sequence[Word], pages: Sequence[Page]) -> Iterator[Line]:
    """The header and a row for each indicator. ``pages``: the lines after the header, page by page."""
    named = _named(header)
    names = [name for name in NAMES if name in named]
    yield made_line(header[0].line, [(LEVEL1 + NAMES.index(name), COLUMNS[NAMES.index(name)]) for name in names])
    usual = [name for name in USUAL if name in named] == [name for name in named if name not in LEVELS]
    headed = _Headed(tuple(named.items()))
    for number, page in enumerate(pages):
        figures = {at: found for at, words in enumerate(page) if (found := _figures(words))}
        places = _places(page, figures) if usual and figures else None
        own = places is not None and number == 0 and "level2" in named and places.edge <= named["level2"].start + 1
        if places is not None and not own:
            yield from _page_rows(page, figures, places)
        else:  # other columns, or levels in words of their own
            yield from _page_rows(page, {at: -1 for at, words in enumerate(page) if headed.weighs(words)}, headed)


def _named(header: Sequence[Word]) -> dict[str, Word]:
    found: dict[str, Word] = {}
    for word in sorted(header, key=lambda word: word.start):
        name = labels.INDICATOR_COLUMNS.get(labels.key(word.text))
        if name and name != "frame":
            found.setdefault(name, word)
        elif "actual" in found and "score" in found and not name:
            found.setdefault("other", word)  # a column of no record between the usual ones
    return found


def _figures(words: Sequence[Word]) -> int | None:
    """Which word of a line is the weight, with the score behind it."""
    for at in range(len(words) - 2, -1, -1):
        one, other = words[at].text, words[at + 1].text
        if is_number(one) and "%" not in one and ((is_number(other) and "%" not in other) or is_hashes(other)):
            return at
    return None


def _page_rows(page: Page, figures: Mapping[int, int], places: _Places | _Headed) -> Iterator[Line]:
    cells = [_cells(words, figures.get(at), places) for at, words in enumerate(page)]
    names = [width(row["name"]) if "name" in row else None for row in cells]
    widest = max((name for name in names if name is not None), default=0.0)
    gaps = [0.0 if name is None else max(0.0, widest - name - 1.0) for name in names]
    labels_until = [0, *accumulate(_begins_label(row) for row in cells)]
    gaps_until = [0.0, *accumulate(gaps)]
    named_until = [-1, *accumulate((at if name is not None else -1 for at, name in enumerate(names)), max)]

    def cost(band: Band) -> float:
        top, anchor, bottom = band
        uneven = abs((anchor - top) - (bottom - anchor - 1))
        own = top < anchor and _begins_label(cells[anchor])
        inside = labels_until[bottom] - labels_until[top + 1] - own + LABEL_BESIDE * own
        last = named_until[bottom]  # the last line of a name may be short
        short = gaps_until[bottom] - gaps_until[top] - gaps[last] if last >= top else 0.0
        return UNEVEN * uneven + LOPSIDED * max(0, uneven - 1) + LABEL_INSIDE * inside + SHORT * short

    found: list[tuple[Line, dict[str, str]]] = []
    for band in bands(sorted(figures), 0, len(page), cost):
        rows = cells[band.top : band.bottom]
        texts = dict.fromkeys(NAMES, "")
        for row in rows:
            texts |= {name: texts[name] + text for name, text in row.items()}
        own = [_own_label(texts[level], isinstance(places, _Headed)) for level in LEVELS[1:]]
        texts["level1"], texts["level2"] = _label1(cells, band) or own[0], _label2(rows) or own[1]
        found.append((page[band.anchor][0].line, texts))
    _lift([texts for _, texts in found])
    for line, texts in found:
        yield made_line(line, [(LEVEL1 + at, texts[name]) for at, name in enumerate(NAMES)])


def _lift(rows: Sequence[dict[str, str]]) -> None:
    """A first level begins with a second one, whose label may stand some rows lower, in the middle of its own."""
    for at, row in enumerate(rows):
        below = next((other for other in rows[at + 1 :] if other["level1"] or other["level2"]), None)
        if row["level1"] and not row["level2"] and below is not None and not below["level1"]:
            row["level2"], below["level2"] = below["level2"], ""


def _cells(words: Sequence[Word], figures: int | None, places: _Places | _Headed) -> dict[str, str]:
    found: dict[str, str] = {}
    for at, word in enumerate(words):
        name = places.name_of(word)
        if figures is not None and figures >= 0 and at in (figures, figures + 1):
            name = "weight" if at == figures else "score"
        found[name] = found.get(name, "") + word.text
    return found


@lru_cache(maxsize=KEPT)
def _begins(text: str, words: tuple[str, ...]) -> str | None:
    """The label that a piece of text begins, or is."""
    if not text:
        return None
    piece = labels.key(_POINTS.sub("", text))
    if len(piece) < 2:
        return None
    return next((word for word in words if f"{word}指标".startswith(piece)), None)


def _begins_label(row: Mapping[str, str]) -> bool:
    return _begins(row.get("level2", ""), _SECOND) is not None


def _label2(rows: Sequence[Mapping[str, str]]) -> str:
    found = (_begins(row.get("level2", ""), _SECOND) for row in rows)
    return next((f"{word}指标" for word in found if word), "")


def _own_label(text: str, headed: bool) -> str:
    """A level's label in words of its own, where headings tell the columns; 成本指标 may be a first level anywhere."""
    return text if labels.level_key(text) == COST or (headed and not _is_piece(text)) else ""


def _label1(cells: Sequence[Mapping[str, str]], band: Band) -> str:
    """The first level's label that begins in a row, with the points that may stand some lines below."""
    for at in range(band.top, band.bottom):
        word = _begins(cells[at].get("level1", ""), _FIRST)
        if word:
            below = "".join(row.get("level1", "") for row in cells[at : at + 4])
            points = labels.points_of(below)
            return f"{word}指标（{points}分）" if points is not None else f"{word}指标"
    return ""
