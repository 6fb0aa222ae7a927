"""The data directory of a local run: one run at a time, its passwords, its address."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from jixiao_cli.local.process import LocalError
from jixiao_cli.setup import SERVICES

DATABASE = "jixiao"


class Folder:
    """A data directory; made when it is first locked, closed to other users."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.address = self.path / "address"
        self.dsns = self.path / "dsns.json"
        self.kafka = self.path / "kafka.address"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the directory. Raises LocalError when another run does."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.path / "lock").open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as fault:
                file.seek(0)
                raise LocalError(
                    f"数据目录 {self.path} 正由另一个运行中的程序使用（进程号 {file.read().strip()}）。"
                    "请先停止它，或用 --data 指定另一个目录。"
                ) from fault
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield

    def password(self, role: str) -> str:
        """The password of the administrator (``postgres``) or of a service's role; made once, for the owner only."""
        file = self.path / "passwords.json"
        if not file.exists():
            _write_closed(file, {role: secrets.token_hex(16) for role in ("postgres", *SERVICES)})
        return str(json.loads(file.read_text())[role])

    def secret_key(self) -> str:
        """The key that seals the subscriptions' secrets; made once, for the owner only."""
        file = self.path / "secret.key"
        if not file.exists():
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as stream:
                stream.write(secrets.token_hex(32))
        return file.read_text()

    def service_dsns(self, admin_dsn: str) -> dict[str, str]:
        """Each service's way in: the one named from outside, else its own role on the administrator's server."""
        parts = urlsplit(admin_dsn)
        server = parts.netloc.rpartition("@")[2]
        path = f"/{DATABASE}" if parts.path in ("", "/", "/postgres") else parts.path
        return {
            service: os.environ.get(f"JIXIAO_{service.upper()}_POSTGRES")
            or urlunsplit(parts._replace(netloc=f"jixiao_{service}:{self.password(service)}@{server}", path=path))
            for service in SERVICES
        }

    def publish(self, url: str, kafka: str, dsns: Mapping[str, str]) -> None:
        """Say where the run can be reached: page, brokers, and for its owner the services' ways into the database."""
        self.address.write_text(url)
        self.kafka.write_text(kafka)
        _write_closed(self.dsns, dsns)

    def withdraw(self) -> None:
        """The run can be reached no more."""
        for file in (self.address, self.kafka, self.dsns):
            file.unlink(missing_ok=True)


def _write_closed(file: Path, content: Mapping[str, str]) -> None:
    """Write JSON that only the owner may read."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        json.dump(content, stream)
