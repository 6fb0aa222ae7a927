"""Comma separated values, quoted cells with line breaks included; also with semicolons or tabs."""

import csv
import io
from collections.abc import Iterator

from jixiao.forms.document import Cell, Document, Row, Sheet
from jixiao.runtime.errors import Unreadable
from jixiao_parser.readers.decode import decode
from jixiao_parser.readers.text import check_size

_LONGEST_CELL = 1024 * 1024


def read_csv(data: bytes, document: str) -> Document:
    """The records of a CSV file as rows. Raises Unreadable when its quotes or encoding are broken."""
    text = decode(data)
    csv.field_size_limit(_LONGEST_CELL)
    try:
        sheets = [Sheet(tuple(_rows(text)))]
    except csv.Error as fault:
        raise Unreadable(f"CSV文件格式有误：{fault}。请在原程序中重新另存后再上传。") from fault
    check_size(sheets)
    return Document(document, "csv", tuple(sheets))


def _rows(text: str) -> Iterator[Row]:
    delimiter = max(",\t;", key=lambda sign: text.count(sign))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    for record in reader:
        if any(part.strip() for part in record):
            yield Row(tuple(Cell(part, at, place=str(at + 1)) for at, part in enumerate(record)), line)
        line = reader.line_num + 1
