"""Reading and judging files, each in a process of its own, many at a time; the answers keep the order of the files."""

import multiprocessing
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from jixiao.findings import Finding
from jixiao.forms import Form
from jixiao.runtime.errors import Unreadable
from jixiao_cli.parse import read_file
from jixiao_scorer import assess
from jixiao_scorer.profiles import profile_for

FEW = 12  # files that one process has read before others would have started


@dataclass(frozen=True, slots=True)
class Judged:
    """A form with what was found on it; ``source`` is the file as it is shown, ``path`` where it is."""

    source: str
    form: Form
    findings: tuple[Finding, ...]
    path: str = ""

    def with_findings(self, findings: Iterable[Finding]) -> "Judged":
        """The same form with other findings."""
        return replace(self, findings=tuple(findings))


@dataclass(frozen=True, slots=True)
class FileJudged:
    """What came of a file: its forms and final accounts, notes for people, and why it could not be read if so."""

    source: str
    forms: tuple[Judged, ...] = ()
    notes: tuple[str, ...] = ()
    refused: str | None = None

    @property
    def failed(self) -> bool:
        """Whether nothing in it could be judged."""
        return self.refused is not None or not self.forms


def sources(files: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """Every file with the name to show for it; in a folder all but hidden files, lock files and Markdown."""
    for given in files:
        if not given.is_dir():
            yield given.name, given
            continue
        for file in sorted(given.rglob("*")):
            if file.is_file() and not file.name.startswith((".", "~$")) and file.suffix != ".md":
                yield file.relative_to(given).as_posix(), file


def judge(named: tuple[str, Path]) -> FileJudged:
    """Read one file and judge its forms one by one."""
    source, file = named
    try:
        reading = read_file(file)
    except Unreadable as fault:
        return FileJudged(source, refused=fault.reason)
    read = (*reading.forms, *reading.accounts)
    forms = (Judged(source, form, assess(form, profile_for(form.layout)).findings, str(file)) for form in read)
    return FileJudged(source, tuple(forms), reading.remarks)


@contextmanager
def judging(files: Sequence[tuple[str, Path]]) -> Iterator[Iterator[FileJudged]]:
    """The answers in the order of the files, as they come; many files are shared out among all cores."""
    cores = os.cpu_count() or 1
    if len(files) <= FEW or cores == 1:
        yield map(judge, files)
        return
    # spawned on every system alike: a fork of a process with threads may hang
    with ProcessPoolExecutor(cores, multiprocessing.get_context("spawn")) as pool:
        yield pool.map(judge, files, chunksize=1)
