"""``jixiao parse``: records as JSON, evidence on request, exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner

from jixiao_cli.parse import parse
from tests.unit.parser.cases import all_cases, as_tabs

CASE = next(case for case in all_cases() if case.name == "sound")
APP = Typer()
APP.command()(parse)


@pytest.fixture
def form(tmp_path: Path) -> Path:
    """A file with one form."""
    file = tmp_path / "自评表.txt"
    file.write_bytes(as_tabs(CASE.grid))
    return file


def test_one_file_gives_one_object(form: Path) -> None:
    """Values are plain strings or null."""
    done = CliRunner().invoke(APP, [str(form)])
    assert done.exit_code == 0
    printed = json.loads(done.stdout)
    assert printed["source"] == "自评表.txt"
    assert printed["projects"][0]["funds"] | {} == CASE.records[0]["funds"]
    assert printed["projects"][0]["indicators"] == CASE.records[0]["indicators"]


def test_several_files_give_an_object_a_line(form: Path) -> None:
    """So that a pipe can take them one by one."""
    done = CliRunner().invoke(APP, [str(form), str(form)])
    assert [json.loads(line)["source"] for line in done.stdout.splitlines()] == ["自评表.txt", "自评表.txt"]


def test_evidence_on_request(form: Path) -> None:
    """Each value with its place in the document."""
    done = CliRunner().invoke(APP, ["--evidence", str(form)])
    code = json.loads(done.stdout)["projects"][0]["code"]
    assert code["evidence"]["line"] == 3
    assert code["evidence"]["raw"] == code["text"] == "440305230101500000101"


def test_why_on_request(tmp_path: Path) -> None:
    """Which ways were tried, what closed the gap, how the sums stand, what is in doubt; for people, in Chinese."""
    low = next(case for case in all_cases() if case.name == "labels_a_row_low")
    file = tmp_path / "错行.txt"
    file.write_bytes(as_tabs(low.grid))
    told = CliRunner().invoke(APP, ["--explain", str(file)]).stdout
    assert "读法　✓ 按原表的行和列：采用" in told
    assert "指标级别　✗ 标签在原位" in told
    assert "指标级别　✓ “" in told
    assert "移1行：各级分值合计为产出50，效益30，满意度10" in told
    assert "总分行为" in told
    assert "存疑：" in told


def test_what_cannot_be_read_is_named(form: Path, tmp_path: Path) -> None:
    """Exit code 2, the reason on the error stream; the other files are read all the same."""
    empty = tmp_path / "空.xlsx"
    empty.write_bytes(b"")
    done = CliRunner().invoke(APP, [str(empty), str(tmp_path / "没有.txt"), str(form)])
    assert done.exit_code == 2
    assert "空的" in done.stderr
    assert "无法打开文件" in done.stderr
    assert json.loads(done.stdout)["projects"]


def test_a_text_without_a_form(tmp_path: Path) -> None:
    """No refusal, no project, a note."""
    file = tmp_path / "通知.txt"
    file.write_text("关于开展绩效自评的通知\n", encoding="utf-8")
    done = CliRunner().invoke(APP, [str(file)])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["projects"] == []
    assert "没有找到" in done.stderr


def test_no_server_library_is_imported() -> None:
    """The checker of a laptop has none of them."""
    code = (
        "import sys, jixiao_cli.parse; "
        "print({'faust', 'asyncpg', 'aiokafka', 'fastapi', 'pydantic_settings'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
