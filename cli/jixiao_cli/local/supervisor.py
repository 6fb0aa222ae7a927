"""Keeps processes running until they are stopped: what ended is started again, later each time it ends soon."""

import time
from collections.abc import Callable, Sequence

from jixiao_cli.local.process import Process

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 10.0
STEADY_SECONDS = 60.0


class Supervisor:
    """Watches processes that were started before. ``tell`` takes a sentence for the person at the terminal."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._watched: list[_Watched] = []

    def watch(self, process: Process) -> None:
        """Keep this process running from now on."""
        self._watched.append(_Watched(process))

    def tend(self) -> None:
        """Start again what ended and may, and rotate the logs; to be called often."""
        for watched in self._watched:
            watched.tend(self._tell)

    def stop(self, processes: Sequence[Process]) -> None:
        """Stop these side by side and watch them no longer."""
        self._watched = [watched for watched in self._watched if watched.process not in processes]
        for process in processes:
            process.terminate()
        deadline = time.monotonic() + max((process.stop_seconds for process in processes), default=0.0)
        for process in processes:
            process.wait_stopped(max(0.0, deadline - time.monotonic()))


class _Watched:
    def __init__(self, process: Process) -> None:
        self.process = process
        self._pause = FIRST_PAUSE
        self._since = time.monotonic()
        self._again_at: float | None = None

    def tend(self, tell: Callable[[str], None]) -> None:
        now = time.monotonic()
        self.process.rotate_log()
        if self._again_at is not None:
            if now >= self._again_at:
                self._again_at = None
                self._since = now
                self.process.spawn()
        elif not self.process.alive:
            self._pause = FIRST_PAUSE if now - self._since > STEADY_SECONDS else min(self._pause * 2, LONGEST_PAUSE)
            self._again_at = now + self._pause
            tell(f"{self.process.title} 意外退出，{self._pause:.0f} 秒后重新启动（日志：{self.process.log}）。")
