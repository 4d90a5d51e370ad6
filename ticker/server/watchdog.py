"""Watchdog: an event loop that stops turning is noticed by who can end its process.

A frozen process holds its readers' connections open and sends nothing. Who supervises it, our
parent of workers or systemd, sees that within seconds; readers would need their own time-out.
"""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

# Well above what a storm of readers holds a loop up, and still noticed within 15 s.
STUCK_SECONDS: Final = 10.0


class Watchdog:
    """Tells which loops have not turned for too long, by `time.monotonic` as their processes noted.

    Args:
        seconds: That a loop may take for a turn.
        clock: The same for all processes of a machine.
    """

    def __init__(
        self, seconds: float = STUCK_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds
        self._clock = clock
        self._looked = self._since = clock()

    def look(self) -> None:
        """Begin a look. After a pause of our own, frozen with all the others, nobody is late."""
        now = self._clock()
        if now > self._looked + self._seconds / 2:
            self._since = now
        self._looked = now

    def is_stuck(self, turned: float) -> bool:
        """Whether a loop that turned last at that time hangs."""
        return self._looked > max(turned, self._since) + self._seconds


class Systemd:
    """systemd's notification protocol, sd_notify(3): ready, and alive (`WatchdogSec=`).

    Args:
        address: `NOTIFY_SOCKET` of the environment; empty: nobody listens.
    """

    def __init__(self, address: str | None = None) -> None:
        given = os.environ.get("NOTIFY_SOCKET", "") if address is None else address
        self._address = f"\0{given[1:]}" if given.startswith("@") else given
        self._news = "READY=1\nWATCHDOG=1"

    def alive(self) -> None:
        """Say that the loop turns; the first time also that the service is ready."""
        if not self._address:
            return
        # It takes no answer, and a supervisor that is away is no reason to stop.
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as telling:
            telling.setblocking(False)
            telling.sendto(self._news.encode(), self._address)
            self._news = "WATCHDOG=1"
