"""What kind of file some bytes are, judged from the bytes; the name decides only between shapes of text."""

import io
import zipfile
from enum import StrEnum

from jixiao.runtime.errors import Unreadable


class Kind(StrEnum):
    """The kinds of files that are told apart."""

    TEXT = "text"
    CSV = "csv"
    HTML = "html"
    XLSX = "xlsx"
    DOCX = "docx"
    ZIP = "zip"
    OLE = "ole"
    PDF = "pdf"
    PICTURE = "picture"
    OFD = "ofd"
    BINARY = "binary"


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"BM")
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_HEAD = 4096
_BINARY_SHARE = 0.02


def kind_of(data: bytes, name: str) -> Kind:
    """The kind of a file. Raises Unreadable when it is empty or a broken archive."""
    if not data:
        raise Unreadable("文件是空的（0字节）。请检查后重新上传。")
    if data.startswith(b"PK"):
        return _kind_of_archive(data)
    if data.startswith(_OLE):
        return Kind.OLE
    if b"%PDF-" in data[:1024]:
        return Kind.PDF
    if data.startswith(_PICTURES):
        return Kind.PICTURE
    if not data.startswith(_BOMS) and _looks_binary(data[:_HEAD]):
        return Kind.BINARY
    return _kind_of_text(data, name)


def _kind_of_archive(data: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as fault:
        raise Unreadable("文件已损坏或不完整，无法打开。请在原程序中重新另存后再上传。") from fault
    for member, kind in (
        ("xl/workbook.xml", Kind.XLSX),
        ("word/document.xml", Kind.DOCX),
        ("OFD.xml", Kind.OFD),
    ):
        if member in members:
            return kind
    return Kind.ZIP


def _looks_binary(head: bytes) -> bool:
    """Whether bytes without a byte order mark are no text: control characters, but for UTF-16's zeros."""
    controls = sum(byte < 32 and byte not in (9, 10, 11, 12, 13, 27) for byte in head if byte)
    zeros = head.count(0)
    return controls > len(head) * _BINARY_SHARE or (0 < zeros < len(head) * 0.1)


def _kind_of_text(data: bytes, name: str) -> Kind:
    head = data[: 64 * 1024].replace(b"\0", b"").lower()
    if b"<html" in head or b"<!doctype html" in head or b"<table" in head:
        return Kind.HTML
    if name.lower().endswith((".csv", ".tsv")):
        return Kind.CSV
    lines = [line for line in head.splitlines() if line.strip()]
    tabs = sum(b"\t" in line for line in lines)
    commas = sum(line.count(b",") >= 3 for line in lines)
    return Kind.CSV if lines and tabs == 0 and commas > len(lines) * 0.8 else Kind.TEXT
