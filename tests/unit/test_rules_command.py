"""``jixiao rules``: the list, and what a changed profile would do to files."""

from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from jixiao.findings import RuleId
from jixiao.runtime.errors import JixiaoError
from jixiao_cli.main import app
from jixiao_cli.rules_in_force import InForce, show_in_force
from jixiao_scorer.profiles import PROFILES, profile_for
from jixiao_scorer.release import RELEASE
from jixiao_scorer.standing import Group
from jixiao_scorer.written import in_use, written

SAMPLES = Path(__file__).parents[2] / "samples"
HEAD = 'extends = "shenzhen"\nname = "shenzhen"\n'
STRICT = (
    HEAD
    + """
[rules.EXEC-LOW]
limits = { warning_below = 95, error_below = 70 }

[rules.SCORE-EXEC-GAP]
on = false

[rules.FUND-SUM]
stage = "beta"
"""
)


def run(*arguments: str | Path) -> Result:
    """The command with a wide terminal."""
    return CliRunner().invoke(app, ["rules", *map(str, arguments)], env={"COLUMNS": "200"})


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """A profile as people write one."""
    path = tmp_path / "区里.toml"
    path.write_text(STRICT, encoding="utf-8")
    return path


def test_every_rule_is_listed(profile: Path) -> None:
    """With stage, severity and basis, in a pipe without a cut; of a named profile or of a file."""
    listed = CliRunner().invoke(app, ["rules"], env={"COLUMNS": "80"}).output
    assert "…" not in listed and "未填实际完成值却有得分" in listed
    assert [rule for rule in RuleId if rule.value not in listed] == []
    line = next(line for line in run("--profile", profile).output.splitlines() if "EXEC-LOW" in line)
    assert "live" in line and "黄灯/红灯" in line and "warning_below=95" in line and "通行做法" in line
    gap = next(line for line in run("--profile", profile).output.splitlines() if "SCORE-EXEC-GAP" in line)
    assert "停用" in gap


def test_an_unknown_profile_is_named_with_those_there_are() -> None:
    """In a sentence."""
    told = run("--profile", "nowhere")
    assert isinstance(told.exception, JixiaoError) and "shenzhen" in str(told.exception)


def test_trying_shows_what_would_appear_change_and_vanish(profile: Path) -> None:
    """Over the samples; the profiles of the package stay as they are."""
    told = run("try", profile, SAMPLES)
    lines = told.output.splitlines()
    assert told.exit_code == 0
    assert any(line.startswith("出现 黄灯(live) [EXEC-LOW] 预算执行率为92.27%") for line in lines)
    assert any(line.startswith("变化 黄灯(live)→红灯(live) [EXEC-LOW] 预算执行率为69.26%") for line in lines)
    assert any(line.startswith("消失 红灯(live) [SCORE-EXEC-GAP]") for line in lines)
    assert any(line.startswith("变化 红灯(live)→红灯(beta) [FUND-SUM]") for line in lines)
    assert "wrong-rate.txt 第1张" in told.output
    assert lines[-1].startswith("复核自评表19张：出现")
    assert profile_for("shenzhen") is PROFILES["shenzhen"]


def test_an_unchanged_profile_changes_nothing(tmp_path: Path) -> None:
    """Not a line but the summary."""
    (tmp_path / "same.toml").write_text(HEAD, encoding="utf-8")
    assert run("try", tmp_path / "same.toml", SAMPLES).output == "复核自评表19张：疑点没有变化。\n"


@pytest.mark.parametrize("arguments", [(), (SAMPLES, "--stored")])
def test_either_files_or_what_is_stored(profile: Path, arguments: tuple[str | Path, ...]) -> None:
    """One of the two must be said."""
    assert run("try", profile, *arguments).exit_code == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD + "\n[rules.EXEC-LOW]\nseverity = 'grave'\n", "p.toml第5行：rules.EXEC-LOW.severity: "),
        (HEAD + "\n[rules.EXEC-LOW]\non = true\nlimits = { below = 3 }\n", "p.toml第6行：rules.EXEC-LOW.limits: "),
        (HEAD + "\n[rules.NO-SUCH]\non = true\n", "p.toml第4行：rules.NO-SUCH"),
        (HEAD + "execution_weight = 'ten'\n", "p.toml第3行：execution_weight: "),
        (HEAD + "colour = 'red'\n", "p.toml第3行：colour: "),
        (HEAD + "x = [\n", "p.toml：不是有效的 TOML 文件"),
        ("extends = 'nowhere'\n", "没有名为 nowhere 的规则配置"),
        ("name = 'alone'\n", "p.toml：title: "),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    """File, line and key, where the text has them."""
    (tmp_path / "p.toml").write_text(text, encoding="utf-8")
    fault = run("try", tmp_path / "p.toml", SAMPLES).exception
    assert isinstance(fault, JixiaoError) and told in str(fault)


@pytest.mark.parametrize(("content", "told"), [(None, "无法打开"), ("配置".encode("gb18030"), "不是 UTF-8")])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None, told: str) -> None:
    """In a sentence."""
    path = tmp_path / "p.toml"
    if content is not None:
        path.write_bytes(content)
    assert told in str(run("try", path, SAMPLES).exception)


def test_a_profile_in_use_judges_its_layouts_and_those_of_its_name() -> None:
    """Another name judges only what it names; the rest stays."""
    strict = written("strict", STRICT)
    own = written("own", 'extends = "shenzhen"\nname = "own"\nlayouts = ["elsewhere"]\n')
    choose = in_use([strict, own])
    assert choose("shenzhen") is strict
    assert choose("elsewhere") is own
    assert choose("never seen") is profile_for("never seen")
    assert strict.hash != PROFILES["shenzhen"].hash


@pytest.mark.parametrize(("current", "told"), [(True, "无需启用"), (False, "尚未对已存的自评表启用，涉及2张")])
def test_a_new_system_has_nothing_to_adopt(capsys: pytest.CaptureFixture[str], current: bool, told: str) -> None:
    """Where all forms were judged by this release, nobody is asked to put it to use."""
    show_in_force(InForce(None, [Group(RELEASE.rules_version, "shenzhen", "0" * 64, 2, current)], ()))
    assert told in capsys.readouterr().out
