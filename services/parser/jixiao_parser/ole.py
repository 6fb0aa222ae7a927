"""What stands at the root of an OLE file, the container of old Office formats; and so, what the file is."""

import struct
from collections.abc import Iterator

_SECTORS_IN_HEADER = 109
_NONE = 0xFFFFFFFA  # sector and entry numbers from here on mean "none"
_ENTRY = 128
_MOST = 4096  # sectors and entries looked at; the root of a real file needs a few


def root_names(data: bytes) -> frozenset[str]:
    """The names of streams and storages at the root; what is broken gives fewer."""
    try:
        return frozenset(_names(_directory(data)))
    except (struct.error, IndexError, UnicodeDecodeError):
        return frozenset()


def _directory(data: bytes) -> bytes:
    """The directory stream, by its chain of sectors."""
    size = 1 << max(9, min(struct.unpack_from("<H", data, 30)[0], 16))
    (sector,) = struct.unpack_from("<I", data, 48)
    table = struct.unpack_from(f"<{_SECTORS_IN_HEADER}I", data, 76)
    found: list[bytes] = []
    while sector < _NONE and len(found) < _MOST:
        found.append(data[(sector + 1) * size : (sector + 2) * size])
        place, entry = divmod(sector, size // 4)
        (sector,) = struct.unpack_from("<I", data, (table[place] + 1) * size + entry * 4)
    return b"".join(found)


def _names(directory: bytes) -> Iterator[str]:
    """The names in the tree of siblings below the root entry."""
    waiting = [struct.unpack_from("<I", directory, 76)[0]]
    seen: set[int] = set()
    while waiting and len(seen) < _MOST:
        at = waiting.pop()
        if at >= _NONE or at in seen:
            continue
        seen.add(at)
        entry = directory[at * _ENTRY : (at + 1) * _ENTRY]
        (length,) = struct.unpack_from("<H", entry, 64)
        yield entry[: min(length, 64)].decode("utf-16-le").rstrip("\0")
        waiting += struct.unpack_from("<II", entry, 68)
