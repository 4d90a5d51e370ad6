"""A service of the benchmark's own: a real process on a free port, with throw-away data."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ticker.bench.errors import BenchError
from ticker.server.process import die_with_parent
from ticker.server.server import bind
from ticker.server.valkey import url

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["BOARD_LINES", "BenchError", "Running", "service"]

_START_SECONDS: Final = 30.0
_STOP_SECONDS: Final = 30.0
COMMAND: Final = (sys.executable, "-m", "ticker")
# An editor may post as fast as it likes, no beat falls into a measurement (the servers that it is
# compared with have none), and readers are bounded by the machine alone.
_SETTINGS: Final = {
    "TICKER_POSTS_PER_SECOND": "100000",
    "TICKER_POSTS_BURST": "100000",
    "TICKER_BEAT": "3600",
    "TICKER_MAX_READERS": "1000000",
}
BOARD_LINES: Final = 5


@dataclass(frozen=True, slots=True)
class Running:
    """A running service, an editor's token for it, and the URL of its store."""

    pid: int
    port: int
    token: str
    store_url: str

    @property
    def url(self) -> str:
        """Base URL."""
        return f"http://127.0.0.1:{self.port}"


def environment() -> dict[str, str]:
    """That of this process, without what steers a service of the user's own, and its store."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TICKER_")}


@contextmanager
def service(data: Path | None = None, board_lines: int = BOARD_LINES) -> Iterator[Running]:
    """A service with a board of so many lines, ready, gone when the context ends.

    Args:
        data: Where its store is; None: a fresh one, gone as well.
        board_lines: The longest board.

    Raises:
        BenchError: It did not come up.
    """
    with bind("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    ours = environment()
    with tempfile.TemporaryDirectory(prefix="ticker-bench-") as folder:
        data, log = data or Path(folder) / "data", Path(folder) / "log"
        with log.open("wb") as stderr:
            process = subprocess.Popen(  # noqa: S603 - our own command
                [*COMMAND, "serve", "--port", str(port), "--data", str(data)],
                stderr=stderr,
                env={**ours, **_SETTINGS, "TICKER_BOARD_LINES": str(board_lines)},
                preexec_fn=partial(die_with_parent, os.getpid()),  # noqa: PLW1509 - no threads here
            )
        try:
            _wait(process, port, log)
            yield Running(process.pid, port, _token(data, ours), url(data))
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not _is_ready(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise BenchError(f"the service did not start: {log.read_text(errors='replace')}")
        time.sleep(0.05)


def _token(data: Path, environment: dict[str, str]) -> str:
    made = subprocess.run(  # noqa: S603 - our own command
        [*COMMAND, "token", "create", "bench", "--role", "editor", "--data", str(data)],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    if made.returncode:
        raise BenchError(f"no token could be made: {made.stderr.strip()}")
    return made.stdout.strip()
