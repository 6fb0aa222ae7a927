"""Final accounts for tests: the sound sample of the case files, its text changed."""

import json
from collections.abc import Mapping
from typing import Any

from jixiao.forms import Form
from jixiao_parser import read
from tests.unit.scorer.forms import CASES

SAMPLE = (CASES / "accounts" / "sample.txt").read_text(encoding="utf-8")
SOUND: list[dict[str, Any]] = json.loads((CASES / "accounts" / "sound.json").read_text(encoding="utf-8"))
FILE: list[dict[str, Any]] = json.loads((CASES / "accounts" / "cases.json").read_text(encoding="utf-8"))


def accounts(changes: Mapping[str, str] | None = None) -> Form:
    """The accounts of the sample, each text replaced where it stands first."""
    text = SAMPLE
    for old, new in (changes or {}).items():
        assert old in text, old
        text = text.replace(old, new, 1)
    (form,) = read(text.encode(), "部门决算.txt").accounts
    return form
