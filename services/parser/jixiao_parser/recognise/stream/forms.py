"""Forms in a stream: cut by the labels of their parts, each part put back onto a grid."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from jixiao.forms.document import Document
from jixiao_parser.recognise import labels
from jixiao_parser.recognise.grid import Line, made_line
from jixiao_parser.recognise.stream.funds import figures_of, money_rows
from jixiao_parser.recognise.stream.glued import GUESS
from jixiao_parser.recognise.stream.goals import goal_lines, goals_beside
from jixiao_parser.recognise.stream.levels import indicator_lines, last_label
from jixiao_parser.recognise.stream.signs import SURE_LABEL, Found, Stream, stream_of
from jixiao_parser.recognise.texts import is_number

HEADER_SLACK = 3  # signs between two labels of a header that do not part them
INDICATOR_COLUMNS = 3  # beside the name
PRELUDE = 120
TITLE = 40
LABEL_ABOVE = 12
HEADINGS = ("自评表", "自评报告")
NAMES_END = ("项目", "经费", "资金", "工程", "费用", "补助", "补贴", "奖励")
SHORTEST = 2  # labels of a header stand side by side, so that short ones are sure as well
FUNDS_FIRST = 3
_TOTAL = re.compile(r"(?P<weight>100(?:\.0+)?)?(?P<score>100(?:\.0+)?|[1-9]\d?(?:\.\d{1,2})?)?")
_MONEY = labels.FUND_ROWS | dict.fromkeys(labels.SUMS, "total")
_FIELDS = {word: name for word, name in labels.FIELDS.items() if len(word) >= SURE_LABEL}
_SUM = dict.fromkeys((word for word in labels.FUND_ROWS if word.endswith("总额")), "section")
_HEAD = {**_SUM, **_FIELDS, **dict.fromkeys(labels.OTHERS, "other"), **dict.fromkeys(labels.SECTIONS, "section")}
_BREAKS = dict.fromkeys([*labels.SECTIONS, *(labels.OTHERS - labels.INDICATOR_COLUMNS.keys())], "")
_ENDS = dict.fromkeys(labels.TOTALS, "total") | dict.fromkeys(labels.CLOSINGS, "closing")
_GLUED = re.compile(r"二级指标(三)级指标")
_POINTS = re.compile(r"\((\d{1,2})分\)")


@dataclass(frozen=True, slots=True)
class _Header:
    """Labels of columns side by side: ``begin`` to ``end``, with their names and words."""

    part: str
    begin: int
    end: int
    columns: tuple[Found, ...]

    def names(self) -> list[str]:
        """The columns in their order."""
        return [found.meaning for found in self.columns]


def streamed(document: Document) -> list[Line]:
    """The lines of the forms in a document, put back onto a grid; none where no header of indicators is."""
    stream = stream_of(document)
    lines: list[Line] = []
    for begin, end in _forms(stream):
        lines += _form(stream, begin, end, begin - PRELUDE)
    return [line for line in lines if line.items]


def _forms(stream: Stream) -> Iterator[tuple[int, int]]:
    """From one 项目名称 to the next; a form has a header of indicators."""
    whole = len(stream.text)
    dense = _is_dense(stream, 0, whole)
    headers = [header.begin for header in _headers(stream, 0, whole, dense, labels.INDICATOR_COLUMNS, _is_indicators)]
    named = [found for found in stream.labels(_FIELDS, 0, whole, dense) if found.meaning in ("name", "unit")]
    projects = [found.begin for found in named if found.meaning == "name" and not _heads_column(stream, found)]
    heads = projects or [found.begin for found in named[:1]]  # a whole department names no project
    starts = [one for one, other in pairwise([*heads, whole]) if any(one < at < other for at in headers)]
    yield from pairwise([*starts, whole])


def _heads_column(stream: Stream, label: Found) -> bool:
    """Whether a label stands beside those of columns: 资金名称 over the kinds of money."""
    return stream.text.startswith(tuple(labels.FUND_COLUMNS), label.end)


def _is_dense(stream: Stream, begin: int, end: int) -> bool:
    """Whether a text has run together: all of it, or at least the labels of its header."""
    found = _GLUED.search(stream.text, begin, end)
    return stream.is_dense(begin, end) or bool(found and not stream.parted(found.start(1)))


def _form(stream: Stream, begin: int, end: int, before: int) -> Iterator[Line]:
    dense = _is_dense(stream, begin, end)
    indicators = list(_headers(stream, begin, end, dense, labels.INDICATOR_COLUMNS, _is_indicators))
    if not indicators:
        return
    first = indicators[0].begin
    funds = list(_headers(stream, begin, first, dense, labels.FUND_COLUMNS, _is_funds))[:1]
    goals = list(_headers(stream, begin, first, dense, labels.GOALS, _is_goals))[-1:]
    parts = sorted([*funds, *goals, *indicators], key=lambda header: header.begin)
    head = min(header.begin for header in parts)
    prelude = stream.printed[max(0, before) : begin]
    if prelude:
        heading = max(prelude.rfind(word) for word in HEADINGS)
        yield made_line(stream.line_at(begin), [(0, prelude[max(0, heading - TITLE) if heading >= 0 else -TITLE :])])
    yield from _head(stream, max(0, before), begin, head, dense)
    for at, header in enumerate(parts):
        until = parts[at + 1].begin if at + 1 < len(parts) else end
        if header.part == "funds":
            yield from _funds(stream, header, until, begin, dense)
        elif header.part == "goals":
            printed = [stream.printed[found.begin : found.end] for found in header.columns]
            yield made_line(stream.line_at(header.begin), [(1, printed[0]), (4, printed[-1])])
            yield from goal_lines(stream, header.end, until, dense)
    if not goals:
        yield from goals_beside(stream, funds[0].end if funds else head, first, dense)
    yield from _indicators(stream, indicators, end, dense)


def _headers(
    stream: Stream, begin: int, end: int, dense: bool, words: Mapping[str, str], holds: Callable[[set[str]], str]
) -> Iterator[_Header]:
    """The runs of labels, side by side, that make a header; ``holds`` names the part that columns belong to."""
    run: list[Found] = []
    table = {word: name for word, name in words.items() if name != "frame"} | _BREAKS
    for found in [*stream.labels(table, begin, end, dense, SHORTEST), Found(end + 99, end + 99, "")]:
        if run and run[0].meaning == "actual" == found.meaning and found.begin - run[-1].end <= HEADER_SLACK:
            run = run[1:]  # 总体目标完成情况 over both goals is no column
        known = {"", *(one.meaning for one in run)}
        if run and (found.begin - run[-1].end > HEADER_SLACK or found.meaning in known):
            part = holds({one.meaning for one in run})
            if part:
                yield _Header(part, run[0].begin, run[-1].end, tuple(run))
            run = []
        run += [found] if found.meaning else []


def _is_indicators(names: set[str]) -> str:
    return (
        "indicators" if "name" in names and len(names & {"level1", "level2", "target", "actual", "score"}) >= 3 else ""
    )


def _is_funds(names: set[str]) -> str:
    return "funds" if len(names & {"initial", "budget", "executed"}) >= 2 else ""


def _is_goals(names: set[str]) -> str:
    return "goals" if "expected" in names and "actual" in names else ""


def _head(stream: Stream, before: int, begin: int, end: int, dense: bool) -> Iterator[Line]:
    printed = stream.labels({**labels.FIELDS, **_HEAD}, before, end, dense)
    found = [each for each in printed if each.meaning != "name" or each.begin >= begin]
    found = [each for each in found if each.end - each.begin >= SURE_LABEL or stream.text[each.end - 1] == ":"]
    found = [_without_end_of_name(stream, one, each) for one, each in pairwise([Found(0, 0, ""), *found])]
    for one, other in pairwise([*found, Found(end, end, "")]):
        if one.meaning not in ("other", "section") and (one.begin >= begin or one.meaning in ("code", "year")):
            value = stream.printed[one.end : other.begin]
            if dense and one.meaning in ("unit", "budget_unit"):
                value = value.removesuffix(labels.PROJECT)  # it begins the next label
            yield made_line(stream.line_at(one.begin), [(0, stream.printed[one.begin : one.end]), (1, value)])


def _without_end_of_name(stream: Stream, before: Found, label: Found) -> Found:
    """Where nothing parts a name from 项目负责人 behind it, 项目 may be the name's last word, and 负责人 the label."""
    word = stream.text[label.begin : label.end].rstrip(":")
    ambiguous = (
        before.meaning == "name"
        and word.startswith(labels.PROJECT)
        and word.removeprefix(labels.PROJECT) in labels.OTHERS
    )
    if ambiguous and not stream.parted(label.begin) and not stream.text[: label.begin].endswith(NAMES_END):
        return Found(label.begin + len(labels.PROJECT), label.end, label.meaning)
    return label


def _funds(stream: Stream, header: _Header, end: int, begin: int, dense: bool) -> Iterator[Line]:
    slots = header.names()
    rows = [
        found
        for found in stream.labels(_MONEY, max(begin, header.begin - LABEL_ABOVE), end, dense, SHORTEST)
        if (found.begin >= header.end or found.end == header.begin)
        and not (dense and _is_inside(stream, found, header))
    ]
    about = stream.text[max(begin, header.begin - 30) : max(header.end, *(found.begin for found in rows[:1]), 0)]
    about += "万元" if "单位:万元" in stream.text[max(0, begin - PRELUDE) : header.begin] else ""
    points = _POINTS.search(about)
    table = f"项目资金（{'万元' if '万元' in about else '元'}）" + (f"（{points[1]}分）" if points else "")
    printed = [stream.printed[found.begin : found.end] for found in header.columns]
    yield made_line(stream.line_at(header.begin), [(0, table), *enumerate(printed, start=FUNDS_FIRST)])
    given = {"weight": points[1]} if points and "weight" not in slots else {}
    pieces = (
        stream.pieces(max(one.end, header.end), other.begin) for one, other in pairwise([*rows, Found(end, end, "")])
    )
    figures = [figures_of(list(each), len(slots) + 1) for each in pieces]
    for row, (found, unsure) in zip(rows, money_rows(figures, slots, given, dense), strict=True):
        cells = [(FUNDS_FIRST + slots.index(name), text) for name, text in found.items()]
        doubts = {FUNDS_FIRST + slots.index(name): GUESS for name in unsure}
        yield made_line(stream.line_at(row.begin), [(1, stream.printed[row.begin : row.end]), *cells], doubts)


def _is_inside(stream: Stream, label: Found, header: _Header) -> bool:
    """Whether a label is the end of another: 财政资金 of 中央财政资金."""
    behind = re.search(r"\d", stream.text[header.end : label.begin])
    return behind is not None and stream.text[label.begin - 1].isalpha()


def _indicators(stream: Stream, headers: Sequence[_Header], end: int, dense: bool) -> Iterator[Line]:
    for at, header in enumerate(headers):
        until = headers[at + 1].begin if at + 1 < len(headers) else end
        behind = last_label(stream, header.end, until) if dense else header.end  # names may hold such words
        until = next((found.begin for found in stream.labels(_BREAKS, behind, until, dense)), until)
        begin = _behind_remarks(stream, header, until, dense)
        last = next((found for found in stream.labels(_ENDS, begin, until, dense=False)), None)
        if last is None and dense:
            last = _dense_end(stream, begin, until)
        printed = [stream.printed[found.begin : found.end] for found in header.columns]
        if at == 0:
            yield made_line(stream.line_at(header.begin), enumerate(printed, start=1))
        numbered = stream.text.endswith(tuple(labels.NUMBERING), 0, header.begin)
        yield from indicator_lines(stream, header.names(), begin, last.begin if last else until, dense, numbered)
        if last is not None and last.meaning == "total":
            yield _total(stream, last, "weight" in header.names())
            return


def _behind_remarks(stream: Stream, header: _Header, end: int, dense: bool) -> int:
    """Where the rows begin: behind the header, and behind the label of a column of remarks that stands beside it."""
    found = next(stream.labels(dict.fromkeys(labels.CLOSINGS, ""), header.end, end, dense, SHORTEST), None)
    return found.end if found is not None and found.begin == header.end else header.end


def _dense_end(stream: Stream, begin: int, end: int) -> Found | None:
    found = re.compile(r"(?:总分|合计|总计)(?=\d|$)").search(stream.text, begin, end)
    if found:
        return Found(found.start(), found.end(), "total")
    closing = next(iter(stream.labels(dict.fromkeys(labels.CLOSINGS, "closing"), begin, end, dense=True)), None)
    note = re.compile(r"(?<![关备])注:").search(stream.text, begin, closing.begin if closing else end)
    return Found(note.start(), note.end(), "closing") if note else closing


def _total(stream: Stream, label: Found, weighed: bool) -> Line:
    pieces = list(stream.pieces(label.end, label.end + 14))[:4]
    figures = [text for text, _ in pieces if is_number(text)][:2]
    if pieces and not is_number(pieces[0][0]) and (found := _TOTAL.match(pieces[0][0])):
        figures = [text for text in found.groups() if text]
    elif figures and len(figures) == 1 and float(figures[0].replace(",", "").rstrip("%分")) > 100:
        found = _TOTAL.match(figures[0])
        figures = [text for text in found.groups() if text] if found else figures
    return made_line(stream.line_at(label.begin), [(0, "总分"), *enumerate(figures, start=6 if weighed else 7)])
