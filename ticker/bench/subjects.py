"""Starting what is measured: our service, and what it is compared with."""

from __future__ import annotations

import ipaddress
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from ticker.bench import kernel
from ticker.bench.errors import BenchError
from ticker.bench.feed import FeedPoster
from ticker.bench.reading import DEFLATE, WEBSOCKET
from ticker.bench.service import BOARD_LINES, service
from ticker.bench.subject import LinePoster, Subject, our_poster, text_poster
from ticker.server.process import die_with_parent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ticker.bench.kernel import Cores
    from ticker.bench.lines import Lines

HOST: Final = "127.0.0.1"
OURS: Final = "Ticker"
NAIVE: Final = "Starlette, queue and task per reader"
NAIVE_DEFLATE: Final = "the same, uvicorn's default deflate"
BROADCAST: Final = "websockets.broadcast"
LIMIT: Final = "C, bare send(2) loop"
PEERS: Final = (NAIVE, NAIVE_DEFLATE, BROADCAST, LIMIT)
_PATH: Final = "/v1/en/live"
_MODULES: Final = "ticker.bench.peers"


@contextmanager
def ours(
    lines: Lines, transport: str, cores: Cores | None, board_lines: int = BOARD_LINES
) -> Iterator[Subject]:
    """Our service, as anybody would start it, with a board of so many lines."""
    with service(board_lines=board_lines) as running:
        kernel.place(running.pid, cores)
        poster = our_poster((HOST, running.port), running.token, lines)
        name = OURS if transport == WEBSOCKET else f"{OURS}, {transport}"
        feed = FeedPoster(running.store_url, lines)
        yield Subject(
            name, running.pid, HOST, running.port, _PATH, transport, True, poster, feed,
            running.token,
        )  # fmt: skip


def target(url: str, pid: int, token: str, lines: Lines, transport: str) -> Subject:
    """A service of ours that runs already; it stays where it is.

    Raises:
        BenchError: It is not on this machine.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 80
    host = HOST if host == "localhost" else host
    try:
        local = parts.scheme == "http" and ipaddress.IPv4Address(host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise BenchError(f"--target must be http on 127.0.0.0/8, load stays here: {url!r}")
    poster = our_poster((host, port), token, lines)
    name = f"{OURS} at {url}"
    return Subject(name, pid, host, port, _PATH, transport, True, poster, token=token)


@contextmanager
def peer(name: str, lines: Lines, cores: Cores | None) -> Iterator[Subject | None]:
    """What we are compared with; None for the limit where there is no C compiler."""
    if name == LIMIT:
        with _limit(lines, cores) as subject:
            yield subject
        return
    module = "broadcast" if name == BROADCAST else "naive"
    deflate = name == NAIVE_DEFLATE
    command = [sys.executable, "-m", f"{_MODULES}.{module}", *["--deflate"][: int(deflate)]]
    with _started(command, cores) as (pid, ports):
        address = (HOST, ports[-1])
        poster = LinePoster(address, lines) if name == BROADCAST else text_poster(address, lines)
        transport = DEFLATE if deflate else WEBSOCKET
        yield Subject(name, pid, HOST, ports[0], "/live", transport, True, poster)


@contextmanager
def _limit(lines: Lines, cores: Cores | None) -> Iterator[Subject | None]:
    compiler = shutil.which("cc")
    if compiler is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="ticker-bench-") as folder:
        program = str(Path(folder) / "limit")
        source = str(Path(__file__).with_name("limit.c"))
        subprocess.run([compiler, "-O2", "-o", program, source], check=True)  # noqa: S603 - our own
        with _started([program], cores) as (pid, ports):
            poster = LinePoster((HOST, ports[1]), lines)
            yield Subject(LIMIT, pid, HOST, ports[0], "/", WEBSOCKET, False, poster)


@contextmanager
def _started(command: list[str], cores: Cores | None) -> Iterator[tuple[int, list[int]]]:
    """A server that prints its ports when it listens; killed when the context ends."""
    process = subprocess.Popen(  # noqa: S603 - our own command
        command,
        stdout=subprocess.PIPE,
        preexec_fn=partial(die_with_parent, os.getpid()),  # noqa: PLW1509 - no threads here
    )
    assert process.stdout is not None  # noqa: S101 - a pipe was asked for
    try:
        ports = [int(port) for port in process.stdout.readline().split()]
        if not ports:
            raise BenchError(f"{' '.join(command)} did not start")
        kernel.place(process.pid, cores)
        yield process.pid, ports
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
