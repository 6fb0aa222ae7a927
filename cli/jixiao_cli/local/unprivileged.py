"""How root starts a server that refuses root."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

NOBODY = 65534
NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
ORDINARY_USER = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")


@cache
def front() -> tuple[str, ...]:
    """What stands in front of the command: a user namespace where root may make one, else another user; often nothing.

    In a namespace the files stay root's and may lie anywhere.
    """
    if sys.platform != "linux" or os.geteuid() != 0:
        return ()
    allowed = subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode == 0
    return NAMESPACE if allowed else ORDINARY_USER


def give(path: Path) -> None:
    """Let the server's user have a file or folder, and reach it; only where it is another user."""
    if front() == ORDINARY_USER:
        os.chown(path, NOBODY, NOBODY)
        path.parent.chmod(0o711)
