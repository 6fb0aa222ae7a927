"""The watched folder: each content is handed in once, when it is complete."""

from pathlib import Path

import pytest

from jixiao_cli.client import Client, Refused, Unreachable
from jixiao_cli.watch import LEDGER, Folder, hand_in


class FakeClient(Client):
    """A gateway that notes what it was given, or raises what it is told to."""

    def __init__(self) -> None:
        super().__init__("http://fake")
        self.names: list[str] = []
        self.fault: Exception | None = None

    def upload(self, data: bytes, name: str, unit: str | None = None, year: str | None = None) -> str:
        """Note the name."""
        if self.fault is not None:
            raise self.fault
        self.names.append(name)
        return f"id-{len(self.names)}"


def test_a_file_is_handed_in_when_it_has_stopped_growing(tmp_path: Path) -> None:
    """The first look only notes its size; it stays where it is."""
    folder, client = Folder(tmp_path), FakeClient()
    file = tmp_path / "自评表.txt"
    for part in ("half", "half and the rest"):
        file.write_text(part)
        hand_in(folder, client)
        assert client.names == []
    hand_in(folder, client)
    hand_in(folder, client)
    assert client.names == ["自评表.txt"]
    assert file.exists()


def test_the_same_content_goes_once_also_after_a_restart(tmp_path: Path) -> None:
    """Neither a second name nor a new start hands it in again; new content under an old name does go."""
    client = FakeClient()
    (tmp_path / "a.txt").write_text("one")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.txt").write_text("one")
    _settle(Folder(tmp_path), client)
    _settle(Folder(tmp_path), client)
    assert client.names == ["a.txt"]
    (tmp_path / "a.txt").write_text("another")
    _settle(Folder(tmp_path), client)
    assert client.names == ["a.txt", "a.txt"]


def test_what_the_system_cannot_take_now_comes_again(tmp_path: Path) -> None:
    """Away or overloaded is not refused."""
    folder, client = Folder(tmp_path), FakeClient()
    (tmp_path / "a.txt").write_text("one")
    for fault in (Unreachable("away"), Refused(503, "later")):
        client.fault = fault
        _settle(folder, client)
    client.fault = None
    hand_in(folder, client)
    assert client.names == ["a.txt"]


def test_what_is_refused_is_not_tried_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The person is told once, with the reason."""
    folder, client = Folder(tmp_path), FakeClient()
    (tmp_path / "a.exe").write_text("one")
    client.fault = Refused(415, "不支持这种文件。")
    _settle(folder, client)
    _settle(folder, client)
    assert capsys.readouterr().err.count("不支持这种文件。") == 1


def test_hidden_temporary_and_empty_files_do_not_count(tmp_path: Path) -> None:
    """Office's lock files, our own ledger, an empty file on its way."""
    client = FakeClient()
    for name in (".hidden", "~$lock.xlsx"):
        (tmp_path / name).write_text("x")
    (tmp_path / "empty.txt").touch()
    _settle(Folder(tmp_path), client)
    assert client.names == []
    assert (tmp_path / LEDGER).exists()


def _settle(folder: Folder, client: FakeClient) -> None:
    hand_in(folder, client)
    hand_in(folder, client)
