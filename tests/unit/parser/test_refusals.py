"""What cannot be read is refused with a reason that says what to do; what holds no form gives none."""

import io
import struct
import zipfile
import zlib

import pytest

from jixiao.runtime.errors import Unreadable
from jixiao_parser import read
from jixiao_parser.limits import ROWS, TAGS
from tests.unit.parser.cases import all_cases, as_tabs, as_xlsx
from tests.unit.parser.documents import docx, p
from tests.unit.parser.old_office import ole

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WORKBOOK = as_xlsx(next(all_cases()).grid)
LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><worksheet>&b;</worksheet>"""


def archive(**members: bytes) -> bytes:
    """A ZIP file; ``__`` in a name is a slash, ``_xml`` its ending."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in members.items():
            target.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return content.getvalue()


def with_sheet(sheet: bytes) -> bytes:
    """The workbook of a case with another first sheet."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as source, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            data = sheet if member.filename == "xl/worksheets/sheet1.xml" else source.read(member)
            target.writestr(member.filename, data)
    return content.getvalue()


def png() -> bytes:
    """The smallest picture."""
    chunk = b"IHDR" + struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))


SPREADSHEET = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
MANY_ROWS = b'<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>' % (
    SPREADSHEET,
    b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (at, at) for at in range(1, ROWS + 10)),
)

REFUSED = {
    "empty": (b"", "空的"),
    "half a workbook": (WORKBOOK[: len(WORKBOOK) // 2], "已损坏"),
    "workbook without sheets": (archive(xl__workbook_xml=b"<workbook/>"), "已损坏"),
    "broken sheet": (with_sheet(b"<worksheet><sheetData><row"), "已损坏"),
    "entity bomb": (with_sheet(LAUGHS), "实体声明"),
    "zip bomb": (with_sheet(b"<worksheet>" + bytes(150 * 1024 * 1024)), "上限128 MiB"),
    "far too many rows": (with_sheet(MANY_ROWS), f"超过{ROWS}行"),
    "workbook with a password": (ole({"EncryptedPackage": b"x"}), "打开密码"),
    "old Word document": (ole({"WordDocument": b"x"}), "另存为DOCX"),
    "broken old workbook": (ole({"Workbook": b"x"}), "已损坏"),
    "presentation": (ole({"PowerPoint Document": b"x"}), "不是表格"),
    "broken old Office file": (OLE + bytes(600), "已损坏"),
    "RTF": (rb"{\rtf1 x}", "RTF文档"),
    "OpenDocument": (archive(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "ODS工作簿"),
    "OFD": (archive(OFD_xml=b"<OFD/>"), "OFD版式文件"),
    "broken Word document": (archive(word__document_xml=b"<document/>"), "文档已损坏"),
    "entity bomb in a Word document": (docx(p("x"), LAUGHS.decode().partition("<worksheet>")[0]), "实体声明"),
    "empty archive": (archive(), "没有文件"),
    "archive of nothing readable": (archive(a=bytes(range(256)), b=b""), "b：文件是空的"),
    "PDF without end": (b"%PDF-1.7\n%", "PDF文件已损坏"),
    "picture with another ending": (png(), "图片"),
    "web page nested without end": (b"<html><body>" + b"<table><tr><td>" * 5_000, "嵌套过深"),
    "web page of a million tags": (b"<html><body>" + b"<b>" * (TAGS + 1), f"上限{TAGS}个"),
    "random bytes": (bytes(range(256)) * 40, "无法识别"),
    "no known encoding": ("项目名称".encode() + b"\xff\xff\xff", "编码无法识别"),
    "text without end": (("项目\t名称\n" * (ROWS + 1)).encode(), "文件过大"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_is_refused_with_a_reason(case: str) -> None:
    """The reason says what is wrong and, at its end, what to do."""
    data, why = REFUSED[case]
    with pytest.raises(Unreadable, match=why) as refusal:
        read(data, "表.pdf")
    assert refusal.value.reason.endswith("。")
    assert "请" in refusal.value.reason


TEMPLATE = (
    "项目支出绩效自评表\n项目编码：\t\t项目名称：\t\n\t\t年初预算数\t全年预算数\t全年执行数\t分值\n"
    "项目资金（元）\t年度资金总额\t\t\t\t10\n"
    "年度绩效指标\t一级指标\t二级指标\t三级指标\t年度指标值\t实际完成值\t分值\t得分\n"
    "\t产出指标\t数量指标\t指标1：\t\t\t\t\n总分\t\t\t\t\t\t100\t\n"
)


@pytest.mark.parametrize(
    "text",
    [
        "关于开展项目支出绩效自评的通知\n各单位：请于12月底前报送项目支出绩效自评表。项目名称：防汛演练。",
        "项目名称:\t防汛演练\n实施单位:\t水务局\n预算\t10\n",
        "一级指标\t二级指标\t三级指标\t年度指标值\n产出指标\t数量指标\t演练次数\t2次\n",
        "\n\n",
        *(TEMPLATE.replace("\t", between) for between in ("\t", " ", "\n", "")),
        "\n".join(TEMPLATE.split()),
        " ".join(TEMPLATE.split()),
    ],
)
def test_a_text_without_a_form_gives_none(text: str) -> None:
    """No form is invented, and a note says so."""
    reading = read(text.encode(), "通知.txt")
    assert reading.forms == ()
    assert len(reading.notes) == 1


def test_the_same_project_twice_is_noted() -> None:
    """Both forms are read, and the note says which one counts."""
    text = as_tabs(next(case for case in all_cases() if case.name == "sound").grid)
    reading = read(text + b"\n" + text, "表.txt")
    assert len(reading.forms) == 2
    assert len(reading.notes) == 1
    assert "第1张与第2张" in reading.notes[0]
