"""The indicators of a text in reading order: labels, name, target, actual, weight, score and reason follow one another,
each perhaps over several lines. Weight and score, two numbers side by side, end the figures of a row.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from jixiao.forms.model import Doubt, DoubtKind
from jixiao_parser.recognise import labels
from jixiao_parser.recognise.grid import Line, made_line
from jixiao_parser.recognise.regrid.wraps import Gap, reason_and_name, widths_of
from jixiao_parser.recognise.texts import is_hashes, is_number, number

GUESS = Doubt(kind=DoubtKind.GUESSED, note="原文没有列线，两个单元格的文字相连，分界处按行宽和句意判断。")
LEVEL1, LEVEL2, NAME, TARGET, ACTUAL, WEIGHT, SCORE, DEVIATION = range(1, 9)
HEADER = ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施")


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


def indicator_lines(lines: Sequence[Words]) -> Iterator[Line]:
    """The header and a row for each indicator; ``lines`` begin with the header and end before the total."""
    if not lines:
        return
    yield made_line(lines[0].line, enumerate(HEADER, start=LEVEL1))
    begins = next((at for at, each in enumerate(lines) if labels.level_key(each.words[0]) in labels.LEVEL1), 1)
    blocks, rest = _blocks(lines[begins:])
    if not blocks:
        return
    deducted = [False, *(_is_deducted(block) for block in blocks)]
    begun = ["", *("".join(block.behind) for block in blocks)]
    gaps = [
        Gap(tuple(block.loose), less and not block.above, "" if block.above else before)
        for block, less, before in zip(blocks, deducted, begun, strict=False)
    ]
    widths = widths_of(gaps)
    found = [reason_and_name(gap, widths, bool(block.name)) for gap, block in zip(gaps, blocks, strict=True)]
    reasons = [
        ("".join([*block.above, parted.first]), parted.sure) for block, parted in zip(blocks, found, strict=True)
    ]
    for block, parted, (below, sure) in zip(blocks, found, [*reasons[1:], ("".join(rest), True)], strict=True):
        doubts = ({} if parted.sure else {NAME: GUESS}) | ({} if sure else {DEVIATION: GUESS})
        name, reason = parted.second + block.name, "".join(block.behind) + below
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
