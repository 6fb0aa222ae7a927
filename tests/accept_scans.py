"""Part of ``make accept``: scans at 200 dpi, read with the extra ``ocr``.

Passes when 97 % of the fields of every document are right and every wrong figure carries a doubt. A figure is a field
that holds a digit, in the gold record or in what was read. The last line is "N passed, M failed".
"""

import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT.parent / "shared" / "cases"
JIXIAO = ROOT / ".venv" / "bin" / "jixiao"
SHARE = 97.0
_STEP = re.compile(r"\w+")
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True)
class Outcome:
    """What came of a document: its fields right in percent, and wrong figures, with and without a doubt."""

    percent: float
    doubted: int
    undoubted: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether it is good enough."""
        return self.percent >= SHARE and not self.undoubted


def outcome(document: Path, gold: Path) -> Outcome:
    """Read a document and compare it."""
    parsed = subprocess.run([JIXIAO, "parse", "--evidence", document], capture_output=True, text=True, check=False)
    if parsed.returncode:
        return Outcome(0.0, 0, (parsed.stderr.strip(),))
    read = json.loads(parsed.stdout)["projects"]
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as output:
        output.write(parsed.stdout)
        output.flush()
        compare = [sys.executable, CASES / "compare.py", gold, output.name, "--json", "--limit", "10000"]
        report = json.loads(subprocess.run(compare, capture_output=True, text=True, check=True).stdout)
    wrong = [each for each in report["differences"] if _DIGIT.search(f"{each['gold']}{each['output']}")]
    undoubted = [each for each in wrong if not _doubt_on(read, each)]
    told = tuple(f"{each['form']} {each['path']}: {each['gold']!r} / {each['output']!r}" for each in undoubted)
    return Outcome(report["classes"]["all"]["percent"], len(wrong) - len(undoubted), told)


def _doubt_on(read: list[Any], difference: dict[str, Any]) -> bool:
    """Whether the value at the path of a difference carries a doubt."""
    ordinal = int(_STEP.findall(difference["form"])[0])
    at: Any = next(form for form in read if form["ordinal"] == ordinal)
    for step in _STEP.findall(difference["path"]):
        at = at[int(step)] if step.isdigit() else at[step]
    return bool(at["doubt"])


def main() -> int:
    """Print a table of all scans; 0 when all passed."""
    golds = sorted((CASES / "docs" / "scan").glob("dpi200*.gold.json"))
    if not golds:
        print(f"找不到对照样本目录 {CASES / 'docs' / 'scan'}：验收需要它与本仓库并列放置。")
        return 1
    table = Table("scan", "fields right", "wrong figures in doubt", "wrong figures not in doubt", "")
    outcomes = []
    for gold in golds:
        document = gold.with_name(gold.name.replace(".gold.json", ".pdf"))
        result = outcome(document, gold)
        outcomes.append(result)
        verdict = "ok" if result.passed else "FAILED"
        table.add_row(
            document.name, f"{result.percent:.2f} %", str(result.doubted), "\n".join(result.undoubted), verdict
        )
    Console(width=160).print(table)
    failed = sum(not result.passed for result in outcomes)
    print(f"{len(outcomes) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
