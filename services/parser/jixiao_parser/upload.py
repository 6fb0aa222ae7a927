"""An upload as its message describes it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from jixiao.runtime.errors import Unreadable
from jixiao.runtime.message import Incoming


@dataclass(frozen=True, slots=True)
class Upload:
    """One file handed in once. ``unit`` and ``year`` are what the uploader declared; ``at`` orders versions.

    ``bound`` is the unit that the uploader belongs to; None: the bureau, for which no unit is a stranger.
    ``again``: it stands in the archive and is to be read by today's parser (``jixiao replay --reread``).
    """

    id: UUID
    document_id: str
    name: str
    at: datetime
    media_type: str | None
    uploader: str | None
    unit: str | None
    bound: str | None
    year: str | None
    trace: str
    again: bool = False

    @classmethod
    def of(cls, message: Incoming) -> Self:
        """The upload of a message on the upload topics. Raises Unreadable without a valid time or a content."""
        if not message.value:
            raise Unreadable("上传的文件内容为空。请检查文件后重新上报。")
        try:
            at = datetime.fromisoformat(message.headers["ce_time"].decode())
        except (KeyError, ValueError) as fault:
            raise Unreadable("消息缺少有效的上传时间（ce_time），无法确定版本先后。请重新上报该文件。") from fault
        if at.tzinfo is None:
            raise Unreadable("上传时间（ce_time）没有时区，无法确定版本先后。请重新上报该文件。")
        of_upload = message.text_header("upload_id")
        return cls(
            id=UUID(of_upload) if of_upload else message.cause,
            document_id=hashlib.sha256(message.value).hexdigest(),
            name=message.text_header("name") or "未命名文件",
            at=at,
            media_type=message.text_header("media_type"),
            uploader=message.text_header("uploader"),
            unit=message.text_header("unit"),
            bound=message.text_header("bound"),
            year=message.text_header("year"),
            trace=message.trace,
            again=of_upload is not None,
        )
