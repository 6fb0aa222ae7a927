"""Taking files in: answered only after the brokers confirmed, so that an accepted upload is never lost."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from uuid import uuid4

import structlog
from limits import parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from starlette.datastructures import UploadFile

from jixiao.events.topics import FILE_LIMIT, MIB
from jixiao.runtime import metrics
from jixiao.runtime.errors import RetryLater
from jixiao.runtime.message import Outgoing
from jixiao_gateway.kinds import judge
from jixiao_gateway.problems import Problem
from jixiao_gateway.upload import Declared, Upload

log = structlog.get_logger(__name__)

BULK_LIMIT = "50 per 10 minutes"
FILES_IN_MEMORY = 4


class Sender(Protocol):
    """What the intake needs of a producer."""

    async def send(self, message: Outgoing) -> None:
        """Send one event. Raises RetryLater when the brokers did not confirm it."""


class Lanes:
    """Which lane a file takes: what one uploader sends beyond the limit goes into the bulk lane (a gateway's count)."""

    def __init__(self, limit: str = BULK_LIMIT) -> None:
        self._limit = parse(limit)
        self._window = MovingWindowRateLimiter(MemoryStorage())

    async def is_bulk(self, uploader: str) -> bool:
        """Count one file of this uploader; True when it is beyond the limit."""
        return not await self._window.hit(self._limit, uploader)


@dataclass(frozen=True)
class Intake:
    """The door for files. ``note`` is told of each accepted upload and must not wait for the database."""

    sender: Sender
    lanes: Lanes
    note: Callable[[Upload], None]
    memory: asyncio.Semaphore

    async def accept(self, file: UploadFile, name: str, declared: Declared) -> Upload:
        """Take one file in. Raises Problem (413, 415, 422, 503) when it is refused or was not confirmed."""
        try:
            check_size(file.size or 0)
            async with self.memory:
                upload = await self._send(await file.read(), name, declared)
        except Problem as problem:
            metrics.UPLOADS.labels(str(problem.status)).inc()
            raise
        metrics.UPLOADS.labels("accepted").inc()
        self.note(upload)
        return upload

    async def _send(self, data: bytes, name: str, declared: Declared) -> Upload:
        check_kind(data)
        upload = Upload.of(data, name, declared, uuid4(), datetime.now(UTC))
        bulk = await self.lanes.is_bulk(declared.uploader)
        try:
            await self.sender.send(upload.message(data, bulk))
        except RetryLater as fault:
            log.warning("upload not confirmed", upload=str(upload.id), fault=str(fault))
            detail = "消息服务没有确认收到文件，本次上报未被受理。请稍后重新上报同一文件。"
            raise Problem(503, "not-confirmed", detail) from fault
        log.info("upload accepted", trace=upload.id.hex, upload=str(upload.id), size=upload.size, bulk=bulk)
        return upload


def check_size(size: int) -> None:
    """Refuse an empty file and one beyond the limit."""
    if size == 0:
        raise Problem(422, "empty-file", "文件是空的，没有任何内容。请检查文件后重新上报。")
    if size > FILE_LIMIT:
        limit = FILE_LIMIT // MIB
        raise Problem(413, "too-large", f"文件超过 {limit} MiB 的上限。请拆分文件，或压缩其中的图片后重新上报。")


def check_kind(data: bytes) -> None:
    """Refuse what is never a report."""
    refused = judge(data).refused
    if refused is not None:
        detail = f"文件内容是{refused}，不予受理。请上报 Excel、Word、PDF、图片、网页、文本或 ZIP 文件。"
        raise Problem(415, "unsupported-kind", detail)
