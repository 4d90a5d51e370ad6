"""A hub in a process of its own: `ticker serve`, which can be killed, frozen and started again."""

from __future__ import annotations

import asyncio
import signal
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.faults.child import spawn
from tests.faults.promise import Line, line_of
from tests.support.link import Link
from tests.support.process import command, environment, free_port
from tests.support.service import Remote

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping
    from pathlib import Path

EDITION = "en"
BEAT = 2.0
PATIENCE = 60.0
BOARD_LINES = 200
LISTED = 200  # lines that an answer by HTTP has at most
_SETTINGS = {
    # No line leaves a board by being one too many, or too old where clocks jump: each must be there.
    "TICKER_BOARD_LINES": str(BOARD_LINES),
    "TICKER_BOARD_HOURS": "1000000",
    "TICKER_POSTS_PER_SECOND": "1000",
}


@dataclass(slots=True)
class HubProcess:
    """One `ticker serve`.

    Attributes:
        url: Of its store.
        launcher: Module and arguments that run in the place of `ticker`.
        settings: What its environment has beside ours.
        port: Its own door.
        door: Another one, behind a link that can be bad.
    """

    url: str
    folder: Path
    name: str
    launcher: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None
    door: Link = field(init=False)

    def __post_init__(self) -> None:
        self.door = Link(self.port)

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process

    @property
    def remote(self) -> Remote:
        return Remote(self.port, "")

    @property
    def log(self) -> str:
        return (self.folder / f"{self.name}.log").read_text()

    async def start(self) -> None:
        """Start it, and wait until it is open for business."""
        line = [*command("serve", "--port", str(self.port), "--redis", self.url)]
        if self.launcher:
            line = [sys.executable, "-m", *self.launcher, *line[3:]]
        env = environment({**_SETTINGS, **self.settings})
        self._process = spawn(line, self.folder / f"{self.name}.log", env)
        await self.ready()

    async def ready(self) -> None:
        """Wait until it is ready."""
        async with asyncio.timeout(PATIENCE):
            while not await self.is_ready():
                assert self.process.poll() is None, self.log[-3000:]
                await asyncio.sleep(0.05)

    async def is_ready(self) -> bool:
        try:
            async with asyncio.timeout(3):
                return (await self.remote.get("/readyz")).status == 200
        except (OSError, TimeoutError, ValueError, IndexError):
            return False

    async def board(self, edition: str = EDITION) -> list[Line]:
        """What it shows who asks by HTTP."""
        answer = await self.remote.get(f"/v1/{edition}/flashes?limit={LISTED}")
        return [line_of(flash) for flash in answer.json["flashes"]]

    def send(self, number: int) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.wait()

    def end_at_once(self) -> None:
        """Whatever it does, if it lives."""
        if self._process is not None and self.process.poll() is None:
            self.kill()

    async def end(self) -> int:
        """SIGTERM, and its exit code once it has gone."""
        self.send(signal.SIGCONT)
        self.send(signal.SIGTERM)
        return await asyncio.to_thread(self.process.wait, PATIENCE)
