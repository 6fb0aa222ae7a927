"""``jixiao up`` as a person runs it: its start, what it brings back, its end, and a second one beside it."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jixiao_cli.local.broker import Broker
from jixiao_cli.local.database import Database
from jixiao_cli.local.ports import free_port

PATIENCE_SECONDS = 60.0
JIXIAO = [sys.executable, "-c", "from jixiao_cli.main import main; main()"]
NO_FORM = "关于开展绩效自评工作的通知\n请各单位按时报送材料。\n"


class Up:
    """A running ``jixiao up``."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data = data
        self.process = subprocess.Popen(
            [*JIXIAO, "up", "--data", str(data)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=os.environ | settings,
        )
        _eventually(lambda: (data / "address").exists() or self.process.poll() is not None)
        assert self.process.poll() is None, self.output()
        self.url = (data / "address").read_text()

    def children(self) -> dict[str, int]:
        """The process ids of its children by the last word of their command that tells them apart."""
        found = {}
        for status in Path("/proc").glob("[0-9]*/status"):
            try:
                text, command = status.read_text(), (status.parent / "cmdline").read_text().replace("\0", " ")
            except OSError:
                continue
            if f"\nPPid:\t{self.process.pid}\n" in text:
                found |= {name: int(status.parent.name) for name in NAMES if NAMES[name] in command}
        return found

    def end(self, how: signal.Signals) -> str:
        """End it with a signal; what it printed."""
        self.process.send_signal(how)
        return self.output()

    def output(self) -> str:
        """Wait for its end; what it printed."""
        text, _ = self.process.communicate(timeout=PATIENCE_SECONDS)
        return text


NAMES = {
    "kafka": "kafka.Kafka",
    "postgres": "bin/postgres",
    "parser": "jixiao_parser",
    "scorer": "jixiao_scorer",
    "alerts": "jixiao_alerts",
    "gateway": "jixiao_gateway",
}


@pytest.fixture(scope="module")
def up(open_folder: Path) -> Iterator[Up]:
    """One run for all tests of this file; what the last test leaves is ended here."""
    running = Up(open_folder / "up")
    yield running
    if running.process.poll() is None:
        running.end(signal.SIGTERM)


def test_a_file_handed_in_reaches_its_end(up: Up, tmp_path: Path) -> None:
    """``jixiao upload`` names the upload; the page is there."""
    upload_id = _hand_in(up, tmp_path)
    _eventually(lambda: _state(up, upload_id) in ("no_form", "dead_lettered"))
    with urllib.request.urlopen(f"{up.url}/", timeout=10) as page:
        assert page.status == 200


def test_whatever_dies_comes_back(up: Up, tmp_path: Path) -> None:
    """Broker, database and every service are started again, and the system goes on."""
    before = up.children()
    assert set(before) == set(NAMES)
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    _eventually(lambda: set(up.children()) == set(NAMES) and not set(up.children().values()) & set(before.values()))
    _eventually(lambda: _answers(f"{up.url}/readyz"))
    upload_id = _hand_in(up, tmp_path)
    _eventually(lambda: _state(up, upload_id) in ("no_form", "dead_lettered"))


def test_an_operator_reaches_it_from_its_folder(up: Up, tmp_path: Path) -> None:
    """Broker and tables are found without a setting; replaying what is there changes nothing."""
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local" / "run").symlink_to(up.data)
    told = subprocess.run([*JIXIAO, "replay", "--all", "--yes"], cwd=tmp_path, capture_output=True, text=True)
    assert told.returncode == 0 and "已重放" in told.stdout, told.stderr


def test_a_second_run_in_the_same_directory_is_refused(up: Up) -> None:
    """It says who holds the directory and what to do."""
    second = subprocess.run([*JIXIAO, "up", "--data", str(up.data)], capture_output=True, text=True, check=False)
    assert second.returncode == 2
    assert f"进程号 {up.process.pid}" in second.stderr


def test_a_second_run_elsewhere_takes_other_ports_and_leaves_no_orphans(up: Up, open_folder: Path) -> None:
    """Two runs do not meet; when a launcher is killed outright, its children end by themselves."""
    second = Up(open_folder / "second")
    assert second.url != up.url
    children = second.children()
    assert set(children) == set(NAMES)
    second.end(signal.SIGKILL)
    _eventually(lambda: not any(_exists(pid) for pid in children.values()))
    assert _answers(f"{up.url}/readyz")


def test_it_ends_in_order_and_begins_again_where_it_was(up: Up, tmp_path: Path) -> None:
    """SIGTERM ends services, broker, database, exit code 0; the next start knows the old uploads."""
    upload_id = _hand_in(up, tmp_path)
    _eventually(lambda: _state(up, upload_id) in ("no_form", "dead_lettered"))
    children = up.children()
    told = up.end(signal.SIGTERM)
    assert up.process.returncode == 0, told
    assert not any(_exists(pid) for pid in children.values())
    assert told.index("停止服务") < told.index("停止 Kafka") < told.index("停止 PostgreSQL")

    again = Up(up.data)
    try:
        assert _state(again, upload_id) in ("no_form", "dead_lettered")
    finally:
        again.end(signal.SIGINT)
    assert again.process.returncode == 0


def test_it_uses_the_broker_and_the_database_it_is_given(
    broker: Broker, database: Database, open_folder: Path, tmp_path: Path
) -> None:
    """With JIXIAO_KAFKA and JIXIAO_POSTGRES it starts and stops the services alone."""
    given = Up(
        open_folder / "given",
        JIXIAO_KAFKA=broker.bootstrap,
        JIXIAO_POSTGRES=database.dsn,
        JIXIAO_TOPIC_PREFIX="given.",
        JIXIAO_PARSER_PORT=str(parser_port := free_port()),
    )
    try:
        assert set(given.children()) == {"parser", "scorer", "alerts", "gateway"}
        assert _answers(f"http://127.0.0.1:{parser_port}/readyz")
        upload_id = _hand_in(given, tmp_path)
        _eventually(lambda: _state(given, upload_id) in ("no_form", "dead_lettered"))
    finally:
        told = given.end(signal.SIGTERM)
    assert given.process.returncode == 0, told
    assert broker.is_ready() and database.is_ready()


def _hand_in(up: Up, folder: Path) -> str:
    file = folder / "通知.txt"
    file.write_text(NO_FORM)
    done = subprocess.run([*JIXIAO, "upload", "--url", up.url, str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[-1]


def _state(up: Up, upload_id: str) -> Any:
    with urllib.request.urlopen(f"{up.url}/api/v1/uploads/{upload_id}", timeout=10) as answer:
        return json.load(answer)["state"]


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _exists(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def _eventually(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "did not come about in time"
        time.sleep(0.1)
