"""The PostgreSQL server of a local run: loopback only, with a password."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from jixiao_cli.local import tools, unprivileged
from jixiao_cli.local.ports import LOOPBACK
from jixiao_cli.local.process import LocalError, Process

INIT = ("--locale-provider=builtin", "--locale=C.UTF-8", "--encoding=UTF8", "--auth=scram-sha-256")


class Database(Process):
    """A server whose data lies in ``folder``; ``dsn`` is the administrator's way in, ``durable=False`` saves the fsync.

    PostgreSQL refuses root: for root it runs as an ordinary user.
    """

    title = "PostgreSQL"
    stop_signal = signal.SIGINT  # fast shutdown: does not wait for clients
    orphan_signal = signal.SIGINT
    start_attempts = 10  # the processes of a killed server take a moment to leave

    def __init__(self, folder: Path, port: int, password: str, durable: bool = True) -> None:
        self.folder = folder
        self.port = port
        self._password = password
        options = {
            "listen_addresses": LOOPBACK,
            "port": port,
            "unix_socket_directories": "",
            "fsync": "on" if durable else "off",
            "max_connections": 100,
        }
        command = [tools.postgres("postgres"), "-D", str(folder)]
        command += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        self.front = unprivileged.front()
        super().__init__(command, folder.parent / f"{folder.name}.log", _plain_environment())

    @property
    def dsn(self) -> str:
        """The administrator's DSN."""
        return self.dsn_for("postgres", self._password, "postgres")

    def dsn_for(self, user: str, password: str, database: str) -> str:
        """A DSN on this server; passwords are hexadecimal and need no quoting."""
        return f"postgresql://{user}:{password}@{LOOPBACK}:{self.port}/{database}"

    def prepare(self) -> None:
        """Make the data directory once. Raises LocalError when that fails."""
        if self.folder.exists():
            return
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.folder.with_name(f"{self.folder.name}.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        unprivileged.give(unfinished)
        with tempfile.NamedTemporaryFile("w", dir=self.folder.parent) as password:
            password.write(self._password)
            password.flush()
            unprivileged.give(Path(password.name))
            self._initdb(unfinished, password.name)
        unfinished.rename(self.folder)

    def _initdb(self, folder: Path, password_file: str) -> None:
        command = [tools.postgres("initdb"), "-D", str(folder), "-U", "postgres", *INIT, "--no-instructions"]
        done = subprocess.run(
            [*self.front, *command, f"--pwfile={password_file}"],
            env=_plain_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise LocalError(
                f"PostgreSQL 的数据目录没有准备好：{done.stderr.strip() or done.stdout.strip()}\n"
                "以 root 运行时如仍不成功，请改用普通用户，或用 JIXIAO_POSTGRES 指定已有的数据库。"
            )

    def is_ready(self) -> bool:
        """Whether the server has written that it takes connections (what ``pg_ctl -w`` looks at)."""
        try:
            status = (self.folder / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(status) >= 8 and status[0] == str(self.pid) and status[7].strip() == "ready"


def _plain_environment() -> dict[str, str]:
    """The environment without PG* variables and locales that this server does not know."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}
