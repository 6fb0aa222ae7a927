"""A process of its own for each untrusted piece of work: one file read, one process, then it is gone.

A small server process (``sandbox_server``) has the readers imported and forks one child per call; a fork takes a few
milliseconds, a fresh interpreter hundreds. The server starts with an empty environment and, where the system allows
it, without a network. Each child has limits on memory, CPU time, wall time and file size and dies with its parents.
Where there is no fork (Windows), a fresh interpreter runs the call under the limit on wall time alone.

What comes back is bytes, for the caller to validate; nothing that a child sends is unpickled.
"""

import asyncio
import atexit
import os
import pickle
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass

from jixiao.runtime.errors import Unreadable

MIB = 1024 * 1024
STATUS = struct.Struct("!i")
LENGTH = struct.Struct("!Q")
RESULT, REFUSED, NO_MEMORY, CRASHED = b"R", b"U", b"M", b"X"

Call = Callable[..., bytes]


class ReaderDied(Exception):
    """The child ended without an answer (killed from outside, wall clock, crash); trying again may help."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may use: bytes of memory and of written files, seconds of CPU and of wall time, bytes of result."""

    memory: int = 512 * MIB
    cpu: int = 10
    wall: float = 30.0
    file_size: int = 0
    result: int = 64 * MIB


async def run(call: Call, *args: object, limits: Limits) -> bytes:
    """Run a module-level function in a process of its own and give back the bytes it returns.

    Raises Unreadable when the function does, or when the child used up its memory or CPU time; ReaderDied when it
    ended in any other way. A cancelled call kills its child.
    """
    request = pickle.dumps((f"{call.__module__}:{call.__qualname__}", args, limits))
    if not hasattr(os, "fork"):
        return await asyncio.to_thread(_run_spawned, request, limits)
    ours, status = _server.start_child(call.__module__)
    try:
        async with asyncio.timeout(limits.wall):
            return await _converse(ours, status, request, limits)
    except TimeoutError as fault:
        raise ReaderDied(f"no answer within {limits.wall} s") from fault
    finally:
        ours.close()
        status.close()


async def _converse(ours: socket.socket, status: socket.socket, request: bytes, limits: Limits) -> bytes:
    loop = asyncio.get_running_loop()
    answer = bytearray()
    try:
        await loop.sock_sendall(ours, LENGTH.pack(len(request)) + request)
        while chunk := await loop.sock_recv(ours, 256 * 1024):
            answer += chunk
            if len(answer) > limits.result + 1024:
                raise ReaderDied("the answer is larger than allowed")
    except ConnectionError:
        pass  # the child is gone; its status says why
    if len(answer) >= 1 + LENGTH.size and len(answer) == 1 + LENGTH.size + LENGTH.unpack_from(answer, 1)[0]:
        return _opened(bytes(answer[:1]), bytes(answer[1 + LENGTH.size :]), limits)
    raise _fault_of(await loop.sock_recv(status, STATUS.size), limits)


def _opened(kind: bytes, payload: bytes, limits: Limits) -> bytes:
    if kind == RESULT:
        return payload
    text = payload.decode("utf-8", "replace")
    if kind == REFUSED:
        raise Unreadable(text)
    if kind == NO_MEMORY:
        raise Unreadable(_memory_reason(limits))
    raise ReaderDied(text)


def _fault_of(status: bytes, limits: Limits) -> Exception:
    if len(status) < STATUS.size:
        return ReaderDied("the server of the reading processes ended")
    code = os.waitstatus_to_exitcode(STATUS.unpack(status)[0])
    if code == -signal.SIGXCPU:
        return Unreadable(
            f"读取该文件的计算时间超过上限（{limits.cpu}秒），文件过大或内容异常。请删去与自评表无关的内容，拆分后重新上传。"
        )
    return ReaderDied(f"killed by {signal.Signals(-code).name}" if code < 0 else f"ended with status {code}")


def _memory_reason(limits: Limits) -> str:
    return (
        f"读取该文件所需的内存超过上限（{limits.memory // MIB} MiB），文件过大或内容异常。"
        "请删去与自评表无关的内容，拆分后重新上传。"
    )


class _Server:
    """The server process of this process; started when first needed, again when it has died."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owner = 0
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start_child(self, preload: str) -> tuple[socket.socket, socket.socket]:
        """A new child: the socket to talk to it, and the one that tells how it ended. Closing the latter kills it."""
        ours, theirs = socket.socketpair()
        status, report = socket.socketpair()
        with theirs, report, self._lock:
            for attempt in (1, 2):
                try:
                    socket.send_fds(self._running(preload), [b"+"], [theirs.fileno(), report.fileno()])
                    break
                except OSError:
                    self._discard()
                    if attempt == 2:
                        raise
        ours.setblocking(False)
        status.setblocking(False)
        return ours, status

    def _running(self, preload: str) -> socket.socket:
        if self._control is None or self._owner != os.getpid():
            control, theirs = socket.socketpair()
            with theirs:
                self._process = _popen(theirs.fileno(), preload)
            self._owner, self._control = os.getpid(), control
        return self._control

    def _discard(self) -> None:
        control, process = self._control, self._process
        self._control = self._process = None
        if control is not None:
            control.close()
        if process is not None and self._owner == os.getpid():
            process.wait()

    def stop(self) -> None:
        """End the server and its children."""
        with self._lock:
            if self._owner == os.getpid():
                self._discard()


def _popen(control: int, preload: str) -> subprocess.Popen[bytes]:
    path = [os.path.abspath(entry or os.getcwd()) for entry in sys.path]
    code = (
        f"import sys; sys.path[:] = {path!r}; "
        f"from jixiao.runtime.sandbox_server import serve; serve({control}, {preload!r})"
    )
    return subprocess.Popen(
        [sys.executable, "-I", "-c", code],
        pass_fds=[control],
        env={},
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def _run_spawned(request: bytes, limits: Limits) -> bytes:
    """A fresh interpreter for one call, with the limit on wall time alone."""
    code = f"import sys; sys.path[:] = {sys.path!r}; from jixiao.runtime import sandbox_server as s; s.answer_once()"
    keep = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP") if name in os.environ}
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", code],
            input=request,
            stdout=subprocess.PIPE,
            env=keep,
            timeout=limits.wall,
            check=False,
        )
    except subprocess.TimeoutExpired as fault:
        raise ReaderDied(f"no answer within {limits.wall} s") from fault
    if not done.stdout:
        raise ReaderDied(f"ended with status {done.returncode}")
    return _opened(done.stdout[:1], done.stdout[1 + LENGTH.size :], limits)


_server = _Server()
atexit.register(_server.stop)
