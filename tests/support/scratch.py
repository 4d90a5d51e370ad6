"""Where tests keep their files and stores: in memory where there is room, so that they wait for no disk."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

_MEMORY = Path("/dev/shm")
_ROOM = 1 << 30  # a container's 64 MB would not do
_PREFIX = "ticker-tests-"


def claim() -> Path | None:
    """A folder in memory that is ours as long as this process lives; None where there is no such place.

    What runs before us left, killed or failed, goes now.
    """
    if not _has_room():
        return None
    for folder in _MEMORY.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            _own(folder)
            shutil.rmtree(folder)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_MEMORY))
    _own(folder)
    return folder


def _has_room() -> bool:
    try:
        place = os.statvfs(_MEMORY)
    except OSError:
        return False
    is_closed = place.f_flag & (os.ST_RDONLY | os.ST_NOEXEC)
    return (
        not is_closed and os.access(_MEMORY, os.W_OK) and place.f_bavail * place.f_frsize >= _ROOM
    )


def _own(folder: Path) -> None:
    """Lock a folder until this process ends.

    Raises:
        OSError: Somebody else has it.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise
