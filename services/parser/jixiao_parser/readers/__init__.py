"""The readers: one file a format, bytes to a Document. They know formats, nothing of budgets."""

from collections.abc import Callable, Mapping

from jixiao.forms.document import Document
from jixiao_parser.kinds import Kind
from jixiao_parser.readers.csv import read_csv
from jixiao_parser.readers.docx import read_docx
from jixiao_parser.readers.html import read_html
from jixiao_parser.readers.pdf import read_pdf
from jixiao_parser.readers.text import read_text
from jixiao_parser.readers.xlsx import read_xlsx

READERS: Mapping[Kind, Callable[[bytes, str], Document]] = {
    Kind.TEXT: read_text,
    Kind.CSV: read_csv,
    Kind.XLSX: read_xlsx,
    Kind.DOCX: read_docx,
    Kind.HTML: read_html,
    Kind.PDF: read_pdf,
}
"""Each takes the bytes and the document's id. Raises Unreadable with a reason for people."""

_SAVE_AS = "请在原程序中另存为XLSX工作簿（或制表符分隔的文本）后重新上传。"

REFUSALS: Mapping[Kind, str] = {
    Kind.ZIP: "压缩包中没有可识别的工作簿。请解压后逐个上传XLSX或文本文件。",
    Kind.PICTURE: "文件是图片，暂不支持图片和扫描件。请上传自评表的XLSX工作簿或文本文件。",
    Kind.OFD: "暂不支持OFD文件。请上传自评表的XLSX工作簿或文本文件。",
    Kind.BINARY: f"文件内容无法识别，不是文本，也不是支持的文档格式，可能已损坏。{_SAVE_AS}",
}
"""Why a kind is not read, and what to do."""

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def refusal(kind: Kind, data: bytes) -> str:
    """Why a file of a kind without a reader is refused."""
    if kind is Kind.OLE:
        if _ENCRYPTED in data:
            return "文件设有打开密码（已加密），无法读取。请取消密码后重新上传。"
        return f"暂不支持旧版Office文件（XLS、DOC、WPS）。{_SAVE_AS}"
    return REFUSALS[kind]
