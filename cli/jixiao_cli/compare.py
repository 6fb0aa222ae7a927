"""Stored originals read by today's parser, beside the records that are kept: what differs. Nothing is written."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from rich.table import Table
from rich.text import Text

from jixiao.runtime.errors import Unreadable
from jixiao.runtime.sandbox import ReaderDied
from jixiao_cli.archive import Archived, StoredForm, original, stored_forms
from jixiao_cli.report.terminal import printable, standard_output
from jixiao_parser import Reading, read_isolated

LONGEST = 60


class Difference(NamedTuple):
    """A place of a record with what is kept and what would be read now; None: there is no such place."""

    path: str
    kept: object
    now: object


async def compare(conn: Any, uploads: Sequence[Archived]) -> int:
    """Show the differences; 1 when there are any, else 0."""
    table = Table("文件", "第几张", "字段", "存档", "现在", title="重读存档的不同")
    forms = differing = 0
    for upload in uploads:
        kept = await stored_forms(conn, upload)
        now = await _read(await original(conn, upload), upload.name)
        forms += len(kept)
        for ordinal, found in differences(kept, now):
            differing += bool(found)
            for each in found:
                table.add_row(_text(upload.name), str(ordinal), each.path, _text(each.kept), _text(each.now))
    console = standard_output()
    if differing:
        console.print(table)
    console.print(f"重读 {len(uploads)} 个上报、{forms} 张自评表，{differing} 张的记录不同。没有写入任何内容。")
    return 1 if differing else 0


async def _read(content: bytes, name: str) -> Reading | str:
    """The reading, or why there is none any more."""
    try:
        return await read_isolated(content, name)
    except Unreadable as fault:
        return fault.reason
    except ReaderDied as fault:
        return f"读取进程意外中止（{fault}）"


def differences(kept: Sequence[StoredForm], now: Reading | str) -> Iterator[tuple[int, list[Difference]]]:
    """Each form's ordinal with what differs; a form that is only on one side differs as a whole."""
    if isinstance(now, str):
        yield from ((each.ordinal, [Difference("", each.form.name.text, now)]) for each in kept)
        return
    old, new = {each.ordinal: each.form for each in kept}, {form.ordinal: form for form in now.forms}
    for ordinal in sorted({*old, *new}):
        if ordinal in old and ordinal in new:
            yield ordinal, list(_between("", old[ordinal].record(), new[ordinal].record()))
        else:
            names = [side[ordinal].name.text if ordinal in side else None for side in (old, new)]
            yield ordinal, [Difference("", *names)]


def _between(path: str, kept: object, now: object) -> Iterator[Difference]:
    if isinstance(kept, Mapping) and isinstance(now, Mapping):
        for name in dict.fromkeys([*kept, *now]):
            yield from _between(f"{path}.{name}" if path else str(name), kept.get(name), now.get(name))
    elif isinstance(kept, list) and isinstance(now, list):
        for at in range(max(len(kept), len(now))):
            sides = [side[at] if at < len(side) else None for side in (kept, now)]
            yield from _between(f"{path}[{at}]", *sides)
    elif kept != now:
        yield Difference(path, kept, now)


def _text(value: object) -> Text:
    if value is None:
        return Text("—", style="dim")
    shown = printable(str(value))
    return Text(shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…")
