"""Reading request bodies as they stream in: counted, spooled to disk, never whole in memory."""

import re
from collections.abc import AsyncGenerator
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast
from urllib.parse import unquote

from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from jixiao.events.topics import FILE_LIMIT, MIB
from jixiao_gateway.intake import check_size
from jixiao_gateway.problems import Problem

FILES_LIMIT = 100
FORM_LIMIT = 256 * MIB
FIELD_LIMIT = 4096
FIELDS_LIMIT = 20
# a client that is still sending sees the refusal only when somebody reads on
DRAIN_LIMIT = 64 * MIB
# RFC 5987, which python-multipart leaves out: filename*=UTF-8''%E7%BB%A9.xlsx
_EXTENDED_NAME = re.compile(rb"filename\*\s*=\s*([\w-]+)'[^']*'([^;\s]+)", re.IGNORECASE)


async def raw_file(request: Request) -> UploadFile:
    """The whole body as one file. Raises Problem 413 or 422."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > DRAIN_LIMIT:
        check_size(int(declared))
    file = UploadFile(cast(BinaryIO, SpooledTemporaryFile(max_size=MIB)), size=0)  # noqa: SIM115
    seen = 0
    try:
        async for chunk in _stream(request):
            seen += len(chunk)
            if seen <= FILE_LIMIT:
                await file.write(chunk)
            elif seen > DRAIN_LIMIT:
                break
        check_size(seen)
    except BaseException:
        await file.close()
        raise
    await file.seek(0)
    return file


def is_multipart(request: Request) -> bool:
    """Whether the body is a form that may have files."""
    return request.headers.get("content-type", "").lower().startswith("multipart/form-data")


async def form(request: Request) -> FormData:
    """A multipart form. Raises Problem 413 or 422; a single file beyond its limit is not refused here."""
    stream = _counted(request)
    parser = MultiPartParser(
        request.headers, stream, max_files=FILES_LIMIT, max_fields=FIELDS_LIMIT, max_part_size=FIELD_LIMIT
    )
    try:
        return await parser.parse()
    except MultiPartException as fault:
        detail = f"表单格式有误（{fault.message}）。一次最多 {FILES_LIMIT} 个文件。"
        raise Problem(422, "invalid-form", detail) from fault


def files(form: FormData) -> list[UploadFile]:
    """The files of a form, whatever their fields are called; a field that was left empty is none."""
    return [item for _, item in form.multi_items() if isinstance(item, UploadFile) and (item.filename or item.size)]


def raw_name(request: Request) -> str:
    """The file's name: ``?name=``, else ``filename*`` or ``filename`` of Content-Disposition, else empty."""
    if name := request.query_params.get("name"):
        return name
    header = request.headers.get("content-disposition", "").encode("latin-1", "replace")
    if extended := _EXTENDED_NAME.search(header):
        charset, value = extended.group(1).decode(), extended.group(2).decode("latin-1")
        return unquote(value, encoding="gb18030" if charset.lower().startswith("gb") else "utf-8", errors="replace")
    _, options = parse_options_header(header)
    return _utf8(options.get(b"filename", b""))


def _utf8(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


async def _counted(request: Request) -> AsyncGenerator[bytes, None]:
    seen = 0
    async for chunk in _stream(request):
        seen += len(chunk)
        if seen > FORM_LIMIT:
            limit = FORM_LIMIT // MIB
            raise Problem(413, "too-large", f"一次上报的文件合计超过 {limit} MiB。请分几次上报。")
        yield chunk


async def _stream(request: Request) -> AsyncGenerator[bytes, None]:
    try:
        async for chunk in request.stream():
            yield chunk
    except ClientDisconnect as fault:
        raise Problem(400, "cut-off", "文件没有传完，连接已断开。请重新上报。") from fault
