"""The server side of ``sandbox``: forks one child per call and reports how each ended. Nothing here runs on Windows
but ``answer_once``.

On its control socket comes, per call, one byte with two sockets: one to talk to the child, one for its status. When
the control socket closes, the server ends and its children die with it; when a status socket closes, its child is
killed. A child leads a process group: what it started ends with it.
"""

import ctypes
import gc
import importlib
import os
import pickle
import selectors
import signal
import socket
import sys
import traceback
from contextlib import suppress
from typing import NoReturn

from jixiao.runtime.errors import Unreadable
from jixiao.runtime.sandbox import CRASHED, LENGTH, NO_MEMORY, REFUSED, RESULT, STATUS, Limits

_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000


def serve(control_fd: int, preload: str) -> NoReturn:
    """Fork a child for each request on the control socket, until it closes.

    A function ``warm_up`` of the preloaded module is called once before the first fork.
    """
    with suppress(ImportError):
        importlib.import_module("resource")  # not on Windows; children find it loaded
    getattr(importlib.import_module(preload), "warm_up", lambda: None)()
    libc = ctypes.CDLL(None, use_errno=True)
    _leave_network(libc)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)  # a child lives for one file: what it drops is seldom worth looking for
    with socket.socket(fileno=control_fd) as control:
        _Nursery(control, libc).work()
    os._exit(0)


def answer_once() -> None:
    """Answer one request from standard input on standard output."""
    answer = _answer(sys.stdin.buffer.read())
    sys.stdout.buffer.write(answer)


def _leave_network(libc: ctypes.CDLL) -> None:
    """Enter a network of our own that has no devices, where the system allows it."""
    for flags in (_CLONE_NEWNET, _CLONE_NEWUSER | _CLONE_NEWNET):
        with suppress(AttributeError):
            if libc.unshare(flags) == 0:
                return


class _Nursery:
    """The children that are alive, each with the socket on which its end is reported."""

    def __init__(self, control: socket.socket, libc: ctypes.CDLL) -> None:
        self.control = control
        self.libc = libc
        self.reports: dict[int, socket.socket] = {}
        self.wakeup, wake = socket.socketpair()
        self.wakeup.setblocking(False)
        wake.setblocking(False)
        self._wake = wake
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
        self.selector = selectors.DefaultSelector()
        self.selector.register(control, selectors.EVENT_READ)
        self.selector.register(self.wakeup, selectors.EVENT_READ)

    def work(self) -> None:
        """Fork, report, kill, until the control socket closes."""
        while True:
            for key, _ in self.selector.select():
                if key.fileobj is self.control:
                    if not self._fork_one():
                        for pid in self.reports:
                            _end_group(pid)
                        return
                elif key.fileobj is self.wakeup:
                    self._reap()
                elif key.data in self.reports:
                    self._kill(key.data)

    def _fork_one(self) -> bool:
        message, fds, _, _ = socket.recv_fds(self.control, 1, 2)
        if not message:
            return False
        server = os.getpid()
        pid = os.fork()
        if pid == 0:
            _child(fds[0], server, self.libc)
        with suppress(OSError):  # the child does the same; whoever comes first
            os.setpgid(pid, pid)
        os.close(fds[0])
        report = socket.socket(fileno=fds[1])
        self.reports[pid] = report
        self.selector.register(report, selectors.EVENT_READ, pid)
        return True

    def _reap(self) -> None:
        with suppress(BlockingIOError):
            while self.wakeup.recv(512):
                pass
        while self.reports:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if ended is None:
                return
            pid = ended.si_pid
            _end_group(pid)
            _, status = os.waitpid(pid, 0)
            report = self.reports.pop(pid)
            with suppress(KeyError):  # a killed child's socket is watched no more
                self.selector.unregister(report)
            with report, suppress(OSError):
                report.send(STATUS.pack(status))

    def _kill(self, pid: int) -> None:
        """The caller has closed its end: it wants no answer any more."""
        self.selector.unregister(self.reports[pid])
        _end_group(pid)


def _end_group(pid: int) -> None:
    """End a child that was not yet waited for, and all that it started."""
    with suppress(OSError):
        os.killpg(pid, signal.SIGKILL)


def _child(fd: int, server: int, libc: ctypes.CDLL) -> NoReturn:
    """Answer one request under its limits. Never returns."""
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setpgid(0, 0)
        with suppress(AttributeError):
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == server:
            os.dup2(fd, 0)
            os.closerange(3, 256)
            with socket.socket(fileno=0) as talk:
                talk.sendall(_answer(_received(talk), limited=True))
            status = 0
    finally:
        os._exit(status)


def _received(talk: socket.socket) -> bytes:
    with talk.makefile("rb") as stream:
        return stream.read(LENGTH.unpack(stream.read(LENGTH.size))[0])


def _answer(request: bytes, limited: bool = False) -> bytes:
    kind, payload = _outcome(request, limited)
    return kind + LENGTH.pack(len(payload)) + payload


def _outcome(request: bytes, limited: bool) -> tuple[bytes, bytes]:
    try:
        call, args, limits = pickle.loads(request)
        if limited:
            _limit(limits)
        module, _, name = call.partition(":")
        return RESULT, getattr(importlib.import_module(module), name)(*args)
    except Unreadable as refusal:
        return REFUSED, refusal.reason.encode()
    except MemoryError:
        return NO_MEMORY, b""
    except BaseException:
        return CRASHED, traceback.format_exc().encode("utf-8", "replace")


def _limit(limits: Limits) -> None:
    import resource  # not on Windows

    for which, soft, hard in (
        (resource.RLIMIT_AS, limits.memory, limits.memory),
        (resource.RLIMIT_CPU, limits.cpu, limits.cpu + 2),
        (resource.RLIMIT_FSIZE, limits.file_size, limits.file_size),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        resource.setrlimit(which, (soft, hard))
