"""What kind of file it is, judged by its content alone: the door refuses only what is never a report."""

import codecs
from dataclasses import dataclass

HEAD = 4096


@dataclass(frozen=True, slots=True)
class Kind:
    """``refused`` names in Chinese a kind that we never read; None when the parser may have a look."""

    media_type: str
    refused: str | None = None


_SIGNATURES: tuple[tuple[bytes, Kind], ...] = (
    (b"%PDF-", Kind("application/pdf")),
    (b"PK\x03\x04", Kind("application/zip")),
    (b"PK\x05\x06", Kind("application/zip")),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind("application/x-ole-storage")),
    (b"{\\rtf", Kind("application/rtf")),
    (b"\x89PNG\r\n\x1a\n", Kind("image/png")),
    (b"\xff\xd8\xff", Kind("image/jpeg")),
    (b"II*\x00", Kind("image/tiff")),
    (b"MM\x00*", Kind("image/tiff")),
    (b"BM", Kind("image/bmp")),
    (b"MZ", Kind("application/vnd.microsoft.portable-executable", "可执行程序")),
    (b"\x7fELF", Kind("application/x-executable", "可执行程序")),
    (b"\xcf\xfa\xed\xfe", Kind("application/x-mach-binary", "可执行程序")),
    (b"\xca\xfe\xba\xbe", Kind("application/java-vm", "可执行程序")),
    (b"\x1aE\xdf\xa3", Kind("video/x-matroska", "视频")),
    (b"\x00\x00\x01\xba", Kind("video/mpeg", "视频")),
    (b"FLV\x01", Kind("video/x-flv", "视频")),
    (b"ID3", Kind("audio/mpeg", "音频")),
    (b"OggS", Kind("audio/ogg", "音频")),
    (b"fLaC", Kind("audio/flac", "音频")),
    (b"Rar!\x1a\x07", Kind("application/vnd.rar", "RAR 压缩包")),
    (b"7z\xbc\xaf\x27\x1c", Kind("application/x-7z-compressed", "7z 压缩包")),
    (b"\x1f\x8b", Kind("application/gzip", "GZIP 压缩包")),
)
_WORDS = frozenset({b"BM", b"MZ", b"ID3", b"OggS", b"fLaC"})
_OFFICE = (
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
)
_RIFF = {b"AVI ": Kind("video/x-msvideo", "视频"), b"WAVE": Kind("audio/wav", "音频"), b"WEBP": Kind("image/webp")}
_BYTE_ORDER_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_TEXT_CONTROLS = frozenset(b"\t\n\r\f\x1b")


def judge(data: bytes) -> Kind:
    """The kind of a file's content. What is unknown is left to the parser, which gives the reason."""
    head = data[:HEAD]
    text = _is_text(head)
    for signature, kind in _SIGNATURES:
        # a line of text may begin with "MZ" or "BM" as well
        if head.startswith(signature) and not (text and signature in _WORDS):
            return _office(data) if kind.media_type == "application/zip" else kind
    if text:
        return Kind("text/html" if b"<html" in head.lower() else "text/plain")
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], Kind("application/octet-stream"))
    if head[4:8] == b"ftyp":
        return Kind("image/heic") if head[8:12] in (b"heic", b"mif1") else Kind("video/mp4", "视频")
    return Kind("application/octet-stream")


def _office(data: bytes) -> Kind:
    for folder, media_type in _OFFICE:
        if folder in data:
            return Kind(media_type)
    return Kind("application/zip")


def _is_text(head: bytes) -> bool:
    if head.startswith(_BYTE_ORDER_MARKS):
        return True
    return all(byte >= 32 or byte in _TEXT_CONTROLS for byte in head)
