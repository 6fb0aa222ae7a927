"""``jixiao watch FOLDER``: hands in every file that appears in a folder, once, and leaves it where it is."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from jixiao_cli.client import Client, Refused, Unreachable, connect
from jixiao_cli.local.signals import interruptible
from jixiao_cli.upload import UnitOption, UrlOption, YearOption

STEADY_MS = 1_000
LEDGER = ".jixiao-uploaded"
LATER = (401, 429, 500, 502, 503, 504)

FolderArgument = Annotated[Path, typer.Argument(exists=True, file_okay=False, metavar="FOLDER")]


class Folder:
    """A watched folder. What was handed in stands, by content, in the file ``.jixiao-uploaded`` inside it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ledger = path / LEDGER
        known = self._ledger.read_text().splitlines() if self._ledger.exists() else []
        self._known = {line.split(" ", 1)[0] for line in known}
        self._sizes: dict[Path, tuple[int, int]] = {}

    def complete(self) -> Iterator[tuple[Path, bytes]]:
        """The files not handed in yet whose size and time are as they were at the last look, with their content."""
        before, self._sizes = self._sizes, dict(self._look())
        for file, size in sorted(self._sizes.items()):
            if before.get(file) == size:
                try:
                    data = file.read_bytes()
                except OSError:
                    continue  # taken away, or still locked by its writer: the next look decides
                if data and _sha256(data) not in self._known:
                    yield file, data

    def remember(self, file: Path, data: bytes, result: str) -> None:
        """Note that this content needs no further attempt."""
        self._known.add(_sha256(data))
        with self._ledger.open("a", encoding="utf-8") as ledger:
            ledger.write(f"{_sha256(data)} {result} {file.name}\n")

    def _look(self) -> Iterator[tuple[Path, tuple[int, int]]]:
        for file in self.path.rglob("*"):
            if not file.name.startswith((".", "~$")) and file.is_file():
                status = file.stat()
                yield file, (status.st_size, status.st_mtime_ns)


def hand_in(folder: Folder, client: Client, unit: str | None = None, year: str | None = None) -> None:
    """Hand in what is complete; what the system cannot take now comes again at the next look."""
    for file, data in folder.complete():
        try:
            upload_id = client.upload(data, file.name, unit, year)
        except Unreachable as fault:
            typer.echo(f"{file}：{fault}", err=True)
            return
        except Refused as fault:
            typer.echo(f"{file}：未接收。{fault}", err=True)
            if fault.status not in LATER:
                folder.remember(file, data, "refused")
        else:
            typer.echo(f"{file}：已接收，编号 {upload_id}")
            folder.remember(file, data, upload_id)


def watch(folder: FolderArgument, url: UrlOption = None, unit: UnitOption = None, year: YearOption = None) -> None:
    """监视文件夹，自动上报新放入的文件（等文件写完再上报，不移动、不重复上报）。按 Ctrl-C 结束。"""
    from watchfiles import watch as changes

    watched, client = Folder(folder), connect(url)
    typer.echo(f"正在监视 {folder}，按 Ctrl-C 结束。")
    with interruptible():
        hand_in(watched, client, unit, year)
        for _ in changes(folder, watch_filter=None, rust_timeout=STEADY_MS, yield_on_timeout=True):
            hand_in(watched, client, unit, year)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
