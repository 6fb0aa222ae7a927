"""The readers: one file a format, bytes to a Document. They know formats, nothing of budgets."""

from collections.abc import Callable, Mapping

from jixiao.forms.document import Document
from jixiao_parser.kinds import Kind
from jixiao_parser.readers.csv import read_csv
from jixiao_parser.readers.docx import read_docx
from jixiao_parser.readers.html import read_html
from jixiao_parser.readers.pdf import read_pdf
from jixiao_parser.readers.scan import picture_only, read_picture, read_scan
from jixiao_parser.readers.text import read_text
from jixiao_parser.readers.xls import read_xls
from jixiao_parser.readers.xlsx import read_xlsx

READERS: Mapping[Kind, Callable[[bytes, str], Document]] = {
    Kind.TEXT: read_text,
    Kind.CSV: read_csv,
    Kind.XLSX: read_xlsx,
    Kind.XLS: read_xls,
    Kind.DOCX: read_docx,
    Kind.HTML: read_html,
    Kind.PDF: read_pdf,
    Kind.PICTURE: picture_only,
}
"""Each takes the bytes and the document's id. Raises Unreadable with a reason for people."""

SEEN: Mapping[Kind, Callable[[bytes, str], Document]] = {Kind.PDF: read_scan, Kind.PICTURE: read_picture}
"""The readers for documents with pictures, which need the extra ``ocr``, much memory and seconds a page."""

_SAVE_AS = "请在原程序中另存为XLSX工作簿（或制表符分隔的文本）后重新上传。"

_NO_OFFICE = "须先转换，而服务器上没有可用的LibreOffice。请"

REFUSALS: Mapping[Kind, str] = {
    Kind.ENCRYPTED: "文件设有打开密码（已加密），无法读取。请取消密码后重新上传。",
    Kind.OLE: f"文件不是表格也不是文字文档，或已损坏。{_SAVE_AS}",
    Kind.ZIP: "压缩包在压缩包中，未读取。请解压后逐个上传其中的文件。",
    Kind.DOC: f"旧版Word或WPS文档（DOC、WPS）{_NO_OFFICE}在Word或WPS中打开，另存为DOCX后重新上传。",
    Kind.RTF: f"RTF文档{_NO_OFFICE}在Word或WPS中打开，另存为DOCX后重新上传。",
    Kind.ODT: f"ODT文档{_NO_OFFICE}在Word、WPS或LibreOffice中打开，另存为DOCX后重新上传。",
    Kind.ODS: f"ODS工作簿{_NO_OFFICE}在Excel、WPS或LibreOffice中打开，另存为XLSX后重新上传。",
    Kind.OFD: f"OFD版式文件{_NO_OFFICE}用OFD阅读器导出为PDF，或上传自评表的XLSX、DOCX原件。",
    Kind.BINARY: f"文件内容无法识别，不是文本，也不是支持的文档格式，可能已损坏。{_SAVE_AS}",
}
"""Why a kind is not read, and what to do."""

CONVERTED: Mapping[Kind, str] = {
    Kind.DOC: "docx",
    Kind.RTF: "docx",
    Kind.ODT: "docx",
    Kind.ODS: "xlsx",
    Kind.OFD: "pdf",
}
"""What LibreOffice makes of the kinds that have no reader."""
