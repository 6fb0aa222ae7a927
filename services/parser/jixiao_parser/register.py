"""The bureau's unit register as a sheet: one unit a row, with the columns 单位编码, 单位名称, 上级单位, 别名."""

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from jixiao.runtime.errors import Unreadable

COLUMNS = ("单位编码", "单位名称", "上级单位", "别名")
_BETWEEN = re.compile(r"[、，,；;\n]+")


@dataclass(frozen=True, slots=True)
class RegisteredUnit:
    """A unit of the register; ``parent`` is the name of the unit above it."""

    name: str
    code: str | None = None
    parent: str | None = None
    aliases: tuple[str, ...] = ()


def read_register(data: bytes) -> list[RegisteredUnit]:
    """The units of a register in XLSX. Raises Unreadable when the sheet is none."""
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError) as fault:
        raise Unreadable("无法打开单位名册。请另存为 XLSX 后重新导入。") from fault
    rows = [[_text(cell) for cell in row] for row in book.worksheets[0].iter_rows(values_only=True)]
    book.close()
    return _units(rows)


def _units(rows: Sequence[Sequence[str]]) -> list[RegisteredUnit]:
    head = next((at for at, row in enumerate(rows) if "单位名称" in row), None)
    if head is None:
        raise Unreadable(f"单位名册中没有「单位名称」一列。第一行应为：{'、'.join(COLUMNS)}。")
    places = {name: rows[head].index(name) for name in COLUMNS if name in rows[head]}
    units = []
    for row in rows[head + 1 :]:
        code, name, parent, aliases = (row[places[c]] if c in places and places[c] < len(row) else "" for c in COLUMNS)
        if name:
            others = tuple(alias for alias in _BETWEEN.split(aliases) if alias)
            units.append(RegisteredUnit(name, code or None, parent or None, others))
    return units


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).strip()
