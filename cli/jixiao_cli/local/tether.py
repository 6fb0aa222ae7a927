"""Ties a process to the one that starts it: ``tether.py PARENT SIGNAL COMMAND…`` becomes COMMAND.

When the parent dies, however it dies, the kernel sends SIGNAL to the command (on Linux; elsewhere it only starts it).
It is run as a script in front of the command, because it must act in the child, after any change of user.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Become the command."""
    parent, number, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:
            sys.exit("the parent died before the start")
    os.execvp(command[0], command)


main()
