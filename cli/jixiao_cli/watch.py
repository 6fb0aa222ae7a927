"""``jixiao watch FOLDER``: hands in every file that appears in a folder, once, and leaves it where it is."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from stat import S_ISREG
from typing import Annotated

import typer

from jixiao.runtime.errors import JixiaoError
from jixiao_cli.client import Client, Refused, Unreachable, connect
from jixiao_cli.local.signals import interruptible
from jixiao_cli.upload import UnitOption, UrlOption, YearOption

STEADY_MS = 1_000
LEDGER = ".jixiao-uploaded"
LATER = (401, 403, 429, 500, 502, 503, 504)
Stamp = tuple[int, int]  # size and time of the last change

FolderArgument = Annotated[Path, typer.Argument(exists=True, file_okay=False, metavar="FOLDER")]


class Folder:
    """A watched folder. What was handed in stands, by content, in the file ``.jixiao-uploaded`` inside it."""

    def __init__(self, path: Path) -> None:
        """Raises JixiaoError when nothing can be noted in the folder."""
        self.path = path
        self._ledger = path / LEDGER
        try:
            with self._ledger.open("a+", encoding="utf-8") as ledger:
                ledger.seek(0)
                self._known = {line.split(" ", 1)[0] for line in ledger}
        except OSError as fault:
            raise JixiaoError(f"无法在 {path} 中写入上报记录 {LEDGER}（{fault}）。请检查文件夹的权限。") from fault
        self._stamps: dict[Path, Stamp] = {}
        self._settled: dict[Path, Stamp] = {}

    def complete(self) -> Iterator[tuple[Path, bytes]]:
        """The files not handed in yet whose size and time are as they were at the last look, with their content."""
        before, self._stamps = self._stamps, dict(self._look())
        for file, stamp in sorted(self._stamps.items()):
            if before.get(file) != stamp or self._settled.get(file) == stamp:
                continue
            try:
                data = file.read_bytes()
            except OSError:
                continue  # taken away, or still locked by its writer: the next look decides
            if not data or _sha256(data) in self._known:
                self._settled[file] = stamp
            else:
                yield file, data

    def remember(self, data: bytes, result: str) -> None:
        """Note that this content needs no further attempt."""
        self._known.add(_sha256(data))
        with self._ledger.open("a", encoding="utf-8") as ledger:
            ledger.write(f"{_sha256(data)} {result}\n")

    def _look(self) -> Iterator[tuple[Path, Stamp]]:
        for file in self.path.rglob("*"):
            if file.name.startswith((".", "~$")):
                continue
            with suppress(FileNotFoundError):
                status = file.stat()
                if S_ISREG(status.st_mode):
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
                folder.remember(data, "refused")
        else:
            typer.echo(f"{file}：已接收，编号 {upload_id}")
            folder.remember(data, upload_id)


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
