"""Documents built for a test: DOCX out of WordprocessingML, HTML, ZIP."""

import io
import zipfile
from collections.abc import Iterable, Mapping
from html import escape

Grid = tuple[tuple[str, ...], ...]

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"


def zipped(members: Mapping[str, bytes] | Iterable[tuple[str, bytes]]) -> bytes:
    """A ZIP file of these members."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in members.items() if isinstance(members, Mapping) else members:
            target.writestr(name, data)
    return content.getvalue()


def docx(body: str, declaration: str = "") -> bytes:
    """A Word document with this body; namespace ``w`` is declared."""
    return zipped(
        {
            "[Content_Types].xml": (
                f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
                'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
                f'<Override PartName="/word/document.xml" ContentType="{_MAIN}"/></Types>'
            ).encode(),
            "_rels/.rels": (
                f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="a" Type="{_OFFICE}" '
                'Target="word/document.xml"/></Relationships>'
            ).encode(),
            "word/document.xml": (
                f'{declaration}<w:document xmlns:w="{_W}" '
                'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
                'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math">'
                f"<w:body>{body}</w:body></w:document>"
            ).encode(),
        }
    )


def p(text: str) -> str:
    """A paragraph."""
    return f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>"


def tc(content: str, span: int = 1, merge: str = "") -> str:
    """A cell. ``merge``: "restart" or "continue" of a cell merged over rows."""
    merged = f'<w:vMerge w:val="{merge}"/>' if merge else ""
    inner = content if content.startswith("<w:") else p(content)
    return f'<w:tc><w:tcPr><w:gridSpan w:val="{span}"/>{merged}</w:tcPr>{inner}</w:tc>'


def tr(*cells: str, properties: str = "") -> str:
    """A row of cells."""
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def tbl(*rows: str) -> str:
    """A table of rows."""
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


def as_docx(grid: Grid) -> bytes:
    """The grid as one table of a Word document."""
    return docx(p("附件") + tbl(*(tr(*(tc(text) for text in row)) for row in grid)))


def as_html(grid: Grid) -> bytes:
    """The grid as the table of a web page."""
    rows = "".join(f"<tr>{''.join(f'<td>{escape(text)}</td>' for text in row)}</tr>" for row in grid)
    return f"<!DOCTYPE html><html><body><p>附件</p><table>{rows}</table></body></html>".encode()
