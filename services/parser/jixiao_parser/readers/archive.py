"""ZIP archives: the files inside, archives in archives included. Counted before anything is unpacked."""

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from lzma import LZMAError

from jixiao.runtime.errors import Unreadable
from jixiao_parser.kinds import Kind, kind_of
from jixiao_parser.limits import ARCHIVE, ARCHIVE_DEPTH, ARCHIVE_FILES, FILE, MIB
from jixiao_parser.readers.package import ENCRYPTED

_BROKEN = "文件在压缩包中已损坏，无法解压。请重新压缩后上传，或解压后单独上传该文件。"
_JUNK = frozenset((".ds_store", "thumbs.db", "desktop.ini"))
_LONGEST = 200
_UTF8 = 0x800


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive: its path, and its content or why there is none."""

    path: str
    content: bytes = b""
    reason: str | None = None


def members(data: bytes) -> Iterator[Member]:
    """The files of an archive in their order. Raises Unreadable when they are too many or too large together."""
    yield from _Unpacking().members(data, "", 1)


class _Unpacking:
    """What has been counted so far, all levels together."""

    def __init__(self) -> None:
        self.files = 0
        self.size = 0

    def members(self, data: bytes, folder: str, depth: int) -> Iterator[Member]:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = [info for info in archive.infolist() if not _is_junk(info)]
            self._count(found)
            for info in found:
                path = folder + _path(info)
                member = _member(archive, info, path)
                if member.reason is None and _is_archive(member):
                    yield from self._inner(member, depth)
                else:
                    yield member

    def _inner(self, member: Member, depth: int) -> Iterator[Member]:
        if depth == ARCHIVE_DEPTH:
            yield Member(member.path, reason=f"压缩包嵌套超过{ARCHIVE_DEPTH}层，未读取。请解压后单独上传其中的文件。")
            return
        try:
            yield from self.members(member.content, f"{member.path}/", depth + 1)
        except zipfile.BadZipFile:
            yield Member(member.path, reason=_BROKEN)

    def _count(self, found: Sequence[zipfile.ZipInfo]) -> None:
        self.files += len(found)
        self.size += sum(info.file_size for info in found)
        if self.files > ARCHIVE_FILES or self.size > ARCHIVE:
            raise Unreadable(
                f"压缩包解压后超过上限（已计{self.files}个文件、{self.size // MIB} MiB，"
                f"上限{ARCHIVE_FILES}个、{ARCHIVE // MIB} MiB）。请拆分后重新上传。"
            )


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: str) -> Member:
    if info.flag_bits & 1:
        return Member(path, reason=ENCRYPTED)
    if info.file_size > FILE:
        return Member(path, reason=f"文件有{info.file_size // MIB} MiB，超过上限{FILE // MIB} MiB。请拆分后重新上传。")
    try:
        return Member(path, archive.read(info))
    except (zipfile.BadZipFile, zlib.error, LZMAError, OSError, EOFError, ValueError, NotImplementedError):
        return Member(path, reason=_BROKEN)


def _is_archive(member: Member) -> bool:
    try:
        return kind_of(member.content, member.path) is Kind.ZIP
    except Unreadable:
        return False  # its reader will say why


def _is_junk(info: zipfile.ZipInfo) -> bool:
    """Folders, and what operating and office systems leave behind."""
    path = info.orig_filename.replace("\\", "/")
    name = path.rpartition("/")[2].lower()
    return not name or name in _JUNK or name.startswith(("._", "~$")) or path.startswith("__MACOSX/")


def _path(info: zipfile.ZipInfo) -> str:
    """The path as text, for people only: UTF-8, else GB18030; control characters replaced, very long ones cut."""
    text = info.orig_filename
    if not info.flag_bits & _UTF8:
        text = _decoded(text.encode("cp437"))
    text = "".join(sign if sign.isprintable() else "\ufffd" for sign in text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]}…{text[-_LONGEST // 2 :]}"


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("cp437")
