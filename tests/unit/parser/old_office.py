"""Old office files built for a test: the OLE container, and workbooks in it."""

import struct
from collections.abc import Mapping, Sequence

_SECTOR = 512
_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_NUMBER_FORMATS = ("General", "0.00", "0.00%")
_FIRST_OWN_FORMAT = 164


def ole(streams: Mapping[str, bytes]) -> bytes:
    """An OLE file with these streams at its root."""
    contents = [data.ljust(4096, b"\0") for data in streams.values()]
    contents = [data + bytes(-len(data) % _SECTOR) for data in contents]
    entries = [_entry("Root Entry", 5, child=1, start=_END, size=0)]
    chains = [_chain(1, (len(contents) + 4) // 4)]
    begin = 1 + len(chains[0])
    for at, (name, data) in enumerate(zip(streams, contents, strict=True), start=1):
        right = at + 1 if at < len(contents) else _FREE
        entries.append(_entry(name, 2, right=right, start=begin, size=len(data)))
        chains.append(_chain(begin, len(data) // _SECTOR))
        begin += len(chains[-1])
    table = [_TABLE, *(each for chain in chains for each in chain)]
    assert len(table) <= _SECTOR // 4
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xIIIIIIIII", 62, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, _END, 0, _END, 0)
    header += struct.pack("<109I", 0, *[_FREE] * 108)
    sectors = struct.pack(f"<{_SECTOR // 4}I", *table, *[_FREE] * (_SECTOR // 4 - len(table)))
    directory = b"".join(entries)
    directory += bytes(-len(directory) % _SECTOR)
    return header + sectors + directory + b"".join(contents)


def _chain(begin: int, sectors: int) -> list[int]:
    return [*range(begin + 1, begin + sectors), _END]


def _entry(name: str, kind: int, *, right: int = _FREE, child: int = _FREE, start: int, size: int) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    head = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, _FREE, right, child)
    return head + bytes(36) + struct.pack("<III", start, size, 0)


Cells = Mapping[tuple[int, int], str | tuple[float, str] | bool]
Merge = tuple[int, int, int, int]


def xls(sheets: Mapping[str, tuple[Cells, Sequence[Merge]]], *, encrypted: bool = False) -> bytes:
    """A workbook of sheets, each its cells by (row, column) and its merged areas (top, down, left, right), from 0.

    A number comes with its number format.
    """
    return ole({"Workbook": _workbook(sheets, encrypted)})


def _workbook(sheets: Mapping[str, tuple[Cells, Sequence[Merge]]], encrypted: bool) -> bytes:
    head = _begin(5) + (_record(0x2F, struct.pack("<H", 0) + bytes(4)) if encrypted else b"") + _record(0x42, b"\xb0\4")
    head += _record(0x31, struct.pack("<HHHHHBBBB", 200, 0, 0x7FFF, 400, 0, 0, 0, 0, 0) + _text("Arial", "<B"))
    for at, code in enumerate(_NUMBER_FORMATS):
        head += _record(0x41E, struct.pack("<H", _FIRST_OWN_FORMAT + at) + _text(code, "<H"))
    for at in range(len(_NUMBER_FORMATS)):
        head += _record(0xE0, struct.pack("<HHH", 0, _FIRST_OWN_FORMAT + at, 1) + bytes(14))
    bodies = [_sheet(cells, merges) for cells, merges in sheets.values()]
    size = len(head) + sum(4 + 6 + len(_text(name, "<B")) for name in sheets) + 4
    for name, body in zip(sheets, bodies, strict=True):
        head += _record(0x85, struct.pack("<IBB", size, 0, 0) + _text(name, "<B"))
        size += len(body)
    return head + _record(0x0A) + b"".join(bodies)


def _sheet(cells: Cells, merges: Sequence[Merge]) -> bytes:
    body = _begin(0x10)
    for (row, column), value in sorted(cells.items()):
        if isinstance(value, bool):
            body += _record(0x205, struct.pack("<HHHBB", row, column, 0, value, 0))
        elif isinstance(value, str):
            body += _record(0x204, struct.pack("<HHH", row, column, 0) + _text(value, "<H"))
        else:
            style = _NUMBER_FORMATS.index(value[1])
            body += _record(0x203, struct.pack("<HHHd", row, column, style, value[0]))
    body += _record(0xE5, struct.pack("<H", len(merges)) + b"".join(struct.pack("<4H", *each) for each in merges))
    return body + _record(0x0A)


def _begin(kind: int) -> bytes:
    return _record(0x809, struct.pack("<HHHHII", 0x600, kind, 0xDBB, 0x7CC, 0, 6))


def _record(code: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", code, len(data)) + data


def _text(text: str, length: str) -> bytes:
    return struct.pack(length, len(text)) + b"\1" + text.encode("utf-16-le")


def as_xls(grid: tuple[tuple[str, ...], ...]) -> bytes:
    """The grid as the one sheet of a workbook, every cell text."""
    cells = {(row, column): text for row, line in enumerate(grid) for column, text in enumerate(line) if text}
    return xls({"自评表": (cells, [])})
