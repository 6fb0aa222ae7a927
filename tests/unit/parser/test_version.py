"""The parser's version is raised whenever the same bytes give another record: kept beside digests of records."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from jixiao_parser import read
from jixiao_parser.app import PARSER_VERSION
from tests.unit.parser.cases import FOLDER, all_cases, as_tabs

ROOT = Path(__file__).parents[3]
KEPT = FOLDER / "version.json"


def kept_now() -> dict[str, object]:
    """The version, and a digest of what each case, province and sample of our own says."""
    return {"version": PARSER_VERSION, "records": {name: _digest(name, data) for name, data in _documents()}}


def _documents() -> Iterator[tuple[str, bytes]]:
    for case in all_cases():
        yield case.name, as_tabs(case.grid)
    for file in sorted((FOLDER / "provinces").glob("*.txt")):
        yield f"provinces/{file.name}", file.read_bytes().partition(b"\n---\n")[0]
    for file in sorted((ROOT / "samples").iterdir()):
        if file.suffix in (".txt", ".xlsx"):
            yield f"samples/{file.name}", file.read_bytes()


def _digest(name: str, data: bytes) -> str:
    records = [form.record() for form in read(data, name).forms]
    return hashlib.sha256(json.dumps(records, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]


def test_the_version_is_raised_with_the_records() -> None:
    """Where a record changed: raise PARSER_VERSION in app.py, then ``python -m tests.unit.parser.test_version``."""
    assert json.loads(KEPT.read_text("utf-8")) == kept_now()


if __name__ == "__main__":
    KEPT.write_text(json.dumps(kept_now(), indent=1, ensure_ascii=False) + "\n", "utf-8")
