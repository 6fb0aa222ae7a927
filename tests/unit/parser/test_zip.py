"""Archives: one document of many files, limits, names, and what a bad file does to the others."""

import io
import os
import signal
import zipfile

import pytest

from jixiao.runtime.errors import Unreadable
from jixiao_parser import Reading, isolated, read, read_isolated
from jixiao_parser.limits import ARCHIVE, ARCHIVE_DEPTH, ARCHIVE_FILES, FILE, MIB
from jixiao_parser.readers.archive import members
from tests.unit.parser.cases import all_cases, as_tabs, as_xlsx, record_of
from tests.unit.parser.documents import as_docx, as_html, zipped
from tests.unit.parser.old_office import as_xls

SOUND = next(case for case in all_cases() if case.name == "sound")
TEXT = as_tabs(SOUND.grid)


def mixed() -> bytes:
    """An archive of files of many kinds."""
    return zipped(
        {
            "一/自评表.xlsx": as_xlsx(SOUND.grid),
            "坏.xlsx": as_xlsx(SOUND.grid)[:900],
            "二.docx": as_docx(SOUND.grid),
            "通知.txt": "请各单位报送。".encode(),
            "三.html": as_html(SOUND.grid),
            "四.xls": as_xls(SOUND.grid),
            "五.zip": zipped({"六.txt": TEXT}),
        }
    )


def paths(data: bytes) -> list[str]:
    """The paths of an archive's files."""
    return [member.path for member in members(data)]


def flagged(data: bytes, flag: int) -> bytes:
    """An archive whose entries carry a flag that the writer of ``zipfile`` does not set."""
    out = bytearray(data)
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = out.find(signature)
        while at >= 0:
            out[at + offset] |= flag
            at = out.find(signature, at + 4)
    return bytes(out)


def test_files_of_many_kinds_are_one_document() -> None:
    """Ordinals run on, evidence names the file, and a bad one does not spoil the others."""
    reading = read(mixed(), "上报.zip")
    assert [form.ordinal for form in reading.forms] == [1, 2, 3, 4, 5]
    assert all(record_of(form) == SOUND.records[0] for form in reading.forms)
    evidence = [form.name.evidence for form in reading.forms]
    assert [each and each.member for each in evidence] == [
        "一/自评表.xlsx",
        "二.docx",
        "三.html",
        "四.xls",
        "五.zip/六.txt",
    ]
    assert len({each and each.document for each in evidence}) == 1
    assert [(each.member, "已损坏" in each.reason) for each in reading.refusals] == [("坏.xlsx", True)]
    assert reading.remarks[0].startswith("通知.txt：文件中没有找到")
    assert reading.remarks[-1].startswith("坏.xlsx：")


async def test_files_read_the_same_in_their_processes() -> None:
    """Each in one of its own."""
    data = mixed()
    assert await read_isolated(data, "上报.zip") == read(data, "上报.zip")


def _dies(data: bytes, name: str, document: str, member: str | None) -> bytes:
    if b"KILL" in data and member:
        os.kill(os.getpid(), signal.SIGKILL)
    return isolated_answer(data, name, document, member)


isolated_answer = isolated.answer


async def test_a_file_that_ends_its_process_does_not_spoil_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused after a second try."""
    monkeypatch.setattr(isolated, "answer", _dies)
    reading: Reading = await read_isolated(zipped({"一.txt": TEXT, "二.txt": b"KILL", "三.txt": TEXT}), "上报.zip")
    assert [form.ordinal for form in reading.forms] == [1, 2]
    assert [(each.member, "两次意外中止" in each.reason) for each in reading.refusals] == [("二.txt", True)]


async def test_reading_an_archive_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not reached is refused; with nothing read, so is the archive."""
    monkeypatch.setattr(isolated, "ARCHIVE_SECONDS", -1.0)
    with pytest.raises(Unreadable, match="时间上限"):
        await read_isolated(zipped({"一.txt": TEXT}), "上报.zip")


def test_the_same_project_in_two_files_is_noted() -> None:
    """As within one file."""
    (note,) = read(zipped({"一.txt": TEXT, "二.txt": TEXT}), "上报.zip").notes
    assert "第1张与第2张" in note


def test_names_in_the_encodings_of_old_programs() -> None:
    """GB18030 and UTF-8 without the flag that says so."""
    for encoding in ("gb18030", "utf-8"):
        name = "自评表.txt".encode(encoding).decode("cp437")
        plain = zipfile.ZipInfo(name)
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as target:
            target.writestr(plain, b"x")
        raw = content.getvalue().replace(name.encode(), "自评表.txt".encode(encoding).ljust(len(name.encode()), b" "))
        cleared = bytearray(raw)
        for signature, offset in ((b"PK\3\4", 7), (b"PK\1\2", 9)):
            cleared[cleared.find(signature) + offset] &= 0xF7
        assert [path.strip() for path in paths(bytes(cleared))] == ["自评表.txt"]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("../../tmp/evil.txt", "../../tmp/evil.txt"),
        ("/etc/cron.d/evil.txt", "/etc/cron.d/evil.txt"),
        ("..\\windows\\evil.txt", "..\\windows\\evil.txt"),
        ("a\r\nb\x1b[31m.txt", "a��b�[31m.txt"),
        ("表\u202extxt.exe", "表�xtxt.exe"),
        ("<img src=x>.txt", "<img src=x>.txt"),
        ("长" * 300, "长" * 100 + "…" + "长" * 100),
    ],
)
def test_names_are_data(name: str, path: str) -> None:
    """They lead nowhere; what would deceive a reader of a log is replaced."""
    assert paths(zipped({name: TEXT})) == [path]
    assert len(read(zipped({name: TEXT}), "上报.zip").forms) == 1


def test_what_systems_leave_behind_is_no_file() -> None:
    """Folders, Finder's shadows, locks of Office."""
    left = ("一/", "__MACOSX/一/._表.xlsx", "一/._表.xlsx", "一/.DS_Store", "Thumbs.db", "~$表.xlsx")
    assert paths(zipped({**dict.fromkeys(left, b""), "一/表.txt": b"x"})) == ["一/表.txt"]


def test_a_file_with_a_password_is_refused() -> None:
    """And said so."""
    with pytest.raises(Unreadable, match=r"表\.txt：文件设有密码"):
        read(flagged(zipped({"表.txt": TEXT}), 1), "上报.zip")


def test_a_file_with_a_wrong_checksum_is_refused() -> None:
    """The others are read."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as target:
        target.writestr("一.txt", b"checksum")
        target.writestr("二.txt", TEXT)
    reading = read(content.getvalue().replace(b"checksum", b"checkmus"), "上报.zip")
    assert (len(reading.forms), [each.member for each in reading.refusals]) == (1, ["一.txt"])


def test_limits_on_number_size_and_depth() -> None:
    """Counted before anything is unpacked."""
    with pytest.raises(Unreadable, match=f"上限{ARCHIVE_FILES}个"):
        read(zipped({f"{at}.txt": b"x" for at in range(ARCHIVE_FILES + 1)}), "上报.zip")
    with pytest.raises(Unreadable, match=f"{ARCHIVE // MIB} MiB"):
        read(zipped({f"{at}.txt": bytes(FILE) for at in range(4)}), "上报.zip")
    with pytest.raises(Unreadable, match=r"大\.txt：文件有20 MiB"):
        read(zipped({"大.txt": bytes(FILE + 1)}), "上报.zip")
    nested = zipped({"表.txt": TEXT})
    for _ in range(ARCHIVE_DEPTH):
        nested = zipped({"内.zip": nested})
    with pytest.raises(Unreadable, match="嵌套超过"):
        read(nested, "上报.zip")
    assert len(read(zipped({"内.zip": zipped({"表.txt": TEXT})}), "上报.zip").forms) == 1


def test_the_count_goes_over_all_levels() -> None:
    """Archives in an archive share its limits."""
    inner = zipped({f"{at}.txt": b"x" for at in range(ARCHIVE_FILES // 2)})
    with pytest.raises(Unreadable, match=f"上限{ARCHIVE_FILES}个"):
        read(zipped({"一.zip": inner, "二.zip": inner, "三.zip": inner}), "上报.zip")
