"""``read`` in a process of its own, with the limits of the file's kind."""

import asyncio
from collections.abc import Mapping

from pydantic import ValidationError

from jixiao.runtime.sandbox import MIB, Limits, ReaderDied, run
from jixiao_parser.kinds import Kind, kind_of
from jixiao_parser.reading import Reading, read_as_json

USUAL = Limits(memory=512 * MIB, cpu=10, wall=30.0)

LIMITS: Mapping[Kind, Limits] = {
    Kind.TEXT: Limits(memory=384 * MIB, cpu=10, wall=30.0),
    Kind.CSV: Limits(memory=384 * MIB, cpu=10, wall=30.0),
    Kind.XLSX: Limits(memory=512 * MIB, cpu=20, wall=60.0),
}
"""What reading a file of each kind may use; the usual limits for the rest."""


async def read_isolated(data: bytes, name: str) -> Reading:
    """Read a file in a process of its own. Raises Unreadable as ``read`` does and ReaderDied when the process ended."""
    answer = await run(read_as_json, data, name, limits=LIMITS.get(kind_of(data, name), USUAL))
    try:
        return Reading.model_validate_json(answer)
    except ValidationError as fault:
        raise ReaderDied(f"the answer is no reading: {fault}") from fault


def read_isolated_now(data: bytes, name: str) -> Reading:
    """The same for callers without an event loop."""
    return asyncio.run(read_isolated(data, name))
