"""``read`` in a process of its own, with limits that fit what the bytes seem to be."""

import asyncio

from pydantic import ValidationError

from jixiao.runtime.sandbox import MIB, Limits, ReaderDied, run
from jixiao_parser.reading import Reading, read_as_json

LIMITS: tuple[tuple[bytes, Limits], ...] = (
    (b"PK", Limits(memory=512 * MIB, cpu=20, wall=60.0)),
    (b"", Limits(memory=384 * MIB, cpu=10, wall=30.0)),
)
"""What reading may use, by how the bytes begin: archives (XLSX and others), then everything else."""


async def read_isolated(data: bytes, name: str) -> Reading:
    """Read a file in a process of its own. Raises Unreadable as ``read`` does and ReaderDied when the process ended."""
    limits = next(limits for beginning, limits in LIMITS if data.startswith(beginning))
    answer = await run(read_as_json, data, name, limits=limits)
    try:
        return Reading.model_validate_json(answer)
    except ValidationError as fault:
        raise ReaderDied(f"the answer is no reading: {fault}") from fault


def read_isolated_now(data: bytes, name: str) -> Reading:
    """The same for callers without an event loop."""
    return asyncio.run(read_isolated(data, name))
