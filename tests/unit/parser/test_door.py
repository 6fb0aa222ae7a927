"""The door of the gateway and the parser agree: what the parser reads, or refuses with its own reason, is let in."""

import pytest

from jixiao_gateway.kinds import judge
from jixiao_parser.kinds import Kind, kind_of
from tests.unit.parser.cases import FORMATS, all_cases
from tests.unit.parser.documents import as_docx, zipped
from tests.unit.parser.old_office import ole

GRID = next(case for case in all_cases() if case.name == "sound").grid
OPEN_DOCUMENT = b"application/vnd.oasis.opendocument."
FILES = {name: write(GRID) for name, write in FORMATS.items() if name != "xlsx"} | {
    "doc": ole({"WordDocument": b"x"}),
    "encrypted": ole({"EncryptedPackage": b"x"}),
    "ole": ole({"PowerPoint Document": b"x"}),
    "rtf": rb"{\rtf1 x}",
    "odt": zipped({"mimetype": OPEN_DOCUMENT + b"text"}),
    "ods": zipped({"mimetype": OPEN_DOCUMENT + b"spreadsheet"}),
    "ofd": zipped({"OFD.xml": b"<OFD/>"}),
    "zip": zipped({"一.docx": as_docx(GRID)}),
    "pdf": b"%PDF-1.7\n",
    "picture": b"\x89PNG\r\n\x1a\n" + bytes(20),
    "binary": bytes(range(256)),
}


@pytest.mark.parametrize("name", FILES)
def test_the_door_lets_in_what_the_parser_looks_at(name: str) -> None:
    """By its content, whatever its name."""
    assert judge(FILES[name]).refused is None


def test_every_kind_is_tried() -> None:
    """A new kind needs its file here."""
    assert {kind_of(data, name) for name, data in FILES.items()} == set(Kind) - {Kind.XLSX}
