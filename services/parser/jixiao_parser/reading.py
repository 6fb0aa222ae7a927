"""``read``: from the bytes of a file to the forms in it. Pure: no file, network, clock or log."""

from collections.abc import Iterator, Sequence
from hashlib import sha256

from jixiao.forms.model import Form, Model
from jixiao.runtime.errors import Unreadable
from jixiao_parser.kinds import kind_of
from jixiao_parser.limits import FILE, MIB
from jixiao_parser.readers import READERS, refusal
from jixiao_parser.recognise import recognise

NO_FORM = "文件中没有找到项目支出绩效自评表。请确认上传的是自评表，且表中有项目名称、资金和绩效指标。"

SCANNED = "文件是扫描件或图片，没有可读取的文字。请上传自评表的原始文件（XLSX、DOCX或带文字的PDF）。"


class Reading(Model):
    """What a file holds: its forms in their order, and notes for people, such as why there is none."""

    forms: tuple[Form, ...] = ()
    notes: tuple[str, ...] = ()


def read(data: bytes, name: str) -> Reading:
    """Read a file; its kind is judged from the bytes, ``name`` helps with texts only.

    Raises Unreadable, with a reason in Chinese, for what is broken, encrypted, of an unknown kind or far too large.
    """
    if len(data) > FILE:
        raise Unreadable(
            f"文件有{len(data) / MIB:.1f} MiB，超过上限{FILE // MIB} MiB。请删去与自评表无关的内容，拆分后重新上传。"
        )
    kind = kind_of(data, name)
    reader = READERS.get(kind)
    if reader is None:
        raise Unreadable(refusal(kind, data))
    document = reader(data, sha256(data).hexdigest())
    forms = recognise(document)
    if document.pictures and not forms:
        raise Unreadable(SCANNED)
    return Reading(forms=forms, notes=tuple(_clashes(forms)) if forms else (NO_FORM,))


def _clashes(forms: Sequence[Form]) -> Iterator[str]:
    """A note for each form whose project and year a form before it has too: both are read, the later one counts."""
    seen: dict[tuple[str, str], int] = {}
    for form in forms:
        key = form.code.text or "", form.year.text or ""
        if all(key) and key in seen:
            yield (
                f"第{seen[key]}张与第{form.ordinal}张自评表的项目编码和年度相同（{key[0]}，{key[1]}），"
                "均已读取，以排在后面的一张为准。请核对是否重复。"
            )
        seen[key] = form.ordinal


def read_as_json(data: bytes, name: str) -> bytes:
    """The same as JSON, for the process of its own in which files are read."""
    return read(data, name).model_dump_json().encode()
