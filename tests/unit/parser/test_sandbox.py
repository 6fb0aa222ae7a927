"""The process of its own: what it gives back, what ends it, and that it never outlives its parents."""

import asyncio
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from jixiao.runtime import sandbox
from jixiao.runtime.errors import Unreadable
from jixiao.runtime.sandbox import MIB, Limits, ReaderDied, run
from jixiao_parser import Reading, read, read_isolated, read_isolated_now
from tests.unit.parser.cases import all_cases, as_tabs

LIMITS = Limits(memory=400 * MIB, cpu=5, wall=20.0)


def echo(data: bytes) -> bytes:
    """The same bytes."""
    return data


def refuse() -> bytes:
    """What a reader does with a broken file."""
    raise Unreadable("文件已损坏。")


def hog_memory() -> bytes:
    """More memory than allowed."""
    return bytes(len(bytearray(800 * MIB)) and 1)


def hog_cpu() -> bytes:
    """A loop that never ends."""
    while True:
        pass


def sleep() -> bytes:
    """Longer than allowed, without work."""
    time.sleep(60)
    return b""


def crash() -> bytes:
    """A fault that is no refusal."""
    raise RuntimeError("an error in a reader")


def vanish() -> bytes:
    """An end without an answer."""
    os._exit(7)


def die() -> bytes:
    """What the kernel does when memory runs out."""
    os.kill(os.getpid(), signal.SIGKILL)
    return b""


def talk_too_much() -> bytes:
    """A result beyond the limit."""
    return bytes(4 * MIB)


def surroundings() -> bytes:
    """The environment, as Python and as the kernel know it."""
    return repr(dict(os.environ)).encode() + Path("/proc/self/environ").read_bytes()


def write_a_file(path: str) -> bytes:
    """Try to leave something behind."""
    try:
        Path(path).write_bytes(bytes(1024))
    except OSError as fault:
        return str(fault.errno).encode()
    return b"written"


def knock(port: int) -> bytes:
    """Try to reach a server on this machine."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        return b"no way"
    return b"connected"


def say_and_sleep(path: str) -> bytes:
    """Write the process id where the test can find it (a link: no bytes), then sleep."""
    os.symlink(str(os.getpid()), path)
    time.sleep(60)
    return b""


async def test_the_result_comes_back() -> None:
    """Large bytes pass unchanged."""
    data = os.urandom(3 * MIB)
    assert await run(echo, data, limits=LIMITS) == data


async def test_many_at_once() -> None:
    """Calls side by side do not mix up their answers."""
    answers = await asyncio.gather(*(run(echo, bytes([at]), limits=LIMITS) for at in range(20)))
    assert answers == [bytes([at]) for at in range(20)]


async def test_a_refusal_keeps_its_reason() -> None:
    """Unreadable passes the process boundary."""
    with pytest.raises(Unreadable, match="文件已损坏"):
        await run(refuse, limits=LIMITS)


async def test_memory_beyond_the_limit_is_the_files_fault() -> None:
    """The reason names the limit."""
    with pytest.raises(Unreadable, match="400 MiB"):
        await run(hog_memory, limits=LIMITS)


async def test_cpu_time_beyond_the_limit_is_the_files_fault() -> None:
    """The reason names the limit."""
    with pytest.raises(Unreadable, match="1秒"):
        await run(hog_cpu, limits=Limits(cpu=1, wall=20.0))


@pytest.mark.parametrize(
    ("call", "why"),
    [(crash, "an error in a reader"), (vanish, "status 7"), (die, "SIGKILL"), (talk_too_much, "larger")],
)
async def test_any_other_end_is_counted(call: Callable[[], bytes], why: str) -> None:
    """A crash, a silent end, a kill from outside and an answer beyond the limit are no refusals."""
    with pytest.raises(ReaderDied, match=why):
        await run(call, limits=Limits(result=MIB))


async def test_a_sleeping_child_is_killed_after_the_wall_time() -> None:
    """The limit on wall time is no refusal either: the machine may have been slow."""
    before = time.monotonic()
    with pytest.raises(ReaderDied, match=r"0\.5 s"):
        await run(sleep, limits=Limits(wall=0.5))
    assert time.monotonic() - before < 5


async def test_a_cancelled_call_kills_its_child(tmp_path: Path) -> None:
    """Nobody waits for it any more."""
    place = tmp_path / "pid"
    task = asyncio.create_task(run(say_and_sleep, str(place), limits=LIMITS))
    pid = await asyncio.to_thread(_pid_at, place)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.to_thread(_wait_until_gone, pid)


async def test_the_environment_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    """No secret of the service is in reach of a reader."""
    monkeypatch.setenv("JIXIAO_SECRET", "do-not-show")
    sandbox._server.stop()
    seen = await run(surroundings, limits=LIMITS)
    assert b"do-not-show" not in seen
    assert b"PATH" not in seen


async def test_no_file_can_be_written(tmp_path: Path) -> None:
    """The file size limit is 0 unless a format needs more."""
    assert await run(write_a_file, str(tmp_path / "file"), limits=LIMITS) != b"written"


async def test_there_is_no_network() -> None:
    """A reader reaches no server, where the system lets a process leave the network."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        answer = await run(knock, server.getsockname()[1], limits=LIMITS)
    assert answer == (b"no way" if _can_leave_the_network() else b"connected")


async def test_the_server_is_started_again_when_it_died() -> None:
    """A killed server costs no call."""
    await run(echo, b"1", limits=LIMITS)
    process = sandbox._server._process
    assert process is not None
    process.kill()
    process.wait()
    assert await run(echo, b"2", limits=LIMITS) == b"2"


def start_and_leave(place: str) -> bytes:
    """Start a program and think no more of it."""
    os.symlink(str(subprocess.Popen(["/bin/sleep", "60"]).pid), place)
    return b""


def start_and_sleep(place: str) -> bytes:
    """Start a program and wait for it."""
    start_and_leave(place)
    return sleep()


def test_the_child_dies_with_its_parent(tmp_path: Path) -> None:
    """kill -9 of the service leaves neither server nor child."""
    place = tmp_path / "pid"
    code = (
        f"import asyncio, sys; sys.path[:] = {sys.path!r}; "
        "from jixiao.runtime.sandbox import Limits, run; "
        "from tests.unit.parser.test_sandbox import say_and_sleep; "
        f"asyncio.run(run(say_and_sleep, {str(place)!r}, limits=Limits()))"
    )
    parent = subprocess.Popen([sys.executable, "-c", code])
    pid = _pid_at(place)
    parent.kill()
    parent.wait()
    _wait_until_gone(pid)


async def test_what_a_child_started_ends_with_it(tmp_path: Path) -> None:
    """Also when the child itself ended well, or was ended."""
    for call, place in ((start_and_leave, tmp_path / "left"), (start_and_sleep, tmp_path / "slept")):
        try:
            await run(call, str(place), limits=Limits(wall=1.0))
        except ReaderDied:
            assert call is start_and_sleep
        _wait_until_ended(int(os.readlink(place)))


async def test_a_file_reads_the_same_in_its_process() -> None:
    """``read_isolated`` gives what ``read`` gives, evidence and doubts included."""
    for case in all_cases():
        data = as_tabs(case.grid)
        assert await read_isolated(data, "表.txt") == read(data, "表.txt")


def test_a_reading_is_not_printed_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop's end would print its task, result and all, for a message that nobody sees: milliseconds a file."""
    printed: list[Reading] = []
    monkeypatch.setattr(Reading, "__repr__", lambda reading: printed.append(reading) or "Reading()")
    assert read_isolated_now(as_tabs(next(all_cases()).grid), "a.txt").forms
    assert not printed


async def test_where_there_is_no_fork(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fresh interpreter does the same under the limit on wall time (Windows)."""
    monkeypatch.delattr(os, "fork")
    assert await run(echo, b"x", limits=LIMITS) == b"x"
    with pytest.raises(Unreadable, match="文件已损坏"):
        await run(refuse, limits=LIMITS)
    with pytest.raises(ReaderDied, match="status 7"):
        await run(vanish, limits=LIMITS)
    with pytest.raises(ReaderDied, match=r"0\.5 s"):
        await run(sleep, limits=Limits(wall=0.5))


async def test_the_limits_stay_with_the_child() -> None:
    """The calling process keeps its own."""
    before = resource.getrlimit(resource.RLIMIT_AS), resource.getrlimit(resource.RLIMIT_CPU)
    await run(echo, b"x", limits=LIMITS)
    assert before == (resource.getrlimit(resource.RLIMIT_AS), resource.getrlimit(resource.RLIMIT_CPU))


def _pid_at(place: Path) -> int:
    _wait_until(place.is_symlink)
    return int(os.readlink(place))


def _wait_until_ended(pid: int) -> None:
    """Until a process is gone, or only waits for its parent to ask how it ended."""

    def ended() -> bool:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except (FileNotFoundError, ProcessLookupError):
            return True

    _wait_until(ended)


def _wait_until_gone(pid: int) -> None:
    _wait_until(lambda: not Path(f"/proc/{pid}").exists())


def _wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def _can_leave_the_network() -> bool:
    probe = "import ctypes; c = ctypes.CDLL(None); print(min(c.unshare(0x40000000), c.unshare(0x50000000)))"
    return subprocess.run([sys.executable, "-c", probe], capture_output=True, check=True).stdout.strip() == b"0"
