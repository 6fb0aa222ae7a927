"""``make accept``: what ``jixiao parse`` reads, compared field by field with hand-checked records.

The cases stand beside the checkout (``../shared/cases``), not in it. Exits non-zero when fewer than 90 % of the forms
of a seed, or not all forms of a rendered document, are right in every field, when fewer than 97 % of the fields of a
real form of another province are right, or when a bad file is not refused or
found without a form in time. The last line is "N passed, M failed".
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT.parent / "shared" / "cases"
JIXIAO = ROOT / ".venv" / "bin" / "jixiao"
SEEDS = ("000", "001", "002", "003", "004")
SEED_SHARE = 0.9
REAL_FIELDS = 0.97  # of forms as other provinces publish them
DOCUMENTS = ("xlsx/*", "csv/*", "docx/*", "html/*", "txt/*", "pdf/*", "bad/*")
SECONDS = 10.0  # for a bad file


@dataclass(frozen=True)
class Case:
    """A document, its gold record, the share of forms that must be right, and which forms the gold has.

    ``fields``: the share of fields that must be right.
    """

    document: Path
    gold: Path
    share: float
    only: str
    fields: float = 0.0


@dataclass(frozen=True)
class Outcome:
    """What came of a case. ``why`` is the first difference, or why nothing was read."""

    forms: int
    perfect: int
    passed: bool
    why: str
    right: int = 0
    fields: int = 0


def cases() -> Iterator[Case]:
    """The seeds, then the rendered documents."""
    for seed in SEEDS:
        for document in sorted((CASES / "seeds").glob(f"{seed}_*")):
            yield Case(document, CASES / "gold" / f"{seed}.json", SEED_SHARE, "odd")
    for pattern in DOCUMENTS:
        for gold in sorted((CASES / "docs").glob(f"{pattern}.gold.json")):
            name = gold.name.removesuffix(".gold.json")
            document = gold.with_name(name if "." in name else f"{name}.{gold.parent.name}")
            yield Case(document, gold, 1.0, "all")
    for gold in sorted((CASES / "real").glob("*.gold.json")):
        yield Case(gold.with_name(gold.name.removesuffix(".gold.json") + ".txt"), gold, 0.0, "all", REAL_FIELDS)


def bad_files() -> Iterator[Path]:
    """The files that hold no form, or must be refused."""
    folder = CASES / "docs" / "bad"
    for file in sorted(folder.iterdir()):
        if file.suffix != ".json" and not file.with_name(f"{file.name}.gold.json").exists():
            yield file


def refusal(document: Path) -> Outcome:
    """Run ``jixiao parse`` on a bad file: a refusal with a reason, or no form, and soon."""
    begin = time.monotonic()
    parsed = subprocess.run([JIXIAO, "parse", document], capture_output=True, text=True, check=False)
    seconds = time.monotonic() - begin
    forms = len(json.loads(parsed.stdout)["projects"]) if parsed.returncode == 0 else 0
    passed = not forms and parsed.returncode in (0, 2) and "请" in parsed.stderr and seconds < SECONDS
    return Outcome(forms, 0, passed, f"{seconds:.1f} s {parsed.stderr.strip().partition('：')[2]}")


def outcome(case: Case) -> Outcome:
    """Run ``jixiao parse`` on the document and compare."""
    parsed = subprocess.run([JIXIAO, "parse", case.document], capture_output=True, text=True, check=False)
    if parsed.returncode:
        return Outcome(0, 0, False, parsed.stderr.strip() or f"exit status {parsed.returncode}")
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as output:
        output.write(parsed.stdout)
        output.flush()
        compare = [sys.executable, CASES / "compare.py", case.gold, output.name, "--json", "--only", case.only]
        report = json.loads(subprocess.run(compare, capture_output=True, text=True, check=True).stdout)
    forms, perfect = report["forms"]["gold"], report["forms"]["perfect"]
    surplus = report["forms"]["surplus"]
    right, fields = report["classes"]["all"]["right"], report["classes"]["all"]["total"]
    passed = forms > 0 and perfect >= forms * case.share and right >= fields * case.fields and not surplus
    first = report["differences"][0] if report["differences"] else None
    why = f"{first['form']} {first['path']}: {first['gold']!r} / {first['output']!r}" if first else ""
    return Outcome(forms, perfect, passed, why, right, fields)


def main() -> int:
    """Print a table of all cases; 0 when all passed."""
    if not CASES.is_dir():
        print(f"找不到对照样本目录 {CASES}：验收需要它与本仓库并列放置。")
        return 1
    table = Table("document", "forms", "perfect", "", "first difference, or why refused")
    outcomes = []
    compared = ((case.document, outcome(case)) for case in cases())
    for document, result in chain(compared, ((file, refusal(file)) for file in bad_files())):
        outcomes.append(result)
        name = f"{document.parent.name}/{document.name}"
        table.add_row(
            name, str(result.forms), str(result.perfect), "ok" if result.passed else "FAILED", result.why[:120]
        )
    Console(width=160).print(table)
    failed = sum(not result.passed for result in outcomes)
    print(f"{len(outcomes) - failed} passed, {failed} failed")
    return 1 if failed or not outcomes else 0


if __name__ == "__main__":
    sys.exit(main())
