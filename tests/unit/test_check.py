"""``jixiao check``: what it prints, in which order, and how it ends. No server is imported."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

from jixiao_cli.main import app
from jixiao_cli.report.judged import FEW, judge, judging, sources
from tests.unit.parser.cases import all_cases, as_tabs
from tests.unit.scorer.accounts import SAMPLE as ACCOUNTS

CASE = next(case for case in all_cases() if case.name == "sound")
SAMPLES = Path(__file__).parents[2] / "samples"
KEYS = [
    "source", "ordinal", "code", "rule", "stage", "severity", "cause", "indicator", "stated", "computed", "difference",
    "amount", "sentence", "repair", "follows", "evidence",
]  # fmt: skip
SENTENCE = "预算执行率为0.05%（全年预算数4,029,477.14元，全年执行数1,863.00元），低于60%，尚有4,027,614.14元未支出。"


def check(*arguments: str | Path) -> tuple[int, str, str]:
    """Exit code, output and errors of a run."""
    result = CliRunner().invoke(app, ["check", *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


def test_the_worst_sentence_comes_first_and_whole() -> None:
    """Low execution before what follows from it; the summary counts; exit code 1."""
    code, out, _ = check(SAMPLES / "low-execution.txt")
    assert code == 1
    lines = out.splitlines()
    heads = [line for line in lines if "红灯[" in line]
    assert heads[0] == f"红灯[EXEC-LOW] {SENTENCE}"
    assert heads[1].startswith("└ 红灯[SCORE-EXEC-GAP] 指标得分率")
    assert lines[-1].startswith("共1个文件，复核自评表1张：红灯")


def test_the_mark_stands_under_the_very_cell() -> None:
    """In columns of the terminal, where a Chinese character takes two; the place, the addends and the repair follow."""
    _, out, _ = check(SAMPLES / "wrong-rate.txt")
    lines = out[out.index("红灯[EXEC-RATE]") :].splitlines()
    assert lines[1] == "  ┌─ wrong-rate.txt 第7行第7栏 · 第1张 背街小巷路灯节能改造"
    row, marks = lines[3], lines[4]
    assert cell_len(row[: row.index("97.27")]) == marks.index("^^^^^")
    assert cell_len(row[: row.index("1337915.00")]) == marks.rindex("-" * 10)
    told = "\n".join(lines[5:10])
    assert "填报 97.27（97.265 ～ 97.275）" in told
    assert "年度资金总额全年执行数 1337915.00 ÷ 年度资金总额全年预算数 1450000.00 × 100" in told
    assert "建议 年度资金总额执行率由97.27改为92.27，请核实后更正。" in told


def test_a_doubt_of_our_reading_lights_neither_red_nor_yellow() -> None:
    """As on the page: it asks for a look at the original."""
    _, out, _ = check(SAMPLES / "unreadable-total.txt")
    assert out.startswith("提示[TOTAL-UNREADABLE]")
    assert out.splitlines()[-1] == "共1个文件，复核自评表1张：提示1条。"


def test_addends_are_added_up_before_the_eye() -> None:
    """All of them, but for those that are nothing."""
    _, out, _ = check(SAMPLES / "wrong-total.txt")
    line = next(line for line in out.splitlines() if "计算" in line)
    assert "预算执行得分 9.90 ＋ 补植行道树株数 15 ＋" in line
    assert line.endswith("＝ 99.90（另有4项为0）")


@pytest.mark.parametrize(("least", "code"), [("notice", 1), ("warning", 1), ("serious", 0), ("error", 0)])
def test_the_exit_code_minds_the_least_severity(least: str, code: int) -> None:
    """A form whose gravest finding is a warning."""
    assert check("--fail-on", least, SAMPLES / "unreadable-total.txt")[0] == code


def test_many_files_are_judged_by_many_processes_in_the_same_order(tmp_path: Path) -> None:
    """More files than one process takes: the output is that of one process after another."""
    for copy in range(FEW):
        shutil.copy(SAMPLES / "wrong-total.txt", tmp_path / f"{copy:02}.txt")
    shutil.copy(SAMPLES / "low-execution.txt", tmp_path / "zz.txt")
    named = list(sources([tmp_path]))
    with judging(named) as answers:
        assert list(answers) == [judge(each) for each in named]


def test_a_sound_form_is_clean() -> None:
    """No table, exit code 0."""
    assert check(SAMPLES / "sound.xlsx") == (0, "共1个文件，复核自评表1张：未发现疑点。\n", "")


def test_json_has_the_agreed_keys_worst_first() -> None:
    """Over several files; money as text."""
    code, out, _ = check("--json", SAMPLES / "wrong-total.txt", SAMPLES / "low-execution.txt")
    findings = json.loads(out)["findings"]
    assert code == 1
    assert [list(each) for each in findings] == [KEYS] * 3
    assert [each["rule"] for each in findings] == ["EXEC-LOW", "SCORE-EXEC-GAP", "TOTAL-SUM"]
    first, last = findings[0], findings[2]
    assert (first["source"], first["sentence"], first["amount"]) == ("low-execution.txt", SENTENCE, "4027614.14")
    assert (last["stated"], last["computed"], last["repair"]) == (
        "98.90",
        "99.9",
        {"path": "total_score", "value": "99.90"},
    )
    assert last["evidence"][0]["line"]


def test_a_clean_file_is_an_empty_list() -> None:
    """Still JSON."""
    code, out, _ = check("--json", SAMPLES / "sound.txt")
    assert (code, json.loads(out)) == (0, {"findings": []})


def test_a_folder_is_walked(tmp_path: Path) -> None:
    """With what lies below it; Markdown, hidden files and the lock files of Excel are left out."""
    (tmp_path / "教育局").mkdir()
    shutil.copy(SAMPLES / "sound.txt", tmp_path / "一.txt")
    shutil.copy(SAMPLES / "blank-scored.txt", tmp_path / "教育局" / "二.txt")
    for name in ("README.md", ".hidden", "~$一.xlsx"):
        (tmp_path / name).write_text("不是自评表", encoding="utf-8")
    code, out, _ = check("--json", tmp_path)
    assert code == 1
    assert {each["source"] for each in json.loads(out)["findings"]} == {"教育局/二.txt"}


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 nothing in it", "一段没有表格的话。".encode()])
def test_what_cannot_be_judged_says_so_and_hides_nothing(tmp_path: Path, content: bytes) -> None:
    """Exit code 2; the findings of the other files are still there."""
    (tmp_path / "坏.dat").write_bytes(content)
    code, out, err = check(tmp_path / "坏.dat", SAMPLES / "wrong-total.txt")
    assert code == 2
    assert err.startswith("坏.dat：")
    assert "TOTAL-SUM" in out
    assert "其中1个无法复核" in out


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """In a sentence, exit code 2."""
    code, _, err = check(tmp_path / "没有.xlsx")
    assert code == 2
    assert err.startswith("没有.xlsx：无法打开文件：没有这个文件。")


def test_where_nothing_was_judged_nothing_is_called_sound(tmp_path: Path) -> None:
    """An unreadable file, and a folder without any: a wrong path must not pass for a clean one."""
    code, out, err = check(tmp_path)
    assert (code, err) == (2, "文件夹中没有可复核的文件。请检查路径。\n")
    assert out == "共0个文件，复核自评表0张。\n"
    code, out, _ = check(tmp_path / "没有.xlsx")
    assert (code, out) == (2, "共1个文件，其中1个无法复核，复核自评表0张。\n")


def test_the_checker_imports_no_server() -> None:
    """It must run where only the base dependencies are installed."""
    program = (
        "import sys, jixiao_cli.check, jixiao_cli.report.workbook, jixiao_cli.rules\n"
        "servers = {'faust', 'asyncpg', 'aiokafka', 'pydantic_settings', 'fastapi', 'structlog', 'prometheus_client'}\n"
        "print(sorted(servers & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_the_checker_imports_nothing_that_only_one_system_has() -> None:
    """Windows and macOS must be able to load every module of ours that it loads."""
    program = """
import ast, sys, jixiao_cli.check, jixiao_cli.report.workbook, jixiao_cli.rules, jixiao_parser.reading
for name, module in sorted(sys.modules.items()):
    if name.startswith("jixiao"):
        for node in ast.parse(open(module.__file__, encoding="utf-8").read()).body:
            if isinstance(node, ast.Import):
                print(*(each.name for each in node.names), sep="\\n")
            elif isinstance(node, ast.ImportFrom):
                print(node.module)
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    only_posix = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty", "uvloop"}
    assert {"json", "rich.console"} <= set(ran.stdout.split())
    assert set(ran.stdout.split()) & only_posix == set()


def test_a_folder_is_judged_across_its_files(tmp_path: Path) -> None:
    """Last year's form beside this year's: a lowered target stands on the later year, whatever the files are called."""
    text = (SAMPLES / "sound.txt").read_text(encoding="utf-8")
    year = text.split("绩效自评年度:\t")[1][:4]
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    before = text.replace(f"绩效自评年度:\t{year}", f"绩效自评年度:\t{int(year) - 1}").replace("≥", "≥9", 1)
    (tmp_path / "b.txt").write_text(before, encoding="utf-8")
    _, out, _ = check("--json", tmp_path)
    lowered = [each for each in json.loads(out)["findings"] if each["rule"] == "TARGET-LOWERED"]
    assert [each["source"] for each in lowered] == ["a.txt"]


def test_final_accounts_are_told_with_their_row(tmp_path: Path) -> None:
    """They count apart from the forms; the very cell is marked, the repair names it."""
    told = "2120104\t城管执法\t137.62\t60.50\t77.12"
    (tmp_path / "决算.txt").write_text(ACCOUNTS.replace(told, told[:-2] + "72", 1), "utf-8")
    code, out, _ = check(tmp_path / "决算.txt")
    assert code == 1
    lines = out.splitlines()
    assert lines[0].startswith("红灯[ACCOUNTS] 《支出决算表》「")
    assert lines[1] == "  ┌─ 决算.txt 第56行第5栏 · 部门决算"
    assert "  ├ 建议 《支出决算表》「城管执法」第5栏由77.72改为77.12，请核实后更正。" in lines
    assert lines[-1] == "共1个文件，复核自评表0张、部门决算1份：红灯1条。"
    book = tmp_path / "疑点.xlsx"
    _, out, _ = check("--json", "--xlsx", book, tmp_path)
    assert [(each["ordinal"], each["code"]) for each in json.loads(out)["findings"]] == [(0, None)]
    assert book.exists()


def test_what_accounts_say_of_a_form_in_another_file(tmp_path: Path) -> None:
    """As the service does, whichever comes first."""
    record = CASE.records[0]
    (tmp_path / "自评表.txt").write_bytes(as_tabs(CASE.grid))
    said = f"{record['name']}项目绩效自评情况：全年预算数为1万元，执行数为0.9万元，完成预算的90%。"
    text = ACCOUNTS.replace("澄湖区城管局", record["budget_unit"]).replace("2023年度", f"{record['year']}年度")
    (tmp_path / "决算.txt").write_text(text + said, "utf-8")
    told = [check("--json", *files)[1] for files in (sorted(tmp_path.iterdir()), sorted(tmp_path.iterdir())[::-1])]
    for out in told:
        found = [each for each in json.loads(out)["findings"] if each["rule"] == "NARRATIVE"]
        assert [each["source"] for each in found] == ["决算.txt"]
        assert "与自评表不一致" in found[0]["sentence"]
