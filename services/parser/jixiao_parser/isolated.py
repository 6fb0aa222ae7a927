"""``read`` in processes of their own, one a file, with limits that fit what the bytes seem to be."""

import asyncio

from pydantic import ValidationError

from jixiao.runtime.errors import Unreadable
from jixiao.runtime.sandbox import MIB, Call, Limits, ReaderDied, run
from jixiao_parser import office
from jixiao_parser.answers import Answer, answer, answer_converted, answer_seen, opened
from jixiao_parser.kinds import Kind
from jixiao_parser.limits import ARCHIVE
from jixiao_parser.readers.archive import Member
from jixiao_parser.reading import Reading, document_id, finished, joined

LIMITS: tuple[tuple[bytes, Limits], ...] = (
    (b"PK", Limits(memory=512 * MIB, cpu=20, wall=60.0, result=ARCHIVE + 16 * MIB)),
    (b"", Limits(memory=384 * MIB, cpu=10, wall=30.0)),
)
"""What reading may use, by how the bytes begin: archives (XLSX and others), then everything else."""

SIGHT = Limits(memory=2048 * MIB, cpu=400, wall=420.0)
"""For pictures: the recogniser maps 2 GiB and takes some ten seconds a page."""

ARCHIVE_SECONDS = 180.0
_TOO_LONG = "压缩包中的文件太多，读取超过时间上限，未读取该文件。请拆分压缩包后重新上传。"
_DIED = "读取该文件的进程两次意外中止，文件可能内容异常。请另存为XLSX后单独上传。"


async def read_isolated(data: bytes, name: str) -> Reading:
    """Read a file in a process of its own, and each file of an archive in another.

    Raises Unreadable as ``read`` does and ReaderDied when the process ended.
    """
    document = document_id(data)
    found = await _ask(answer, data, name, document, None)
    if isinstance(found, tuple):
        return finished(await _read_members(found, document))
    return finished(await _complete(found, data, name, document, None))


async def _ask(
    call: Call, data: bytes, name: str, document: str, member: str | None, limits: Limits | None = None
) -> Answer:
    limits = limits or next(limits for beginning, limits in LIMITS if data.startswith(beginning))
    told = await run(call, data, name, document, member, limits=limits)
    try:
        return opened(told)
    except (ValueError, ValidationError) as fault:
        raise ReaderDied(f"the answer is no reading: {fault}") from fault


async def _complete(found: Answer, data: bytes, name: str, document: str, member: str | None) -> Reading:
    """The reading, after the look at pictures or the conversion that it may need."""
    if found is Kind.PICTURE:
        found = await _ask(answer_seen, data, name, document, member, SIGHT)
    if isinstance(found, Kind):
        converted = await run(office.convert, data, found.value, limits=office.LIMITS)
        found = await _ask(answer_converted, converted, name, document, member)
    if not isinstance(found, Reading):
        raise ReaderDied("the answer is no reading")
    return found


async def _read_members(found: tuple[Member, ...], document: str) -> Reading:
    clock = asyncio.get_running_loop().time
    end = clock() + ARCHIVE_SECONDS
    outcomes = []
    for member in found:
        late = _TOO_LONG if clock() > end else None
        outcomes.append((member.path, member.reason or late or await _outcome(member, document)))
    return joined(outcomes)


async def _outcome(member: Member, document: str) -> Reading | str:
    """What came of a file of an archive. One that ends its process does not spoil the others."""
    for _ in range(2):
        try:
            told = await _ask(answer, member.content, member.path, document, member.path)
            return await _complete(told, member.content, member.path, document, member.path)
        except Unreadable as fault:
            return fault.reason
        except ReaderDied:
            continue
    return _DIED


def read_isolated_now(data: bytes, name: str) -> Reading:
    """The same for callers without an event loop."""
    found: list[Reading] = []

    async def work() -> None:
        found.append(await read_isolated(data, name))

    asyncio.run(work())  # without a result: the end of the loop would print it for a message that nobody sees
    return found[0]
