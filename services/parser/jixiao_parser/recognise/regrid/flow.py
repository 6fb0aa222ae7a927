"""Text in reading order, as it is copied out of a PDF: the cells of a row follow one another, parted by blanks, and a
long cell goes on in the next lines. This step puts such a text back onto a grid; a grid stays as it is.
"""

from collections.abc import Callable, Iterator, Sequence

from jixiao_parser.recognise import labels
from jixiao_parser.recognise.grid import Line, made_line
from jixiao_parser.recognise.regrid.flow_rows import GUESS, WEIGHT, Words, indicator_lines
from jixiao_parser.recognise.regrid.wraps import two_texts, words_in
from jixiao_parser.recognise.texts import is_dash, is_hashes, is_number

FUNDS_LABEL, FUNDS_FIRST = 1, 2
HEAD = 3  # code and name stand at most so many lines apart


def on_a_grid(lines: Sequence[Line]) -> list[Line]:
    """The lines, put back onto a grid if they are a text in reading order."""
    split = [Words(line, words_in(line.items[0].raw)) for line in lines if len(line.items) == 1]
    if len(split) < len(lines) * 0.9 or not any(_is_header(each) for each in split):
        return list(lines)
    return list(_forms(split))


def _is_header(line: Words) -> bool:
    return (
        sum(labels.INDICATOR_COLUMNS.get(labels.key(word)) in ("level1", "level2", "name") for word in line.words) == 3
    )


def _forms(lines: Sequence[Words]) -> Iterator[Line]:
    """Form by form; what stands between the total of one and the head of the next is no part of either."""
    at = 0
    while at < len(lines):
        if _is_head(lines[at]):
            end = at + HEAD + _first(lines[at + HEAD :], _is_head)
            yield from _form(lines[at:end])
            at = end
        else:
            if labels.is_title("".join(lines[at].words)):
                yield lines[at].line
            at += 1


def _form(lines: Sequence[Words]) -> Iterator[Line]:
    funds = _first(lines, lambda each: any(labels.key(word) in labels.FUND_COLUMNS for word in each.words))
    goals = _first(lines, lambda each: any(labels.GOALS.get(labels.key(word)) for word in each.words))
    header = _first(lines, _is_header)
    total = header + _first(lines[header:], lambda each: labels.key(each.words[0]) in labels.TOTALS)
    yield from _head(lines[: min(funds, goals, header)])
    yield from _funds(lines[funds : min(goals, header)])
    yield from _goals(lines[goals:header])
    yield from indicator_lines(lines[header:total])
    yield from _total(lines[total : total + 3])
    yield from (each.line for each in lines[total:] if labels.is_title("".join(each.words)))


def _first(lines: Sequence[Words], holds: Callable[[Words], bool]) -> int:
    return next((at for at, each in enumerate(lines) if holds(each)), len(lines))


def _is_head(line: Words) -> bool:
    return any(word[-1] in "：:" and labels.FIELDS.get(labels.key(word)) in ("code", "name") for word in line.words)


def _head(lines: Sequence[Words]) -> Iterator[Line]:
    """Labels end with a colon; a value goes on until the next label or heading."""
    found: list[tuple[Line, str, list[str]]] = []
    for each in lines:
        for word in each.words:
            if labels.key(word) in labels.SECTIONS:
                break
            name = labels.FIELDS.get(labels.key(word))
            if name and (word[-1] in "：:" or name == "year"):
                found.append((each.line, word, []))
            elif found and not (word[-1] in "：:" and len(word) <= 2):
                found[-1][2].append(word)
    for line, label, values in found:
        yield made_line(line, [(0, label), (1, "".join(values))])


def _funds(lines: Sequence[Words]) -> Iterator[Line]:
    header: list[str] = []
    label = table = ""
    for each in lines:
        values = []
        for word in each.words:
            name = labels.key(word)
            if name in labels.FUND_ROWS:
                label = word
            elif name in labels.SECTIONS:
                table = word
            elif name in labels.FUND_COLUMNS and not label:
                header.append(word)
            elif label and (is_number(word) or is_dash(word) or is_hashes(word)):
                values.append(word)
        if header and label:
            yield made_line(lines[0].line, enumerate(header, start=FUNDS_FIRST))
            header = []
        if label and values:
            yield made_line(each.line, [(0, table), (FUNDS_LABEL, label), *enumerate(values, start=FUNDS_FIRST)])


def _goals(lines: Sequence[Words]) -> Iterator[Line]:
    """Two texts one after the other: where the first ends, its last line is short, or a blank line follows."""
    texts: list[Words] = []
    for each in lines:
        words = [word for word in each.words if word != "*" and labels.key(word) not in labels.SECTIONS]
        names = [labels.GOALS.get(labels.key(word)) for word in words]
        if "expected" in names:
            yield made_line(each.line, [(1, "预期目标"), (4, "实际完成情况")])
        elif words and not all(name == "frame" for name in names):
            texts.append(Words(each.line, tuple(words)))
    if texts:
        found = two_texts([(each.line.row.line, each.words) for each in texts])
        yield made_line(
            texts[0].line, [(1, found.first), (4, found.second)], {} if found.sure else {1: GUESS, 4: GUESS}
        )


def _total(lines: Sequence[Words]) -> Iterator[Line]:
    if not lines:
        return
    figures = [word for each in lines for word in each.words[:4] if is_number(word) or is_hashes(word)]
    yield made_line(lines[0].line, [(0, "总分"), *enumerate(figures[:2], start=WEIGHT)])
