"""A department's final accounts (部门决算): what their text claims of projects and units, and their tables."""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from importlib import resources
from itertools import accumulate

from jixiao.forms.model import AccountsRow, AccountsTable, Claim, Form, Value
from jixiao_parser.recognise.grid import Line

LONGEST_TITLE = 30
_TITLE = re.compile(r"(?![一二三四五六七八九十]+、|第)[^，。；：:]{2,26}决算(?:总|明细)?表")
_UNIT = re.compile(r"单位[：:](亿元|万元|元)")
_FIGURE = r"\d[\d,]*(?:\.\d+)?"
_SENTENCE = re.compile(r"[^。]+")
_FIGURES = ("budget", "executed", "amount")
_QUOTES = str.maketrans("", "", '“”"《》 ')


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    words = tomllib.loads(resources.files(__package__).joinpath("claims.toml").read_text("utf-8"))
    found = []
    for claim in words["claims"]:
        pattern = claim["pattern"].replace("{figure}", _FIGURE)
        for name in _FIGURES:
            pattern = pattern.replace(f"{{{name}}}", rf"(?P<{name}>{_FIGURE})(?P<{name}_unit>亿元|万元|元)")
        found.append((claim["kind"], claim["says"], re.compile(pattern)))
    return tuple(found)


def claims_of(lines: Sequence[Line], forms: Sequence[Form]) -> tuple[Claim, ...]:
    """What the text claims, in its order, each with the form that it speaks of, if there is one."""
    prose = [line for line in lines if len(line.items) == 1 and line.items[0].text]
    texts = [line.items[0].text or "" for line in prose]
    text = "".join(texts)
    wanted = [pattern for pattern in _patterns() if pattern[1] in text]
    if not wanted:
        return ()
    starts = [0, *accumulate(map(len, texts))]
    found: list[tuple[int, Claim]] = []
    for sentence in _SENTENCE.finditer(text):
        for kind, says, pattern in wanted:
            if says in sentence[0]:
                for match in pattern.finditer(text, *sentence.span()):
                    line = prose[bisect_right(starts, match.start("subject")) - 1]
                    found.append((match.start(), _claim(kind, match, line, forms)))
    return tuple(claim for _, claim in sorted(found, key=lambda each: each[0]))


def _claim(kind: str, match: re.Match[str], line: Line, forms: Sequence[Form]) -> Claim:
    said = match.groupdict()
    values = {
        name: Value(text=said[name], evidence=line.place().model_copy(update={"raw": match[0]}))
        for name in ("budget", "executed", "amount", "rate", "count")
        if said.get(name)
    }
    units = [said[f"{name}_unit"] for name in _FIGURES if said.get(f"{name}_unit")]
    subject = match["subject"].translate(_QUOTES)
    form = _form_of(subject, forms) if kind == "execution" else None
    return Claim(kind=kind, subject=subject, form=form, amount_unit=units[0] if units else "元", **values)


def _form_of(subject: str, forms: Sequence[Form]) -> int | None:
    """The form of the project that a text names, with or without 项目 at the end; None where several would do."""
    names = {form.ordinal: _bare(form.name.text or "") for form in forms}
    found = [ordinal for ordinal, name in names.items() if name and name == _bare(subject)]
    return found[0] if len(found) == 1 else None


def _bare(name: str) -> str:
    return name.translate(_QUOTES).removesuffix("项目")


def tables_of(lines: Iterable[Line]) -> tuple[AccountsTable, ...]:
    """The tables of the accounts: from a title to the note below it or the next line of prose."""
    return tuple(table for table in _tables(lines) if table.rows)


def _tables(lines: Iterable[Line]) -> Iterator[AccountsTable]:
    title, unit = "", "元"
    rows: list[AccountsRow] = []
    for line in lines:
        first = line.items[0].text or ""
        alone = len(line.items) == 1
        if alone and len(first) <= LONGEST_TITLE and _TITLE.fullmatch(first):
            if title:
                yield AccountsTable(title=title, amount_unit=unit, rows=tuple(rows))
            title, unit, rows = first, "元", []
        elif title and alone and (found := _UNIT.search(first)):
            unit = found[1]
        elif title and alone and rows:
            yield AccountsTable(title=title, amount_unit=unit, rows=tuple(rows))
            title, rows = "", []
        elif title and not alone:
            rows.append(AccountsRow(evidence=line.place(), cells=_cells(line)))
    if title:
        yield AccountsTable(title=title, amount_unit=unit, rows=tuple(rows))


def _cells(line: Line) -> tuple[str, ...]:
    texts = {item.column: item.text or "" for item in line.items}
    return tuple(texts.get(column, "") for column in range(max(texts) + 1))
