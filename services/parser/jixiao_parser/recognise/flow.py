"""Text in reading order, as it is copied out of a PDF: the cells of a row follow one another, parted by blanks, and a
long cell goes on in the next lines. This step puts such a text back onto a grid; a grid stays as it is.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from jixiao.forms.model import Doubt, DoubtKind
from jixiao_parser.recognise import labels
from jixiao_parser.recognise.grid import Line, made_line
from jixiao_parser.recognise.texts import is_dash, is_hashes, is_number, number
from jixiao_parser.recognise.wraps import Gap, reason_and_name, two_texts, widths_of

FUNDS_LABEL, FUNDS_FIRST = 1, 2
GUESS = Doubt(kind=DoubtKind.GUESSED, note="原文没有列线，两个单元格的文字相连，分界处按行宽和句意判断。")
LEVEL1, LEVEL2, NAME, TARGET, ACTUAL, WEIGHT, SCORE, DEVIATION = range(1, 9)


@dataclass(frozen=True, slots=True)
class Words:
    """A line as its words; ``line`` is where it stands."""

    line: Line
    words: tuple[str, ...]


@dataclass(slots=True)
class _Block:
    """The lines of one indicator.

    ``above``: the rest of the reason of the row before, when a label stands behind it; ``loose``: other lines of one
    word, which may be that reason or the own name; ``behind``: words after the figures.
    """

    line: Line
    level1: str = ""
    level2: str = ""
    above: list[str] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)
    name: str = ""
    target: str = ""
    actual: str = ""
    weight: str = ""
    score: str = ""
    behind: list[str] = field(default_factory=list)


def on_a_grid(lines: Sequence[Line]) -> list[Line]:
    """The lines, put back onto a grid if they are a text in reading order."""
    split = [Words(line, tuple(line.items[0].raw.split())) for line in lines if len(line.items) == 1]
    if len(split) < len(lines) * 0.9 or not any(_is_header(each) for each in split):
        return list(lines)
    return list(_forms(split))


def _is_header(line: Words) -> bool:
    return (
        sum(labels.INDICATOR_COLUMNS.get(labels.key(word)) in ("level1", "level2", "name") for word in line.words) == 3
    )


def _forms(lines: Sequence[Words]) -> Iterator[Line]:
    """Part by part; what stands between the total of one form and the head of the next is no part of either."""
    at = 0
    while at < len(lines):
        if not any(_is_head(word) for word in lines[at].words):
            if labels.is_title("".join(lines[at].words)):
                yield lines[at].line
            at += 1
            continue
        funds = _next(lines, at, lambda each: any(labels.key(word) in labels.FUND_COLUMNS for word in each.words))
        goals = _next(lines, funds, lambda each: any(labels.GOALS.get(labels.key(word)) for word in each.words))
        header = _next(lines, goals, _is_header)
        total = _next(lines, header, lambda each: labels.key(each.words[0]) in labels.TOTALS)
        after = min(total + 3, len(lines))
        yield from _head(lines[at:funds])
        yield from _funds(lines[funds:goals])
        yield from _goals(lines[goals:header])
        yield from _indicators(lines[header:total])
        yield from _total(lines[total:after])
        at = max(total + 1, at + 1)


def _next(lines: Sequence[Words], at: int, holds: Callable[[Words], bool]) -> int:
    return next((each for each in range(at, len(lines)) if holds(lines[each])), len(lines))


def _is_head(word: str) -> bool:
    return word[-1] in "：:" and labels.FIELDS.get(labels.key(word)) in ("code", "name")


def _head(lines: Sequence[Words]) -> Iterator[Line]:
    """Labels end with a colon; a value goes on until the next label or heading."""
    found: list[tuple[Line, str, list[str]]] = []
    for each in lines:
        for word in each.words:
            if labels.key(word) in labels.SECTIONS:
                break
            if (word[-1] in "：:" and labels.key(word) in labels.FIELDS) or labels.key(word) == "绩效自评年":
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


def _indicators(lines: Sequence[Words]) -> Iterator[Line]:
    if not lines:
        return
    names = ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施")
    yield made_line(lines[0].line, enumerate(names, start=LEVEL1))
    begins = _next(lines, 1, lambda each: labels.level_key(each.words[0]) in labels.LEVEL1)
    blocks, rest = _blocks(lines[begins:])
    deducted = [False, *(_is_deducted(block) for block in blocks[:-1])]
    gaps = [Gap(tuple(block.loose), less and not block.above) for block, less in zip(blocks, deducted, strict=True)]
    widths = widths_of(gaps)
    found = [reason_and_name(gap, widths, bool(block.name)) for gap, block in zip(gaps, blocks, strict=True)]
    for at, block in enumerate(blocks):
        below = blocks[at + 1].above if at + 1 < len(blocks) else rest
        reason = "".join([*block.behind, *below, found[at + 1].first if at + 1 < len(blocks) else ""])
        doubts = {} if found[at].sure else {NAME: GUESS}
        if at + 1 < len(blocks) and not found[at + 1].sure:
            doubts[DEVIATION] = GUESS
        name = found[at].second + block.name
        texts = (block.level1, block.level2, name, block.target, block.actual, block.weight, block.score, reason)
        yield made_line(block.line, enumerate(texts, start=LEVEL1), doubts)


def _blocks(lines: Sequence[Words]) -> tuple[list[_Block], list[str]]:
    """The indicators, each up to its figures; and the lines after the last one's."""
    blocks: list[_Block] = []
    current: _Block | None = None
    heads: list[tuple[str, ...]] = []
    for each in lines:
        current = current or _Block(each.line)
        words = _without_labels(each.words, current)
        figures = _figures_at(words)
        if figures is None:
            if len(words) == 1 and not heads:
                current.loose.append(words[0])
            elif words:
                heads.append(words)
            continue
        current.line = each.line
        current.weight, current.score = words[figures], words[figures + 1]
        current.behind = list(words[figures + 2 :])
        _fill(current, heads, words[:figures])
        blocks.append(current)
        current, heads = None, []
    rest = [*current.above, *current.loose, *("".join(words) for words in heads)] if current else []
    return blocks, rest


def _without_labels(words: tuple[str, ...], block: _Block) -> tuple[str, ...]:
    """What follows the labels of a line. A label ends the reason of the row above, if one was going on."""
    at = 0
    for word in words:
        if (_is_level1(word, len(words)) and not block.level2) or (block.level1 and labels.is_points_fragment(word)):
            block.level1 += word
        elif not block.level2 and _is_level2(word, block):
            block.level2 = word
        else:
            break
        at += 1
    if at:
        block.above += block.loose
        block.loose = []
    return words[at:]


def _is_level1(word: str, words: int) -> bool:
    """满意度 alone in its line, or 满意度指标 anywhere; 满意度 before other words may be the end of a name."""
    return labels.level_key(word) in labels.LEVEL1 and (words == 1 or labels.key(word).endswith("指标"))


def _is_level2(word: str, block: _Block) -> bool:
    """质量指标 anywhere; 质量 only where no name has begun that it could be the end of."""
    return labels.level_key(word) in labels.LEVEL2 and (labels.key(word).endswith("指标") or not block.loose)


def _figures_at(words: tuple[str, ...]) -> int | None:
    """Where weight and score stand: the last two numbers side by side with no number behind."""
    for at in range(len(words) - 2, -1, -1):
        if _is_figure(words[at]) and (_is_figure(words[at + 1]) or is_hashes(words[at + 1])):
            return at
    return None


def _is_figure(word: str) -> bool:
    return is_number(word) and "%" not in word


def _fill(block: _Block, heads: Sequence[tuple[str, ...]], words: tuple[str, ...]) -> None:
    """Name, target and actual from the line of the figures and, where cells go on, from the lines above it."""
    cells = ["", "", ""]
    for line in (*heads, words):
        if len(line) > 2:
            line = ("".join(line[:-2]), *line[-2:])
        first = 3 - len(line)
        for at, word in enumerate(line, start=first):
            cells[at] += word
    block.name, block.target, block.actual = cells


def _is_deducted(block: _Block) -> bool:
    weight, score = number(block.weight), number(block.score)
    return weight is not None and score is not None and score < weight
