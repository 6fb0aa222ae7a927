"""Child processes: their start, their end, and what becomes of them without their parent."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from jixiao_cli.local import process as process_module
from jixiao_cli.local.folder import Folder
from jixiao_cli.local.process import LocalError, Process
from jixiao_cli.local.supervisor import Supervisor

PATIENCE_SECONDS = 10.0
SLEEPER = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"]
DEAF = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(600)",
]


class Speaking(Process):
    """Ready once it has said so."""

    title = "试验程序"

    def is_ready(self) -> bool:
        """Whether it runs and has said a word since it was started."""
        return self.alive and "up" in self.tail()


def test_a_process_stops_and_starts_again(tmp_path: Path) -> None:
    """Each start is a new process; after a stop there is none."""
    with Speaking(SLEEPER, tmp_path / "log") as child:
        first = child.pid
        child.restart()
        assert child.alive and child.pid != first
    assert not child.alive and child.pid is None


def test_a_process_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    """The stop waits so long and no longer."""
    child = Speaking(DEAF, tmp_path / "log")
    child.stop_seconds = 0.3
    child.start()
    began = time.monotonic()
    child.stop()
    assert not child.alive
    assert 0.3 <= time.monotonic() - began < 5


def test_a_process_that_fails_shows_the_end_of_its_log(tmp_path: Path) -> None:
    """The person at the terminal sees why."""
    child = Speaking([sys.executable, "-c", "raise SystemExit('no such thing')"], tmp_path / "log")
    with pytest.raises(LocalError, match=r"试验程序 没有启动成功(.|\n)*no such thing"):
        child.start()


def test_a_process_dies_with_its_parent(tmp_path: Path) -> None:
    """A launcher that is killed outright leaves nobody behind."""
    script = (
        "import sys, time; from pathlib import Path; from jixiao_cli.local.process import Process\n"
        f"child = Process({SLEEPER!r}, Path({str(tmp_path / 'log')!r})); child.start()\n"
        "print(child.pid, flush=True); time.sleep(600)"
    )
    launcher = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert launcher.stdout is not None
    pid = int(launcher.stdout.readline())
    launcher.kill()
    launcher.wait()
    launcher.stdout.close()
    _eventually(lambda: not _exists(pid))


def test_the_supervisor_starts_again_what_died(tmp_path: Path) -> None:
    """It says so, and a process that is being stopped stays stopped."""
    told: list[str] = []
    supervisor = Supervisor(told.append)
    child = Speaking(SLEEPER, tmp_path / "log")
    child.start()
    supervisor.watch(child)
    child.kill()
    _eventually(lambda: supervisor.tend() or child.alive)
    assert len(told) == 1 and "试验程序 意外退出" in told[0]

    supervisor.stop([child])
    supervisor.tend()
    assert not child.alive


def test_the_log_keeps_within_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One older part is kept; the child goes on writing at the new end."""
    monkeypatch.setattr(process_module, "LOG_LIMIT", 10)
    chatty = "import time\nwhile True: print('0123456789', flush=True); time.sleep(0.05)"
    with Process([sys.executable, "-c", chatty], tmp_path / "log") as child:
        _eventually(lambda: child.log.stat().st_size > 20)
        child.rotate_log()
        _eventually(lambda: child.log.stat().st_size > 0)
        assert child.log.read_bytes().startswith(b"0")
    assert (tmp_path / "log.1").stat().st_size > 20


def test_a_data_directory_takes_one_run_at_a_time(tmp_path: Path) -> None:
    """The second is told who holds it and what to do; afterwards the directory is free again."""
    folder = Folder(tmp_path / "data")
    refused = pytest.raises(LocalError, match=rf"进程号 {os.getpid()}.*--data")
    with folder.locked(), refused, Folder(folder.path).locked():
        pass
    with folder.locked():
        assert folder.path.stat().st_mode & 0o077 == 0


def test_passwords_are_made_once_and_closed_to_others(tmp_path: Path) -> None:
    """They stay the same over restarts, each role has its own."""
    passwords = [Folder(tmp_path).password(role) for role in ("postgres", "parser", "parser")]
    assert passwords[1] == passwords[2] != passwords[0]
    assert (tmp_path / "passwords.json").stat().st_mode & 0o777 == 0o600


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _eventually(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "did not come about in time"
        time.sleep(0.05)
