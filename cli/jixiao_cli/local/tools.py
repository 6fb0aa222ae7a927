"""Where ``make setup`` put what is no Python package."""

import os
import shutil
from pathlib import Path

from jixiao_cli.local.process import LocalError

CHECKOUT = Path(__file__).parents[3]
TOOLS = CHECKOUT / ".local"


def jars() -> str:
    """The class path of the broker. Raises LocalError when it is not there."""
    return str(_existing(TOOLS / "jars") / "*")


def java() -> str:
    """The Java command. Raises LocalError when there is none."""
    home = os.environ.get("JAVA_HOME")
    found = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if not found:
        raise LocalError("找不到 Java。请先运行：sudo apt-get install openjdk-17-jre-headless maven")
    return found


def postgres(program: str) -> str:
    """A program of the PostgreSQL server. Raises LocalError when it is not there."""
    return str(_existing(TOOLS / "postgres" / "bin" / program))


def static() -> Path:
    """The folder of the front-end files. Raises LocalError when it is not there."""
    return _existing(TOOLS / "static")


def _existing(path: Path) -> Path:
    if not path.exists():
        raise LocalError(f"缺少 {path}。请在项目目录运行：make setup")
    return path
