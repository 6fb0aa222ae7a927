"""Old office files by way of LibreOffice, for which a script stands in here."""

from pathlib import Path

import pytest

from jixiao.runtime.errors import Unreadable
from jixiao_parser import isolated, office, read_isolated
from jixiao_parser.kinds import Kind
from jixiao_parser.readers import CONVERTED, READERS, REFUSALS
from tests.unit.parser.cases import all_cases, record_of
from tests.unit.parser.documents import as_docx, zipped
from tests.unit.parser.old_office import ole

SOUND = next(case for case in all_cases() if case.name == "sound")
OLD = ole({"WordDocument": b"x"})
# soffice -env:… --headless --norestore --convert-to docx --outdir OUT SOURCE


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A program that stands in for LibreOffice."""
    program = folder / "soffice"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr(office, "PLACES", (str(folder),))


def test_what_libreoffice_makes_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is called with a profile and a home of its own, and leaves nothing behind."""
    install(tmp_path, monkeypatch, 'mkdir -p "$7"; { echo "$1 $2 $5 $HOME"; cat "$8"; } > "$7/source.docx"')
    told, _, content = office.convert(b"old content", "doc").partition(b"\n")
    profile, headless, target, home = told.decode().split()
    assert (profile, headless, target) == (f"-env:UserInstallation=file://{home}/profile", "--headless", "docx")
    assert content == b"old content"
    assert not Path(home).exists()


@pytest.mark.parametrize("script", ["exit 1", "exit 0", "exec sleep 5", "sleep 5 & wait"])
def test_a_conversion_that_fails_is_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Whether it says so, says nothing, or never ends."""
    install(tmp_path, monkeypatch, script)
    monkeypatch.setattr(office, "SECONDS", 0.5)
    with pytest.raises(Unreadable, match=r"无法转换该RTF文件.*另存为DOCX"):
        office.convert(b"{\\rtf1}", "rtf")


def test_ofd_is_not_said_to_be_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most builds of LibreOffice cannot read it: what to do is to print it as PDF."""
    install(tmp_path, monkeypatch, "exit 1")
    with pytest.raises(Unreadable, match=r"不支持OFD.*导出为PDF"):
        office.convert(b"PK", "ofd")


def test_without_libreoffice_the_refusal_says_how_to_convert(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For every kind that would be converted."""
    monkeypatch.setattr(office, "PLACES", (str(tmp_path),))
    for kind in CONVERTED:
        with pytest.raises(Unreadable, match=r"LibreOffice。请.+(DOCX|XLSX)"):
            office.convert(b"", kind.value)


def test_every_kind_is_read_converted_or_refused() -> None:
    """And what is converted becomes what is read."""
    assert READERS.keys() | REFUSALS.keys() == set(Kind)
    assert {Kind(target) for target in CONVERTED.values()} <= READERS.keys()


def _to_docx(data: bytes, kind: str) -> bytes:
    assert (data, kind) == (OLD, "doc")
    return as_docx(SOUND.grid)


async def test_a_converted_file_reads_as_the_one_handed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Evidence names the original and the way it was read; in an archive as well."""
    monkeypatch.setattr(isolated.office, "convert", _to_docx)
    (alone,) = (await read_isolated(OLD, "表.wps")).forms
    (inside,) = (await read_isolated(zipped({"表.wps": OLD}), "上报.zip")).forms
    assert record_of(alone) == record_of(inside) == SOUND.records[0]
    evidence, other = alone.name.evidence, inside.name.evidence
    assert evidence is not None and other is not None
    assert (evidence.reader, evidence.document) == ("libreoffice+docx", isolated.document_id(OLD))
    assert other.member == "表.wps"
