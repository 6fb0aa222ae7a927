"""The indicators in a stream: what stands behind the label of a level, up to the next label, are its rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from jixiao_parser.recognise import labels
from jixiao_parser.recognise.grid import Line, made_line
from jixiao_parser.recognise.parts.rows import COST
from jixiao_parser.recognise.stream.glued import GUESS, Row, glued_rows, guessed
from jixiao_parser.recognise.stream.rows import Atom, cut_up, dealt
from jixiao_parser.recognise.stream.signs import BLANK, CELL, Found, Stream
from jixiao_parser.recognise.texts import is_measure, is_number

LONG = 6
LABEL = "指标"
_WORDS = {f"{word}{end}": word for word in (*labels.LEVEL1, *labels.LEVEL2) for end in ("", LABEL)}
_SURE = {word: bare for word, bare in _WORDS.items() if word.endswith(LABEL) or len(word) >= LONG}


@dataclass(frozen=True, slots=True)
class _Part:
    """What stands behind labels: the labels as printed, and where it is."""

    level1: str
    level2: str
    begin: int
    end: int


_Dealt = tuple[_Part, Sequence[Row], list[frozenset[str]]]


def indicator_lines(
    stream: Stream, columns: Sequence[str], begin: int, end: int, dense: bool, numbered: bool
) -> Iterator[Line]:
    """A line for each indicator between two places; ``columns`` as the header has them.

    ``numbered``: a first column counts the rows.
    """
    slots = [name for name in columns if name not in ("level1", "level2", "frame")]
    parts = list(_parts(stream, begin, end, dense))
    atoms = [list(_without_subtotals(_atoms(stream, part, dense))) for part in parts]
    if numbered and not dense:
        atoms = _uncounted(atoms)
    for part, rows, doubts in _dealt(parts, atoms, slots, dense):
        label1, label2 = part.level1, part.level2
        for row, names in zip(rows, doubts, strict=True):
            cells = [(1 + columns.index(name), text) for name, text in row.items()]
            if label1 and "level1" in columns:
                cells.append((1 + columns.index("level1"), label1))
            if label2:
                cells.append((1 + columns.index("level2") if "level2" in columns else 0, label2))
            unsure = {1 + columns.index(name): GUESS for name in names if name in columns}
            yield made_line(stream.line_at(part.begin), sorted(cells), unsure)
            label1 = label2 = ""


def _without_subtotals(atoms: Sequence[Atom]) -> Iterator[Atom]:
    """The pieces without 小计 and its figures."""
    inside = False
    for text, gap in atoms:
        inside = labels.key(text) in labels.SUBTOTALS or (inside and (not text or is_number(text)))
        if not inside:
            yield text, gap


def _uncounted(parts: Sequence[Sequence[Atom]]) -> list[list[Atom]]:
    """The pieces of each part without the numbers of the rows: each stands before a label or a name."""
    count = 2  # the first one stands before the first label
    found: list[list[Atom]] = []
    for atoms in parts:
        kept: list[Atom] = []
        for at, atom in enumerate(atoms):
            behind = atoms[at + 1][0] if at + 1 < len(atoms) else LABEL
            if atom[0] in (str(count), str(count + 1)) and behind and not is_number(behind):
                count = int(atom[0]) + 1  # one may have gone with a subtotal
            else:
                kept.append(atom)
        found.append(kept)
    return found


def _dealt(parts: Sequence[_Part], atoms: Sequence[list[Atom]], slots: Sequence[str], dense: bool) -> Iterator[_Dealt]:
    """The rows of each part, and which cells of them are guessed; in a text that ran together level by level."""
    if not dense or "weight" not in slots:
        for part, own in zip(parts, atoms, strict=True):
            rows = dealt(own, slots)[0]
            yield part, rows, [guessed(rows, at, sure=not dense) if dense else frozenset() for at in range(len(rows))]
        return
    begins = [at for at, part in enumerate(parts) if part.level1 or at == 0]
    for begin, end in pairwise([*begins, len(parts)]):
        level = labels.LEVEL1.get(labels.level_key(parts[begin].level1), "")
        points = labels.points_of(parts[begin].level1) or labels.POINTS.get(level, Decimal(0))
        found, sure = glued_rows(atoms[begin:end], slots, points)
        for part, rows in zip(parts[begin:end], found, strict=True):
            yield part, rows, [guessed(rows, at, sure) for at in range(len(rows))]


def _atoms(stream: Stream, part: _Part, dense: bool) -> list[Atom]:
    pieces = list(stream.pieces(part.begin, part.end))
    if not dense:
        return pieces
    atoms: list[Atom] = []
    for text, gap in _unwrapped(pieces):
        cut = cut_up(text)
        atoms += [(cut[0][0], gap), *cut[1:]] if cut else [(text, gap)]
    return atoms


def _unwrapped(pieces: Sequence[Atom]) -> list[Atom]:
    """In a text that ran together a blank between two words is where a cell was wrapped: it parts nothing."""
    joined: list[Atom] = []
    for text, gap in pieces:
        if joined and gap == BLANK and text[:1].isalpha() and joined[-1][0][-1:].isalpha():
            joined[-1] = joined[-1][0] + text, joined[-1][1]
        else:
            joined.append((text, gap))
    return joined


def _parts(stream: Stream, begin: int, end: int, dense: bool) -> Iterator[_Part]:
    found = _labels(stream, begin, end, dense)
    level1 = level2 = ""
    for at, label in enumerate(found):
        until = found[at + 1].begin if at + 1 < len(found) else end
        printed = stream.printed[label.begin : label.end]
        if _is_level1(label, found[at - 1] if at else None) or _is_cost_level(label, found[at + 1 : at + 2]):
            level1, level2 = printed, ""
        else:
            level2 = printed
        if until > label.end or at + 1 == len(found):
            yield _Part(level1, level2 or _only(level1), label.end, until)
            level1 = ""


def _only(level1: str) -> str:
    """满意度 has but one second level in most forms, which then is not printed."""
    return level1 if labels.level_key(level1) in labels.LEVEL2 else ""


def _is_level1(label: Found, before: Found | None) -> bool:
    """满意度指标 may be either: it is the second where the same stands right before it."""
    if label.meaning not in labels.LEVEL1:
        return False
    return not (label.meaning in labels.LEVEL2 and before is not None and _adjacent(before, label))


def _is_cost_level(label: Found, after: Sequence[Found]) -> bool:
    """Whether 成本指标 is a first level: one of its kinds (经济成本, 社会成本…) stands right behind it."""
    kinds = [each.meaning for each in after if each.begin == label.end and each.meaning != label.meaning]
    return labels.LEVEL2.get(label.meaning) == COST == label.meaning and any(
        labels.LEVEL2.get(kind) == COST for kind in kinds
    )


def _adjacent(before: Found, label: Found) -> bool:
    return before.end == label.begin and before.meaning == label.meaning


def last_label(stream: Stream, begin: int, end: int) -> int:
    """Behind the last label of a level, in a text that ran together."""
    return max((label.end for label in _labels(stream, begin, end, dense=True)), default=begin)


def _labels(stream: Stream, begin: int, end: int, dense: bool) -> list[Found]:
    """The labels, without those that are the name of an indicator: said once more, and without 指标."""
    return _kept(stream, begin, end, dense, CELL) or _kept(stream, begin, end, dense, BLANK)


def _kept(stream: Stream, begin: int, end: int, dense: bool, gap: int) -> list[Found]:
    """The same; ``gap``: what must part a label without 指标 from the piece before."""
    kept: list[Found] = []
    words = _SURE if dense else _WORDS
    for label in stream.labels(words, begin, end, dense):
        printed = stream.text[label.begin : label.end]
        same = bool(kept) and labels.LEVEL2.get(kept[-1].meaning) == labels.LEVEL2.get(label.meaning)
        if same and label.meaning not in labels.LEVEL1 and kept[-1].meaning in labels.LEVEL1 and not dense:
            same = is_measure(
                stream.text[label.end : label.end + 1] or "0"
            )  # 满意度, 服务对象满意度, and a name behind
        if same and kept[-1].end == label.begin and LABEL not in printed and kept[-1].meaning in labels.LEVEL2:
            continue
        if stream.gaps.get(label.begin, 0) < gap and not dense and LABEL not in printed:
            continue
        kept.append(label)
    return kept
