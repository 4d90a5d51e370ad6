"""The `ticker` command as real processes: run to the end, or kept running and killed."""

from __future__ import annotations

import asyncio
import os
import random
import select
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import cycle, islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from tests.support.blocking import Blocking
from tests.support.service import Remote
from ticker.commands import tokens
from ticker.settings import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

    # A command in this process: `ticker` without the start of an interpreter.
    Here: TypeAlias = "Callable[..., Ended]"

PATIENCE = 150.0
_ESTABLISHED, _LISTEN = "01", "0A"
_PORTS = range(18_000, 30_000)  # below the ephemeral ones, so that nobody connects to itself
_WORKERS = 16  # that have ports of their own


@dataclass(frozen=True, slots=True)
class Ended:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def refusal(self) -> str:
        """The one clear line on stderr of a command that was refused."""
        lines = self.err.splitlines()
        assert self.code == 1, self
        assert len(lines) == 1, self.err
        assert lines[0].startswith("ticker: "), self.err
        return lines[0].removeprefix("ticker: ")


def command(*args: str | Path) -> list[str]:
    return [sys.executable, "-m", "ticker", *map(str, args)]


def environment(given: Mapping[str, str] | None = None) -> dict[str, str]:
    """Our environment without what steers the command, and with what is given."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("TICKER_")}
    return {**ours, **(given or {})}


def ticker(*args: str | Path, env: Mapping[str, str] | None = None) -> Ended:
    """Run a command to its end."""
    done = subprocess.run(
        command(*args),
        env=environment(env),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def _shuffled() -> list[int]:
    """The ports of this worker of a test run, in an order that no other run has."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _WORKERS
    return random.sample(_PORTS[worker::_WORKERS], len(_PORTS) // _WORKERS)


_turns = cycle(_shuffled())


def free_port() -> int:
    """A port that nobody listens on, and that nobody else of this test run takes later either.

    So a service that is started again finds its port free.
    """
    for port in islice(_turns, len(_PORTS) // _WORKERS):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")


def children(pid: int) -> dict[int, str]:
    """Process id → command line of the children of a process."""
    found = {}
    for listing in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in listing.read_text().split():
            with suppress(FileNotFoundError, ProcessLookupError):
                line = Path(f"/proc/{child}/cmdline").read_bytes()
                found[int(child)] = line.replace(b"\0", b" ").decode()
    return found


def store_of(pid: int) -> int:
    """The embedded server of a service."""
    return next(child for child, line in children(pid).items() if "valkey-server" in line)


def workers_of(pid: int) -> set[int]:
    """The worker processes of a service."""
    return {child for child, line in children(pid).items() if "spawn_main" in line}


def connections_of(pid: int, port: int) -> int:
    """How many connections on a port a process has."""
    descriptors = {
        str(path.readlink()) for path in Path(f"/proc/{pid}/fd").iterdir() if path.is_symlink()
    }
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    local = f":{port:04X}"
    return sum(
        row[1].endswith(local) and row[3] == _ESTABLISHED and f"socket:[{row[9]}]" in descriptors
        for row in rows
    )


def listeners_on(port: int) -> int:
    """How many sockets listen on a port of 127.0.0.1, as each worker does for itself."""
    here = f"0100007F:{port:04X}"
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()]
    return sum(row[1] == here and row[3] == _LISTEN for row in rows)


@contextmanager
def watched(*pids: int) -> Iterator[list[int]]:
    """Handles of processes, theirs even after their numbers are used again."""
    handles = [os.pidfd_open(pid) for pid in pids]
    try:
        yield handles
    finally:
        for handle in handles:
            os.close(handle)


def await_end(handles: list[int]) -> None:
    """Wait until all of them have ended."""
    for handle in handles:
        assert select.select([handle], [], [], PATIENCE)[0], "the process lives on"


@dataclass(slots=True)
class Serving:
    """A `ticker serve` of our own, which can be killed and started again.

    Attributes:
        data: Its data directory.
        port: Where it listens, every time.
        verb: `serve` or `demo`.
        args: Further arguments.
        redis: A store that is not its own, when it has one.
        token: An editor's token, once it was made.
        settings: Further settings, as environment variables.
    """

    data: Path
    port: int = field(default_factory=free_port)
    verb: str = "serve"
    args: tuple[str, ...] = ()
    redis: str = ""
    token: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "not started"
        return self._process

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def remote(self) -> Remote:
        return Remote(self.port, self.token)

    @property
    def client(self) -> Blocking:
        return Blocking(self.url, self.token)

    @property
    def env(self) -> dict[str, str]:
        """What makes the editors' commands talk to it."""
        return {"TICKER_URL": self.url, "TICKER_TOKEN": self.token}

    @property
    def store(self) -> tuple[str, str]:
        """The arguments that name its store."""
        return ("--redis", self.redis) if self.redis else ("--data", str(self.data))

    @property
    def out(self) -> str:
        return self._file("out").read_text()

    @property
    def log(self) -> str:
        return self._file("err").read_text()

    def start(self, *, ready: bool = True) -> None:
        """Start it, and wait until it is open for business."""
        line = command(self.verb, "--port", str(self.port), *self.store, *self.args)
        with self._file("out").open("ab") as out, self._file("err").open("ab") as err:
            self._process = subprocess.Popen(
                line, env=environment(self.settings), stdout=out, stderr=err
            )
        if ready:
            self.await_ready()

    def await_ready(self) -> None:
        """Wait until it is ready, each worker of it."""
        deadline = time.monotonic() + PATIENCE
        workers = int(dict(pairwise(self.args)).get("--workers", "1"))
        while not self.client.is_ready() or listeners_on(self.port) < workers:
            assert self.process.poll() is None, self.log
            assert time.monotonic() < deadline, self.log
            time.sleep(0.02)

    def make_token(self, name: str = "tester", role: str = "editor") -> str:
        """What `ticker token create` does, without a process; the loop of a test may run here."""
        settings = replace(Settings(), redis_url=self.redis, data_dir=self.data)
        with ThreadPoolExecutor(1) as thread:
            self.token = thread.submit(tokens.create, settings, name, role, (), None).result()
        return self.token

    def kill(self) -> None:
        """SIGKILL, as the kernel does when memory runs out."""
        self.process.kill()
        self.process.wait(PATIENCE)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End it by a signal; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def _file(self, kind: str) -> Path:
        return self.data.with_name(f"{self.data.name}.{kind}")


@contextmanager
def serving(
    data: Path,
    *args: str,
    verb: str = "serve",
    redis: str = "",
    token: bool = True,
    ready: bool = True,
    settings: Mapping[str, str] | None = None,
) -> Iterator[Serving]:
    """A service on a data directory, with an editor's token; gone at the end."""
    service = Serving(data, verb=verb, args=args, redis=redis, settings=settings or {})
    service.start(ready=ready)
    try:
        if token:
            service.make_token()
        yield service
    finally:
        if service.process.poll() is None:
            service.stop()


@asynccontextmanager
async def streaming(
    *args: str | Path, env: Mapping[str, str] | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A command that prints for ever; ended when the context is."""
    process = await asyncio.create_subprocess_exec(
        *command(*args),
        env=environment(env),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
