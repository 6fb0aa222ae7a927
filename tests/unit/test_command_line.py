"""The command line as a whole."""

import subprocess
import sys

import pytest
import typer

from jixiao_cli import main as main_module
from jixiao_cli.main import app, main

SERVER_ONLY = [
    "aiohttp",
    "aiokafka",
    "asyncpg",
    "fastapi",
    "faust",
    "jinja2",
    "prometheus_client",
    "pydantic_settings",
    "resource",
    "structlog",
    "uvicorn",
    "watchfiles",
]


def test_the_offline_checker_needs_no_server_package_and_no_unix() -> None:
    """Starting the command line imports nothing that a plain ``pip install jixiao``, or Windows, does not have."""
    script = f"import sys, jixiao_cli.main; print(*(set(sys.modules) & set({SERVER_ONLY!r})))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("command", ["setup-database", "setup-topics"])
def test_a_missing_setting_is_one_sentence(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It names the variable; exit code 2, no traceback."""
    monkeypatch.setattr(sys, "argv", ["jixiao", command])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr().err
    assert ended.value.code == 2
    assert told.startswith("缺少环境变量：JIXIAO_") and told.count("\n") == 1


def test_a_missing_package_names_the_full_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The checker alone is installed, and somebody asks for the servers."""

    def app() -> None:
        raise ModuleNotFoundError(name="asyncpg")

    monkeypatch.setattr(main_module, "app", app)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "asyncpg" in (told := capsys.readouterr().err) and "jixiao[server]" in told


def test_no_help_is_cut_short(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Chinese has no spaces to wrap at; the terminal wraps it, and nothing of it is left out."""
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    said = {name: [each.help or "" for each in command.params] for name, command in commands.items()}
    said[""] = [(command.help or "").split("\n\n")[0] for command in commands.values()]
    for name, helps in said.items():
        monkeypatch.setenv("COLUMNS", "80")
        monkeypatch.setattr(sys, "argv", ["jixiao", *name.split(), "--help"])
        with pytest.raises(SystemExit):
            main()
        told = "".join(capsys.readouterr().out.split())
        assert [text for text in helps if "".join(text.split()) not in told] == []
