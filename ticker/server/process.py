"""Parent-death signal: ties a child process's life to its parent's."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from typing import Final

_PR_SET_PDEATHSIG: Final = 1


def die_with_parent(parent: int) -> None:
    """In a child: have the kernel kill us when our parent dies, however it dies (Linux).

    Args:
        parent: Process id of the parent, which may have died before we got here.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
