"""One child process: started, watched, stopped; the broker, the database and each service are one."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from jixiao.runtime.errors import JixiaoError

TETHER = Path(__file__).with_name("tether.py")
LOG_LIMIT = 10 * 1024 * 1024
LOG_TAIL = 2000
POLL_SECONDS = 0.05


class LocalError(JixiaoError):
    """What keeps the local run from starting, in a sentence for the person at the terminal."""


class Process:
    """A child process with its log file. It dies with its parent, of ``orphan_signal``.

    ``start_attempts``: so often it may end before it answers. ``front``: the command that it is started through.
    """

    title = ""
    stop_signal = signal.SIGTERM
    orphan_signal = signal.SIGTERM
    stop_seconds = 20.0
    start_seconds = 60.0
    start_attempts = 1
    front: Sequence[str] = ()

    def __init__(self, command: Sequence[str], log: Path, env: Mapping[str, str] | None = None) -> None:
        self.command = list(command)
        self.log = log
        self.env = env
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._child.pid if self._child is not None and self.alive else None

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._child is not None and self._child.poll() is None

    def prepare(self) -> None:
        """What must be there before the first start (a formatted log directory, an empty database)."""

    def is_ready(self) -> bool:
        """Whether it answers; asked after the start."""
        return self.alive

    def start(self) -> None:
        """Prepare, start and wait until it answers. Raises LocalError when it does not."""
        self.prepare()
        self.spawn()
        self.wait_ready()

    def spawn(self) -> None:
        """Start it without waiting."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        tether = [sys.executable, "-I", "-S", str(TETHER), str(os.getpid()), str(int(self.orphan_signal))]
        self.log.touch(mode=0o600)
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                [*self.front, *tether, *self.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.env,
                start_new_session=True,
                umask=0o077,
            )

    def wait_ready(self) -> None:
        """Wait until it answers. Raises LocalError with the end of the log when it does not in time."""
        deadline = time.monotonic() + self.start_seconds
        attempts = self.start_attempts - 1
        while not self.is_ready():
            if not self.alive and attempts:
                attempts -= 1
                time.sleep(0.5)
                self.spawn()
            elif not self.alive or time.monotonic() > deadline:
                self.stop()
                raise LocalError(f"{self.title} 没有启动成功，日志 {self.log} 的结尾：\n{self.tail()}")
            time.sleep(POLL_SECONDS)

    def tail(self) -> str:
        """The end of its log."""
        if not self.log.exists():
            return ""
        return self.log.read_bytes()[-LOG_TAIL:].decode("utf-8", "replace").strip()

    def rotate_log(self) -> None:
        """Keep the log and one older part at about ``LOG_LIMIT`` bytes each."""
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            shutil.copyfile(self.log, self.log.with_name(self.log.name + ".1"))
            os.truncate(self.log, 0)  # the child appends, so it goes on at the new end

    def terminate(self) -> None:
        """Ask it to end, without waiting."""
        if self._child is not None and self.alive:
            self._child.send_signal(self.stop_signal)

    def stop(self) -> None:
        """Ask it to end, wait, and kill it when it does not."""
        self.terminate()
        self.wait_stopped(self.stop_seconds)

    def wait_stopped(self, seconds: float) -> None:
        """Wait for the end; kill it when the time is over."""
        if self._child is None:
            return
        try:
            self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Kill it as a power cut would (SIGKILL), with all that shares its session."""
        if self._child is None:
            return
        if self.alive:
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()

    def restart(self) -> None:
        """Stop it and start it again in the same place."""
        self.stop()
        self.start()
