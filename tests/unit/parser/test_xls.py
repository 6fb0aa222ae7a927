"""Old workbooks: numbers as Excel shows them, merged cells, what is broken or has a password."""

import pytest

from jixiao.runtime.errors import Unreadable
from jixiao_parser import read
from jixiao_parser.kinds import Kind, kind_of
from jixiao_parser.readers.xls import read_xls
from tests.unit.parser.cases import all_cases, record_of
from tests.unit.parser.old_office import as_xls, ole, xls

SOUND = next(case for case in all_cases() if case.name == "sound")
CELLS = {(row, column): text for row, line in enumerate(SOUND.grid) for column, text in enumerate(line) if text}
BOOK = as_xls(SOUND.grid)


def test_a_grid_reads_as_its_record() -> None:
    """The whole way from the bytes to the record, on each of two sheets."""
    forms = read(xls({"一": (CELLS, []), "二": (CELLS, [])}), "自评表.et").forms
    assert [record_of(form) for form in forms] == [*SOUND.records, *SOUND.records]
    evidence = forms[1].name.evidence
    assert evidence is not None and (evidence.sheet, evidence.reader) == ("二", "xls")


def test_values_as_excel_shows_them() -> None:
    """Number formats hold, and merged cells tell what they cover."""
    cells = {
        (0, 0): "合并",
        (2, 0): (0.9969, "0.00%"),
        (2, 1): (10.0, "0.00"),
        (2, 2): (2023.0, "General"),
        (3, 5): True,
    }
    (sheet,) = read_xls(xls({"表": (cells, [(0, 1, 0, 2)])}), "id").sheets
    assert [(cell.text, cell.place, cell.height, cell.span) for row in sheet.rows for cell in row.cells] == [
        ("合并", "A1", 2, 3),
        ("99.69%", "A3", 1, 1),
        ("10.00", "B3", 1, 1),
        ("2023", "C3", 1, 1),
        ("TRUE", "F4", 1, 1),
    ]
    assert [row.line for row in sheet.rows] == [1, 3, 4]


def test_a_workbook_with_a_password_says_so() -> None:
    """Instead of being called broken."""
    with pytest.raises(Unreadable, match="已加密"):
        read(xls({"表": (CELLS, [])}, encrypted=True), "表.xls")


@pytest.mark.parametrize("length", [1, 600, 1100, 2000, 3000, 5000])
def test_a_workbook_cut_short(length: int) -> None:
    """It is refused, whatever is missing."""
    with pytest.raises(Unreadable, match="请"):
        read(BOOK[:length], "表.xls")


@pytest.mark.parametrize("at", range(8, len(BOOK), 97))
def test_a_workbook_with_a_wrong_byte(at: int) -> None:
    """It reads or is refused; nothing else happens."""
    try:
        read(BOOK[:at] + bytes([BOOK[at] ^ 0xFF]) + BOOK[at + 1 :], "表.xls")
    except Unreadable as fault:
        assert "请" in fault.reason


@pytest.mark.parametrize(
    ("streams", "kind"),
    [
        (("Workbook", "\x05SummaryInformation"), Kind.XLS),
        (("Book",), Kind.XLS),
        (("WordDocument", "1Table"), Kind.DOC),
        (("EncryptionInfo", "EncryptedPackage"), Kind.ENCRYPTED),
        (("PowerPoint Document",), Kind.OLE),
    ],
)
def test_old_files_are_told_apart_by_their_streams(streams: tuple[str, ...], kind: Kind) -> None:
    """Not by their ending."""
    assert kind_of(ole(dict.fromkeys(streams, b"x")), "表.xls") is kind
