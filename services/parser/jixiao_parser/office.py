"""Old and foreign office files, made into DOCX, XLSX or PDF by LibreOffice where it is installed."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from jixiao.runtime.errors import Unreadable
from jixiao.runtime.sandbox import MIB, Limits
from jixiao_parser.kinds import Kind
from jixiao_parser.readers import CONVERTED, REFUSALS

PLACES = (
    "/usr/bin",
    "/usr/local/bin",
    "/opt/libreoffice/program",
    "/Applications/LibreOffice.app/Contents/MacOS",
    r"C:\Program Files\LibreOffice\program",
)
LIMITS = Limits(memory=1536 * MIB, cpu=40, wall=60.0, file_size=128 * MIB)
"""For the conversion. LibreOffice 7.4 maps 504 MiB and holds 209 MiB for a document of some pages."""
SECONDS = 45
FAILED = "LibreOffice无法转换该{}文件，文件可能已损坏、设有密码或内容异常。请在原程序中打开，另存为{}后重新上传。"
NO_FILTER = "服务器上的LibreOffice不支持OFD版式文件，无法转换。请用OFD阅读器导出为PDF，或上传自评表的XLSX、DOCX原件。"
"""Few builds of LibreOffice have a filter for OFD; the file itself is mostly sound."""


def convert(data: bytes, kind: str) -> bytes:
    """The file in the format that ``CONVERTED`` names for its kind. Raises Unreadable, also without LibreOffice."""
    program = next((found for place in PLACES if (found := shutil.which("soffice", path=place))), None)
    if program is None:
        raise Unreadable(REFUSALS[Kind(kind)])
    with tempfile.TemporaryDirectory(prefix="jixiao-", ignore_cleanup_errors=True) as folder:
        return _converted(program, Path(folder), data, Kind(kind))


def _converted(program: str, folder: Path, data: bytes, kind: Kind) -> bytes:
    target = CONVERTED[kind]
    source = folder / f"source.{kind.value}"
    source.write_bytes(data)
    command = [program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore"]
    command += ["--convert-to", target, "--outdir", str(folder / "out"), str(source)]
    environment = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    try:
        # no pipes: a process that it started may hold them beyond its end
        none = subprocess.DEVNULL
        subprocess.run(command, env=environment, stdin=none, stdout=none, stderr=none, timeout=SECONDS, check=False)
        return (folder / "out" / f"source.{target}").read_bytes()
    except (subprocess.TimeoutExpired, OSError) as fault:
        reason = NO_FILTER if kind is Kind.OFD else FAILED.format(kind.value.upper(), target.upper())
        raise Unreadable(reason) from fault
