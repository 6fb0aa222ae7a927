"""What the text of final accounts (部门决算) claims of projects and of the department, in words and figures."""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from itertools import accumulate

from jixiao.forms.model import Claim, Form, Value
from jixiao_parser.recognise.accounts.tables import printed
from jixiao_parser.recognise.grid import Line

EXECUTION, SELF_EVALUATED = "execution", "self_evaluated"
HEADING = 20  # characters that a numbered heading has at most
LOOK_BACK = 240  # characters in which a text has named what it gives figures of
LOOK_ON = 2000  # characters for which it goes on speaking of it
_FIGURE = r"\d[\d,]*(?:\.\d+)?"
_COUNT = re.compile(r"项目(\d+)个")
_SENTENCE = re.compile(r"[^。]+")
_CLAUSE_ENDS = "，。；：,;:"
_CHINESE = "一二三四五六七八九十"
_ITEM = re.compile(rf"(?:\d{{1,2}}[.．、](?!\d)|[（(][{_CHINESE}\d]{{1,3}}[）)]|[{_CHINESE}]{{1,3}}[、是]|第.部分)")
_FIGURES = ("budget", "executed", "amount")
_QUOTES = str.maketrans("", "", '“”"《》 ')


@dataclass(frozen=True, slots=True)
class _Words:
    """The patterns of ``claims.toml``."""

    claims: tuple[tuple[str, str, re.Pattern[str]], ...]
    named: tuple[re.Pattern[str], ...]
    praise: re.Pattern[str]
    unless: re.Pattern[str]
    intended: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class _Prose:
    """The lines of a document that are text, as one text; ``starts`` are the places where they begin in it."""

    lines: Sequence[Line]
    text: str
    starts: Sequence[int]

    def value(self, said: str | None, at: int, raw: str) -> Value:
        """What is said at a place of the text."""
        if said is None:
            return Value()
        line = self.lines[bisect_right(self.starts, at) - 1]
        evidence = replace(line.place(), raw=raw)
        return Value(text=said, evidence=evidence, doubt=line.items[0].cell.doubt)


@lru_cache(maxsize=1)
def _words() -> _Words:
    words = tomllib.loads(resources.files(__package__).joinpath("claims.toml").read_text("utf-8"))
    found = []
    for claim in words["claims"]:
        pattern = claim["pattern"].replace("{figure}", _FIGURE)
        for name in _FIGURES:
            pattern = pattern.replace(f"{{{name}}}", rf"(?P<{name}>{_FIGURE})(?P<{name}_unit>亿元|万元|元)")
        found.append((claim["kind"], claim["says"], re.compile(pattern)))
    named = tuple(map(re.compile, words["named"]))
    praise, unless, intended = (re.compile(words[name]) for name in ("praise", "unless", "intended"))
    return _Words(tuple(found), named, praise, unless, intended)


def claims_of(lines: Iterable[Line], forms: Sequence[Form]) -> tuple[Claim, ...]:
    """What the text claims, in its order, each with the form that it speaks of, if there is one."""
    prose = _prose([line for line in lines if len(line.items) == 1 and line.items[0].text])
    wanted = [pattern for pattern in _words().claims if pattern[1] in prose.text]
    if not wanted:
        return ()
    matches: list[tuple[str, re.Match[str]]] = []
    for sentence in _SENTENCE.finditer(prose.text):
        for kind, says, pattern in wanted:
            if says in sentence[0]:
                matches += ((kind, match) for match in pattern.finditer(prose.text, *sentence.span()))
    matches.sort(key=lambda each: each[1].start())
    return tuple(_claims(prose, matches, forms))


def _prose(lines: Sequence[Line]) -> _Prose:
    """The text of the lines; a numbered line begins a sentence, and a short one is a sentence of its own."""
    texts = [printed(line.items[0]) for line in lines]
    texts = [f"。{text}{'。' * (len(text) <= HEADING)}" if _ITEM.match(text) else text for text in texts]
    return _Prose(lines, "".join(texts), [0, *accumulate(map(len, texts))])


def _claims(prose: _Prose, matches: Sequence[tuple[str, re.Match[str]]], forms: Sequence[Form]) -> Iterator[Claim]:
    told = [match for kind, match in matches if kind == EXECUTION]
    until = dict(zip(told, [*(match.start() for match in told[1:]), len(prose.text)], strict=False))
    for kind, match in matches:
        said = _said(kind, match)
        subject = said["subject"] if "subject" in said else _named_before(prose.text, match.start())
        if subject is None:
            continue
        subject = _ITEM.sub("", subject, count=1) if _ITEM.match(subject) else subject
        subject = subject.translate(_QUOTES)
        units = [unit for name in _FIGURES if (unit := said.get(f"{name}_unit"))]
        if len(set(units)) > 1:  # then each number keeps its own
            said |= {name: f"{said[name]}{said[f'{name}_unit']}" for name in _FIGURES if said.get(name)}
        execution = kind == EXECUTION
        yield Claim(
            kind=kind,
            subject=subject,
            form=_form_of(subject, forms) if execution else None,
            amount_unit=units[0] if units else "元",
            praise=_praise(prose, match, until[match]) if execution else Value(),
            **{
                name: prose.value(said.get(name), match.start(), match[0])
                for name in ("budget", "executed", "amount", "rate", "count")
            },
        )


def _said(kind: str, match: re.Match[str]) -> dict[str, str | None]:
    """What a claim says; of projects counted on several levels (一级, 二级), the most."""
    said = match.groupdict()
    counts = _COUNT.findall(match[0]) if kind == SELF_EVALUATED else []
    return said | {"count": max(counts, key=int)} if counts else said


def _named_before(text: str, at: int) -> str | None:
    """What the text named last before a place."""
    before = text[max(at - LOOK_BACK, 0) : at]
    for pattern in _words().named:
        if found := list(pattern.finditer(before)):
            return found[-1]["subject"]
    return None


def _praise(prose: _Prose, match: re.Match[str], until: int) -> Value:
    """The words behind a claim that find the execution good."""
    words = _words()
    for found in words.praise.finditer(prose.text, match.end(), min(until, match.end() + LOOK_ON)):
        start = max(prose.text.rfind(end, 0, found.start()) for end in _CLAUSE_ENDS) + 1
        begun = prose.text.rfind("。", 0, found.start()) + 1
        turned = words.unless.search(prose.text, start, found.end())
        if not turned and not words.intended.search(prose.text, begun, found.end()):
            return prose.value(found[0], found.start(), found[0])
    return Value()


def _form_of(subject: str, forms: Sequence[Form]) -> int | None:
    """The form of the project that a text names, with or without 项目 at the end; None where several would do."""
    names = {form.ordinal: _bare(form.name.text or "") for form in forms}
    found = [ordinal for ordinal, name in names.items() if name and name == _bare(subject)]
    return found[0] if len(found) == 1 else None


def _bare(name: str) -> str:
    return name.translate(_QUOTES).removesuffix("项目")
