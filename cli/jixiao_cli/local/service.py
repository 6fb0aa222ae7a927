"""One of the four services as a child process."""

import http.client
import os
import shutil
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from jixiao_cli.local.ports import LOOPBACK
from jixiao_cli.local.process import Process


class Service(Process):
    """``python -m jixiao_<name>`` with its settings in the environment; ``url`` is its page or its health page."""

    orphan_signal = signal.SIGKILL  # without broker it could not end in peace; killing it loses nothing
    stop_seconds = 30.0
    start_attempts = 3

    def __init__(self, name: str, port: int, settings: Mapping[str, str], folder: Path) -> None:
        """``settings``: the variables that all services share; ``folder`` takes its log and temporary files."""
        self.name = name
        self.title = f"服务 {name}"
        self.port = port
        self.url = f"http://{LOOPBACK}:{port}"
        self._temporary = folder / "tmp" / name
        own = {f"JIXIAO_{name.upper()}_PORT": str(port), "TMPDIR": str(self._temporary), "PYTHONUNBUFFERED": "1"}
        environment = os.environ | settings | own
        super().__init__([sys.executable, "-m", f"jixiao_{name}"], folder / f"{name}.log", environment)

    def prepare(self) -> None:
        """Make the folder of its temporary files, without those of the last time."""
        shutil.rmtree(self._temporary, ignore_errors=True)
        self._temporary.mkdir(parents=True)

    def is_ready(self) -> bool:
        """Whether /readyz says so."""
        conn = http.client.HTTPConnection(LOOPBACK, self.port, timeout=2)
        try:
            conn.request("GET", "/readyz")
            return conn.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            conn.close()


def shared_settings(kafka: str, dsns: Mapping[str, str]) -> dict[str, str]:
    """The variables that name the broker and the databases (service → DSN) to every service."""
    return {"JIXIAO_KAFKA": kafka} | {f"JIXIAO_{name.upper()}_POSTGRES": dsn for name, dsn in dsns.items()}
