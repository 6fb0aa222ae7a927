"""``scripts/need``: what the machine lacks is one line, with the command that installs it."""

import shutil
import subprocess
from pathlib import Path

import pytest

NEED = Path(__file__).parents[2] / "scripts" / "need"
JAVA = {"java": 'echo "openjdk 17.0.9 2023-10-17"'}
OLD = {"java": 'echo "openjdk 11.0.2 2019-01-15"'}
MAVEN = {"mvn": "true"}


@pytest.mark.parametrize(
    ("there", "enough"), [({}, False), (JAVA, False), (MAVEN, False), (OLD | MAVEN, False), (JAVA | MAVEN, True)]
)
def test_java_and_maven_are_both_needed(tmp_path: Path, there: dict[str, str], enough: bool) -> None:
    """One of them is not enough, nor an old Java."""
    for name in ("bash", "awk"):
        (tmp_path / name).symlink_to(shutil.which(name) or "")
    for name, does in there.items():
        (tmp_path / name).write_text(f"#!{tmp_path}/bash\n{does}\n")
        (tmp_path / name).chmod(0o755)
    command = [str(tmp_path / "bash"), str(NEED), "java"]
    done = subprocess.run(command, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert (done.returncode == 0, done.stderr.count("\n")) == (enough, 0 if enough else 1)
    assert enough or "sudo apt-get install" in done.stderr
