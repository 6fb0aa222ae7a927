"""What the process that reads a file answers: a reading, the files of an archive, or what must be done first.

A conversion by LibreOffice, or a look at pictures, which takes more time and memory than other files are given.

The answer is one byte for its kind, then JSON; after the list of an archive's files follow their contents.
"""

import struct
from collections.abc import Iterator
from dataclasses import replace

from jixiao.forms.model import Model
from jixiao_parser.kinds import Kind
from jixiao_parser.readers import CONVERTED, READERS
from jixiao_parser.readers.archive import Member, members
from jixiao_parser.readers.sight import can_see
from jixiao_parser.reading import Reading, document_of, kind_within_size, read_seen, reading_of
from jixiao_parser.warm import warm_up

__all__ = ["Answer", "answer", "answer_converted", "answer_seen", "opened", "warm_up"]

_READING, _ARCHIVE, _CONVERSION = b"R", b"A", b"C"
_LENGTH = struct.Struct("!I")
VIA_OFFICE = "libreoffice"


class _Listed(Model):
    path: str
    size: int
    reason: str | None


class _Listing(Model):
    files: tuple[_Listed, ...]


Answer = Reading | tuple[Member, ...] | Kind


def answer(data: bytes, name: str, document: str, member: str | None) -> bytes:
    """Read a file, or say what must be done first. Runs in a process of its own; raises Unreadable."""
    kind = kind_within_size(data, name)
    if kind is Kind.ZIP and member is None:
        return b"".join(_packed(tuple(members(data))))
    if kind in CONVERTED:
        return _CONVERSION + kind.value.encode()
    found = document_of(data, name, document, member)
    if found.pictures and can_see():
        return _CONVERSION + Kind.PICTURE.value.encode()
    return _READING + reading_of(found).model_dump_json().encode()


def answer_seen(data: bytes, name: str, document: str, member: str | None) -> bytes:
    """Read a file with pictures by what they show. Runs in a process of its own; raises Unreadable."""
    return _READING + read_seen(data, name, document, member).model_dump_json().encode()


def answer_converted(data: bytes, name: str, document: str, member: str | None) -> bytes:
    """Read what LibreOffice made of a file. Runs in a process of its own; raises Unreadable."""
    found = READERS[kind_within_size(data, name)](data, document)
    found = replace(found, member=member, reader=f"{VIA_OFFICE}+{found.reader}")
    return _READING + reading_of(found).model_dump_json().encode()


def opened(data: bytes) -> Answer:
    """An answer as a value. Raises ValueError when it is none."""
    if data[:1] == _READING:
        return Reading.model_validate_json(data[1:])
    if data[:1] == _CONVERSION:
        return Kind(data[1:].decode())
    if data[:1] != _ARCHIVE:
        raise ValueError("an answer of an unknown kind")
    return tuple(_unpacked(data))


def _packed(found: tuple[Member, ...]) -> Iterator[bytes]:
    files = (_Listed(path=each.path, size=len(each.content), reason=each.reason) for each in found)
    listing = _Listing(files=tuple(files)).model_dump_json().encode()
    yield from (_ARCHIVE, _LENGTH.pack(len(listing)), listing)
    yield from (each.content for each in found)


def _unpacked(data: bytes) -> Iterator[Member]:
    if len(data) < 1 + _LENGTH.size:
        raise ValueError("a list of files cut short")
    at = 1 + _LENGTH.size + _LENGTH.unpack_from(data, 1)[0]
    for each in _Listing.model_validate_json(data[1 + _LENGTH.size : at]).files:
        yield Member(each.path, data[at : at + each.size], each.reason)
        at += each.size
