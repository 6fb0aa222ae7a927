"""Bytes to text: UTF-8, UTF-16 and GB18030, with and without byte order mark."""

from jixiao.runtime.errors import Unreadable

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def decode(data: bytes) -> str:
    """The text, without zero bytes, which no database keeps. Raises Unreadable when it is in none of the encodings."""
    for encoding in _candidates(data):
        try:
            return data.decode(encoding).replace("\0", "")
        except UnicodeDecodeError:
            continue
    raise Unreadable("文本编码无法识别（应为UTF-8、UTF-16或GB18030）。请用记事本打开，另存为UTF-8编码后重新上传。")


def _candidates(data: bytes) -> list[str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return [encoding]
    even, odd = data[0:4096:2].count(0), data[1:4096:2].count(0)
    if odd > even:
        return ["utf-16-le"]
    if even > odd:
        return ["utf-16-be"]
    return ["utf-8", "gb18030"]
