"""An upload as a value: a name that is safe to keep and to show, and the message that carries the file."""

import hashlib
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from pydantic import Field

from jixiao.events.topics import UPLOADED, UPLOADED_BULK
from jixiao.forms.model import Model
from jixiao.runtime.message import Outgoing, cloud_event, text_headers
from jixiao_gateway.kinds import judge

NAME_LIMIT = 200
UNNAMED = "未命名文件"
EVENT_TYPE = "jixiao.report.uploaded"
SOURCE = "/jixiao/gateway"


class Declared(Model):
    """What the uploader says of his files; ``year`` has four digits.

    ``bound`` is the unit that his token carries, which he cannot choose; None: the bureau's own.
    """

    uploader: str
    bound: str | None = None
    unit: str | None = None
    year: str | None = None


class Upload(Model):
    """One file handed in once. ``document_id`` is the SHA-256 of its content in hex, ``size`` is in bytes."""

    id: UUID
    name: str
    size: int
    media_type: str
    uploader: str
    bound: str | None = Field(None, exclude=True)  # for the parser alone
    unit: str | None = None
    year: str | None = None
    document_id: str
    uploaded_at: datetime

    @classmethod
    def of(cls, data: bytes, name: str, declared: Declared, upload_id: UUID, at: datetime) -> "Upload":
        """The upload that a file's bytes make."""
        return cls(
            id=upload_id,
            name=clean_name(name),
            size=len(data),
            media_type=judge(data).media_type,
            uploader=declared.uploader,
            bound=declared.bound,
            unit=declared.unit,
            year=declared.year,
            document_id=hashlib.sha256(data).hexdigest(),
            uploaded_at=at,
        )

    def message(self, data: bytes, bulk: bool) -> Outgoing:
        """The message for the brokers: the file byte for byte, everything else in headers."""
        return Outgoing(
            topic=(UPLOADED_BULK if bulk else UPLOADED).name,
            key=self.document_id,
            value=data,
            headers=self._headers(),
        )

    def _headers(self) -> Mapping[str, str]:
        told = text_headers(
            name=self.name,
            media_type=self.media_type,
            uploader=self.uploader,
            bound=self.bound,
            unit=self.unit,
            year=self.year,
        )
        return cloud_event(EVENT_TYPE, SOURCE, self.id, self.uploaded_at, self.id.hex) | told


def clean_name(name: str) -> str:
    """A file name as data: no folders, no control or direction characters, at most NAME_LIMIT characters."""
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    kept = unicodedata.normalize("NFC", clean_text(last))
    if not kept.strip("."):
        return UNNAMED
    if len(kept) <= NAME_LIMIT:
        return kept
    stem, dot, ending = kept.rpartition(".")
    if dot and len(ending) <= 10:
        return stem[: NAME_LIMIT - len(ending) - 1] + dot + ending
    return kept[:NAME_LIMIT]


def clean_text(text: str) -> str:
    """Text of a stranger without control, direction, surrogate and unassigned characters, trimmed."""
    return "".join(char for char in text if unicodedata.category(char)[0] != "C").strip()
