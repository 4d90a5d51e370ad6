"""A service of the benchmark's own: a real process on a free port, with throw-away data."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ticker.ops.client import Client
from ticker.ops.server import bind

if TYPE_CHECKING:
    from collections.abc import Iterator

_START_SECONDS = 30.0


class BenchError(Exception):
    """The measurement could not be made."""


@dataclass(frozen=True, slots=True)
class Running:
    """A running service and an editor's token for it."""

    pid: int
    port: int
    token: str

    @property
    def url(self) -> str:
        """Base URL."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def service() -> Iterator[Running]:
    """A fresh service, ready, gone when the context ends.

    Raises:
        BenchError: It did not come up.
    """
    with bind("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="ticker-bench-") as folder:
        data = str(Path(folder) / "data")
        command = [sys.executable, "-m", "ticker"]
        process = subprocess.Popen(  # noqa: S603 - our own command
            [*command, "serve", "--port", str(port), "--data", data], stderr=subprocess.PIPE
        )
        try:
            _wait(process, port)
            token = subprocess.run(  # noqa: S603 - our own command
                [*command, "token", "create", "bench", "--role", "editor", "--data", data],
                check=True,
                capture_output=True,
                text=True,
            ).stdout.strip()
            yield Running(process.pid, port, token)
        finally:
            process.terminate()
            process.communicate()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    client = Client(f"http://127.0.0.1:{port}")
    deadline = time.monotonic() + _START_SECONDS
    while not client.is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise BenchError(f"the service did not start: {process.communicate()[1].decode()}")
        time.sleep(0.05)
