"""What kind of file some bytes are, judged from the bytes; the name decides only between shapes of text."""

import io
import zipfile
import zlib
from enum import StrEnum

from jixiao.runtime.errors import Unreadable
from jixiao_parser.ole import root_names


class Kind(StrEnum):
    """The kinds of files that are told apart."""

    TEXT = "text"
    CSV = "csv"
    HTML = "html"
    XLSX = "xlsx"
    DOCX = "docx"
    XLS = "xls"
    DOC = "doc"
    RTF = "rtf"
    ODT = "odt"
    ODS = "ods"
    ZIP = "zip"
    ENCRYPTED = "encrypted"
    OLE = "ole"
    PDF = "pdf"
    PICTURE = "picture"
    OFD = "ofd"
    BINARY = "binary"


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"BM")
_OLE_STREAMS = (
    ("EncryptedPackage", Kind.ENCRYPTED),
    ("Workbook", Kind.XLS),
    ("Book", Kind.XLS),
    ("WordDocument", Kind.DOC),
)
_OPEN_DOCUMENTS = (
    (b"application/vnd.oasis.opendocument.text", Kind.ODT),
    (b"application/vnd.oasis.opendocument.spreadsheet", Kind.ODS),
)
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_HEAD = 4096
_BINARY_SHARE = 0.02
_CONTROLS = bytes(byte for byte in range(1, 32) if byte not in (9, 10, 11, 12, 13, 27))
CSV_LINES = 3  # a long paragraph has commas as well


def kind_of(data: bytes, name: str) -> Kind:
    """The kind of a file. Raises Unreadable when it is empty or a broken archive."""
    if not data:
        raise Unreadable("文件是空的（0字节）。请检查后重新上传。")
    if data.startswith(b"PK"):
        return _kind_of_archive(data)
    if data.startswith(_OLE):
        return _kind_of_ole(data)
    if data.startswith(b"{\\rtf"):
        return Kind.RTF
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
            declared = archive.open("mimetype").read(100) if "mimetype" in members else b""
    except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, EOFError, RuntimeError) as fault:
        raise Unreadable("文件已损坏或不完整，无法打开。请在原程序中重新另存后再上传。") from fault
    for beginning, kind in _OPEN_DOCUMENTS:
        if declared.startswith(beginning):
            return kind
    if "xl/workbook.xml" in members:
        return Kind.XLSX
    if any(name.startswith("word/document") and name.endswith(".xml") for name in members):
        return Kind.DOCX
    return Kind.OFD if "OFD.xml" in members else Kind.ZIP


def _kind_of_ole(data: bytes) -> Kind:
    names = root_names(data)
    return next((kind for name, kind in _OLE_STREAMS if name in names), Kind.OLE)


def _looks_binary(head: bytes) -> bool:
    """Whether bytes without a byte order mark are no text: control characters, but for UTF-16's zeros."""
    controls = len(head) - len(head.translate(None, _CONTROLS))
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
    return Kind.CSV if len(lines) >= CSV_LINES and tabs == 0 and commas > len(lines) * 0.8 else Kind.TEXT
