"""Ports on the loopback address."""

import fcntl
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jixiao_cli.local.process import LocalError

LOOPBACK = "127.0.0.1"
PAGE_PORTS = range(8080, 8100)


def free_port() -> int:
    """Any free port."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port in TIME_WAIT is free
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def asked_port(asked: int | None) -> int:
    """The port asked for, else any free one. Raises LocalError when somebody listens there."""
    if asked is None:
        return free_port()
    if not is_free(asked):
        raise LocalError(f"端口 {asked} 已被其他程序占用。请换一个端口，或不指定端口，由程序自选。")
    return asked


def page_port(asked: int | None) -> int:
    """The page's port: the one asked for, else the first free one from 8080 on."""
    return asked_port(asked or next((port for port in PAGE_PORTS if is_free(port)), None))


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold up other runs of this user, so that two do not choose the same page port before one listens there."""
    file = Path(tempfile.gettempdir()) / f"jixiao-ports-{os.getuid()}.lock"
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
