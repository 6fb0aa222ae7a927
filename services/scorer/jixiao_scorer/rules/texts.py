"""Rules on the goal texts: a number that contradicts a row, a text copied, a code that is none."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from jixiao.findings import Cause, Finding, RuleId
from jixiao.forms import Value
from jixiao.identity.keys import normalise_name
from jixiao_scorer.answers import Answer
from jixiao_scorer.build import finding, row_subject, share
from jixiao_scorer.case import Case
from jixiao_scorer.compare import Cell, Kind, Measure, measures, normal
from jixiao_scorer.compare.words import CLASSIFIED
from jixiao_scorer.rules.claims import restates_execution
from jixiao_scorer.words import indicator_name

_CODE = re.compile("[0-9A-Z]{21}")
_COUNTS = (Kind.COUNT, Kind.PEOPLE)
_NOT_COUNTED = ("时效", "成本", "服务对象满意度", "其他满意度")  # levels of dates, money and shares
_COUNTED = (*_COUNTS, Kind.NONE)
_DIGIT = re.compile(r"\d")
_CARDINAL = re.compile(r"(?<![第\d])\d")
_COUNT_IN_WORDS = re.compile("[二两三四五六七八九十百千][次个人名期篇份件条套台场项家户]")  # not 一个: an article
_REACHED = re.compile(r"达到?(?=[约近]?\d)")  # of what was done: the number itself; of what is planned: a floor
_CLAUSE = re.compile("[,。;!?、()]|\\d+[.:](?=\\D)")
_SENTENCE = re.compile("[。;!?]|\\d+[.:](?=\\D)|目标\\d")
_WORD = re.compile("[\u4e00-\u9fff]+")
_NUMBER = re.compile(r"[\d.]+")
_ALIKE = 4  # characters in a row that a clause must share with an indicator to speak of the same thing
_COPIED = 10  # characters from which on a repeated goal is a copy


@dataclass(slots=True)
class Claim:
    """A number in a goal text, with the clause it stands in and what is counted. A value, never assigned to."""

    measure: Measure
    clause: str
    noun: str


def text_claim(case: Case) -> Iterator[Finding]:
    """TEXT-CLAIM: a goal text gives another number for what a row counts."""
    form = case.form
    counted = [answer for answer in case.answers if answer.level2 not in _NOT_COUNTED]
    for cell, title, side in (
        (form.goal_actual, "年度目标实际完成情况", "actual"),
        (form.goal_expected, "年度预期目标", "target"),
    ):
        if not cell.text or cell.text.startswith(CLASSIFIED) or not _counts_something(cell.text):
            continue
        rows = [answer for answer in counted if _may_speak(cell.text, answer, side)]
        claims = _claims(normal(cell.text), side == "actual") if rows else []
        for answer in rows:
            if (claim := _contradiction(answer, getattr(answer, side), claims)) is not None:
                yield _finding(case, answer, side, cell, title, claim)


def _counts_something(text: str) -> bool:
    return _CARDINAL.search(text) is not None or _COUNT_IN_WORDS.search(text) is not None


def _may_speak(text: str, answer: Answer, side: str) -> bool:
    """Whether a text may speak of what a row counts: a quick look before the text is taken apart."""
    printed = getattr(answer.indicator, side).text
    if not printed or _CARDINAL.search(printed) is None or ("%" in printed and ";" not in printed):
        return False
    if printed.lstrip("≥≤><") in text:
        return False
    own: Cell = getattr(answer, side)
    counted = [each for each in own.measures if each.unit.kind in _COUNTED]
    if not counted:
        return False
    if _shares(text, answer.name) or _shares(text, answer.target.text):
        return True
    return any((noun := _noun(each)) and noun in text for each in counted)


def _finding(case: Case, answer: Answer, side: str, cell: Value, title: str, claim: Claim) -> Finding:
    printed: Value = getattr(answer.indicator, side)
    what = "实际完成值" if side == "actual" else "指标值"
    return finding(
        case,
        RuleId.TEXT_CLAIM,
        f"{indicator_name(answer.indicator, answer.place)}的{what}为「{printed.text}」，"
        f"而{title}写明「{claim.clause}」，两者不一致。",
        Cause.CONTRADICTION,
        subject=row_subject(case, answer.place),
        place=answer.place,
        stated=printed.text,
        computed=claim.clause,
        values=(printed, cell),
        amount=share(case, answer.weight),
    )


def _claims(text: str, done: bool) -> list[Claim]:
    """The counts of a text; ``done``: it tells what was done, so that 达300篇 is 300 and not a floor."""
    found = []
    for sentence in _SENTENCE.split(text):
        if not _counts_something(sentence):
            continue
        before = ""
        for clause in _CLAUSE.split(sentence):
            for each in _counts(_REACHED.sub("", clause) if done else clause):
                found.append(Claim(each, clause if _speaks(clause) else before + clause, _noun(each)))
            before = clause
    return found


def _counts(clause: str) -> Iterator[Measure]:
    """The measures that count something; where all stands in words, 一个 is none."""
    if not _counts_something(clause):
        return
    least = 0 if _DIGIT.search(clause) else 2
    for each in measures(clause):
        if each.unit.kind in _COUNTS and each.op in ("", "≥") and each.value >= least:
            yield each


def _speaks(clause: str) -> bool:
    """Whether a clause is more than a verb and a number (共慰问3人), so that it needs not the one before."""
    return len(_NUMBER.sub("", clause)) > 6


def _noun(measure: Measure) -> str:
    """What is counted: the characters right after the number and its unit."""
    found = _WORD.match(measure.tail)
    return found[0] if found else ""


def _contradiction(answer: Answer, printed: Cell, claims: list[Claim]) -> Claim | None:
    """The first claim about the same thing, where none gives the row's own number, nor all of them together."""
    text = printed.text
    if restates_execution(answer.name):
        return None
    for own in printed.measures:
        if own.unit.kind not in _COUNTED or own.op == "~":
            continue
        alike = [each for each in claims if Kind.NONE is own.unit.kind or each.measure.unit.kind is own.unit.kind]
        if not alike or any(_same(each.measure, own) for each in alike):
            continue
        told = [each for each in alike if _about(each, own, answer, text)]
        if told and sum(each.measure.value for each in told) != own.value:
            return told[0]
    return None


def _same(claim: Measure, own: Measure) -> bool:
    """Whether a text's number is the row's: one in 万 may be rounded or cut (17万 for 176,600)."""
    if claim.op == "≥" and own.high >= claim.least:
        return True
    slack = 2 * (claim.high - claim.value) or Decimal(1).scaleb(claim.shift) if claim.shift else 0
    return claim.low - slack <= own.high and own.low <= claim.high + slack


def _about(claim: Claim, own: Measure, answer: Answer, text: str) -> bool:
    """Whether a claim counts what the row counts: the same noun, or a clause that shares the row's words."""
    if claim.measure.unit.name != own.unit.name and own.unit.name:
        return False
    noun = _noun(own)
    if len(noun) > 2 and noun == claim.noun:
        return True
    words = (answer.name, own.lead, answer.target.text)
    return any(_shares(claim.clause, each) for each in words)


def _shares(clause: str, words: str) -> bool:
    return any(words[at : at + _ALIKE] in clause for at in range(len(words) - _ALIKE + 1))


def goal_copied(case: Case) -> Iterator[Finding]:
    """GOAL-COPIED: what was achieved repeats what was planned, word for word."""
    expected, actual = case.form.goal_expected, case.form.goal_actual
    if not expected.text or not actual.text or expected.text.startswith(CLASSIFIED):
        return
    longest = max(len(expected.text), len(actual.text))
    if len(expected.text) < _COPIED or abs(len(expected.text) - len(actual.text)) * _COPIED > longest:
        return
    if normalise_name(expected.text) != normalise_name(actual.text):
        return
    yield finding(
        case,
        RuleId.GOAL_COPIED,
        "年度目标实际完成情况与预期目标一字不差，未写明实际完成情况。",
        Cause.TARGET_QUALITY,
        values=(expected, actual),
    )


def code_format(case: Case) -> Iterator[Finding]:
    """CODE-FORMAT: the project code has not 21 digits; some provinces put a letter among them."""
    code = case.form.code
    if not code.text or _CODE.fullmatch(normal(code.text)):
        return
    yield finding(
        case,
        RuleId.CODE_FORMAT,
        f"项目编码「{code.text}」为{len(normal(code.text))}位，应为21位，请核对。",
        Cause.CONTRADICTION,
        stated=code.text,
        values=(code,),
    )
