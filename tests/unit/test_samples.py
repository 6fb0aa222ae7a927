"""What ``jixiao demo`` says first of a sample."""

from pathlib import Path
from typing import Any

import pytest

from jixiao_cli.samples import Sample


def listed(severity: str, cause: str, sentence: str) -> dict[str, Any]:
    """A finding as the API lists it."""
    finding = {"rule": "EXEC-LOW", "severity": severity, "cause": cause, "sentence": sentence}
    return {"severity": severity, "sentence": sentence, "finding": finding}


DOUBT = listed("error", "extraction_doubt", "看不清。")
LOW = listed("warning", "low_execution", "偏低。")


@pytest.mark.parametrize(
    ("findings", "told"),
    [([], "绿灯 未发现疑点。"), ([DOUBT], "提示 看不清。"), ([DOUBT, LOW], "黄灯 偏低。"), ([LOW, LOW], "黄灯 偏低。")],
)
def test_the_gravest_first_with_the_light_that_the_page_shows(findings: list[dict[str, Any]], told: str) -> None:
    """A doubt of our reading is never red or yellow."""
    assert Sample(Path("表.txt"), state="scored", findings=findings).sentence == told
