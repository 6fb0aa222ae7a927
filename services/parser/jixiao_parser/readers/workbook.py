"""What the sheets of an XLSX workbook share: their names and parts, texts, number formats, and how dates count."""

import io
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml import etree
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from jixiao.runtime.errors import Unreadable
from jixiao_parser.limits import CELLS, ROWS
from jixiao_parser.readers.package import Package, Words

WORDS = Words("工作簿", "Excel", "XLSX")
TOO_LARGE = f"工作簿中有内容的行超过{ROWS}行或单元格超过{CELLS}个。请删去无关内容，拆分后重新上传。"
GENERAL = "General"
_ROOT = "xl/workbook.xml"
_YEAR_MONTH, _DAY = 'yyyy"年"m"月"', 'm"月"d"日"'
_FULL_DAY = 'yyyy"年"m"月"d"日"'
_CHINESE_FORMATS = {
    **dict.fromkeys((27, 36, 50, 52, 57), _YEAR_MONTH),
    **dict.fromkeys((28, 29, 51, 53, 54, 58), _DAY),
    31: _FULL_DAY,
}
"""Number formats that Chinese Excel keeps by number alone; a date typed as 2023年11月30日 gets 31."""
_ESCAPED = re.compile(r"_x(?![Dd][89A-Fa-f])([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class Workbook:
    """``parts``: the sheets' names and the paths of their parts, in their order. ``formats`` by cell style."""

    parts: tuple[tuple[str, str], ...]
    strings: tuple[str, ...]
    formats: tuple[str, ...]
    epoch: datetime


def workbook_of(package: Package) -> Workbook:
    """The workbook in a package. Raises Unreadable when it is hostile or far too large."""
    root = parsed(package.part(_ROOT))
    links = {link.get("Id"): link for link in parsed(package.part("xl/_rels/workbook.xml.rels"))}
    by_kind = {_kind(link): _target(link) for link in links.values()}
    sheets = []
    for sheet in root.iterfind("{*}sheets/{*}sheet"):
        link = links.get(next((value for name, value in sheet.items() if name.endswith("}id")), None))
        if link is not None and _kind(link) == "worksheet":
            sheets.append((sheet.get("name") or "", _target(link)))
    settings = root.find("{*}workbookPr")
    from_1904 = settings is not None and settings.get("date1904") in ("1", "true")
    strings, styles = by_kind.get("sharedStrings"), by_kind.get("styles")
    return Workbook(
        tuple(sheets),
        tuple(_strings(package.part(strings))) if strings in package.names else (),
        tuple(_formats(parsed(package.part(styles)))) if styles in package.names else (),
        CALENDAR_MAC_1904 if from_1904 else CALENDAR_WINDOWS_1900,
    )


def parsed(content: bytes) -> Any:
    """The root of a part."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    return etree.fromstring(content, parser)


def elements(content: bytes, name: str) -> Iterator[Any]:
    """The elements of this name, one after the other; what was looked at is dropped."""
    found = etree.iterparse(
        io.BytesIO(content), tag=f"{{*}}{name}", resolve_entities=False, remove_comments=True, remove_pis=True
    )
    for _, element in found:
        yield element
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def text_of(element: Any) -> str:
    """The text of a string, of all its runs; how it is pronounced is no part of it."""
    texts = [part.text for part in element.iter("{*}t") if part.text and not str(part.getparent().tag).endswith("}rPh")]
    return unescaped("".join(texts))


def unescaped(text: str) -> str:
    """Signs that XML does not take are stored by their numbers: _x000D_."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _kind(link: Any) -> str:
    return str(link.get("Type", "")).rpartition("/")[2]


def _target(link: Any) -> str:
    """The path of a part, which is told from the folder ``xl`` or from the root."""
    return posixpath.normpath(posixpath.join("/xl", str(link.get("Target", "")))).lstrip("/")


def _strings(content: bytes) -> Iterator[str]:
    if content.count(b"</") > 4 * CELLS:
        raise Unreadable(TOO_LARGE)
    for element in elements(content, "si"):
        yield text_of(element)


def _formats(styles: Any) -> Iterator[str]:
    own: Mapping[str | None, str] = {
        each.get("numFmtId"): each.get("formatCode") or GENERAL for each in styles.iterfind("{*}numFmts/{*}numFmt")
    }
    for style in styles.iterfind("{*}cellXfs/{*}xf"):
        number = style.get("numFmtId") or "0"
        known = _CHINESE_FORMATS.get(int(number)) or BUILTIN_FORMATS.get(int(number), GENERAL)
        yield own.get(number, known)
