"""Office files are ZIP packages of XML parts: what they unpack to is counted before anything is unpacked."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jixiao.runtime.errors import Unreadable
from jixiao_parser.limits import MEMBERS, MIB, UNPACKED

FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    SyntaxError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    AssertionError,
    OSError,
    EOFError,
    NotImplementedError,
)
"""What libraries raise over a package that is broken."""

ENCRYPTED = "文件设有密码（已加密），无法读取。请取消密码后重新上传。"
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_BEGINNING = 64


@dataclass(frozen=True, slots=True)
class Words:
    """How a kind of package and its program are called in reasons."""

    thing: str
    program: str
    ending: str

    @property
    def broken(self) -> str:
        """The reason for a package that cannot be opened."""
        return f"{self.thing}已损坏或不完整，无法打开。请用{self.program}打开并另存为{self.ending}后重新上传。"


class Package:
    """The XML parts of an open archive, each unpacked when it is asked for."""

    def __init__(self, archive: zipfile.ZipFile, words: Words) -> None:
        """Raises Unreadable when the parts are far too large, or encrypted."""
        members = archive.infolist()
        _check_size(members, words)
        if any(member.flag_bits & 1 for member in members):
            raise Unreadable(ENCRYPTED)
        self.names = {member.filename for member in members}
        self._archive = archive
        self._words = words

    def part(self, name: str) -> bytes:
        """An XML part. Raises Unreadable when it declares entities, KeyError when there is none."""
        content = self._archive.read(name)
        if _declares(content):
            raise Unreadable(
                f"{self._words.thing}含有不允许的XML实体声明，已拒绝读取。"
                f"请用{self._words.program}打开并另存为{self._words.ending}后重新上传。"
            )
        return content


def xml_parts(data: bytes, words: Words) -> Iterator[bytes]:
    """All XML parts of a package. Raises Unreadable when it is too large, encrypted or declares entities."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        package = Package(archive, words)
        yield from (package.part(name) for name in archive.namelist() if name.endswith((".xml", ".rels")))


def _declares(content: bytes) -> bool:
    """Whether XML declares entities, in UTF-16 as well."""
    plain = content.replace(b"\0", b"") if b"\0" in content[:_BEGINNING] else content
    return _DECLARATION.search(plain) is not None


def _check_size(members: Sequence[zipfile.ZipInfo], words: Words) -> None:
    unpacked = sum(member.file_size for member in members)
    if unpacked > UNPACKED or len(members) > MEMBERS:
        raise Unreadable(
            f"{words.thing}解压后有{unpacked // MIB} MiB、{len(members)}个部件"
            f"（上限{UNPACKED // MIB} MiB、{MEMBERS}个），可能含有异常内容。"
            f"请新建{words.thing}，只粘贴自评表内容后重新上传。"
        )
