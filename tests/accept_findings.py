"""``make accept``, the findings: labelled ones end to end from the documents, and planted faults in the gold records.

The cases stand beside the checkout (``../shared/cases``), not in it. Precision and recall are over the forms with odd
ordinals of all seeds together. The last line is "N passed, M failed".
"""

import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jixiao.forms import Form
from tests.mutants.table import counted, table
from tests.mutants.verdict import closes, verdicts

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT.parent / "shared" / "cases"
JIXIAO = ROOT / ".venv" / "bin" / "jixiao"
SEEDS = ("000", "001", "002", "003", "004")
PRECISION, RECALL, FOUND, REPAIRED = 0.98, 0.95, 0.99, 0.9


def labelled() -> Iterator[tuple[str, bool]]:
    """Precision and recall of what ``jixiao check`` says of the seeds."""
    counts: Counter[str] = Counter()
    for seed in SEEDS:
        (document,) = (CASES / "seeds").glob(f"{seed}_*")
        checked = subprocess.run([JIXIAO, "check", "--json", document], capture_output=True, text=True, check=False)
        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as output:
            output.write(checked.stdout)
            output.flush()
            compare = [sys.executable, CASES / "compare_findings.py", CASES / "findings" / "findings.json", output.name]
            run = [*compare, seed, "--only", "odd", "--json"]
            report = json.loads(subprocess.run(run, capture_output=True, text=True, check=True).stdout)
        counts.update({key: report[key] for key in ("hit", "missed", "false")})
        print(f"{seed}: right {report['hit']}, missed {report['missed']}, false {report['false']}")
    precision, recall = (counts["hit"] / ((counts["hit"] + counts[other]) or 1) for other in ("false", "missed"))
    yield f"labelled findings: precision {precision:.3f}", precision >= PRECISION
    yield f"labelled findings: recall {recall:.3f}", recall >= RECALL


def planted() -> Iterator[tuple[str, bool]]:
    """One digit changed at a time in every gold form that closes."""
    forms = [form for seed in SEEDS for form in gold_forms(seed) if closes(form)]
    lines, total = counted(verdict for form in forms for verdict in verdicts(form))
    print("\n".join(table(lines, total)))
    yield f"planted faults in {len(forms)} forms: found {total.found_share:.4f}", total.found_share >= FOUND
    yield f"planted faults: rules without a part in it {total.strangers}", not total.strangers
    yield f"planted faults: true repairs {total.repaired_share:.4f}", total.repaired_share >= REPAIRED


def gold_forms(seed: str) -> list[Form]:
    """The hand-checked records of a seed as forms."""
    gold = json.loads((CASES / "gold" / f"{seed}.json").read_text(encoding="utf-8"))
    return [Form.model_validate(_values(record)) for record in gold["projects"]]


def _values(item: Any) -> Any:
    """The record with every text as a value; what a record says as plain text stays so."""
    if isinstance(item, dict):
        plain = {"kind", "layout", "amount_unit"}
        return {name: each if name in plain else _values(each) for name, each in item.items() if each is not None}
    if isinstance(item, list):
        return [_values(each) for each in item]
    return {"text": item} if isinstance(item, str) else item


def main() -> int:
    """Print each figure; 0 when all are good enough."""
    if not CASES.is_dir():
        print(f"找不到对照样本目录 {CASES}：验收需要它与本仓库并列放置。")
        return 1
    results = [*labelled(), *planted()]
    for sentence, passed in results:
        print(f"{'ok' if passed else 'FAILED'}  {sentence}")
    failed = sum(not passed for _, passed in results)
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
