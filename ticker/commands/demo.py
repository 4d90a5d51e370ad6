"""`ticker demo`: a newsroom at work, so that a newcomer sees every kind of line within a minute."""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ticker.client import Client, ClientError
from ticker.news.document import utcnow

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCRIPT: Final = Path(__file__).parent / "demo.json"
_PACE_SECONDS: Final = 4.0
_OPENING_LINES: Final = 6
_LIFETIME: Final = timedelta(minutes=30)
_KILL_EVERY: Final = 11


class DemoPoster(threading.Thread):
    """Posts the sample lines of `demo.json` to a service, over and over, as an editor would."""

    def __init__(self, url: str, token: str) -> None:
        super().__init__(name="demo newsroom", daemon=True)
        self._url = url
        self._token = token

    def run(self) -> None:
        """Wait for the service, fill the boards, then go on at a lively pace."""
        asyncio.run(self._run())

    async def _run(self) -> None:
        async with Client(self._url, self._token) as ticker:
            while not await ticker.is_ready():  # noqa: ASYNC110 - it is another process
                await asyncio.sleep(0.1)
            for count, (edition, line) in enumerate(_lines(), start=1):
                try:
                    await _play(ticker, count, edition, line)
                except ClientError:
                    # The service is going down or was reconfigured; that is no reason to shout.
                    await asyncio.sleep(_PACE_SECONDS)
                if count > _OPENING_LINES:
                    await asyncio.sleep(_PACE_SECONDS)


async def _play(ticker: Client, count: int, edition: str, line: dict[str, Any]) -> None:
    correction = line.pop("corrected", None)
    flash = await ticker.publish(edition, **line, expires=utcnow() + _LIFETIME)
    if correction is not None:
        await asyncio.sleep(_PACE_SECONDS)
        await ticker.correct(edition, flash["id"], **correction)
    elif count % _KILL_EVERY == 0:
        await asyncio.sleep(_PACE_SECONDS)
        await ticker.kill(edition, flash["id"], "demo: sent by mistake")


def _lines() -> Iterator[tuple[str, dict[str, Any]]]:
    script: dict[str, list[dict[str, Any]]] = json.loads(_SCRIPT.read_text(encoding="utf-8"))
    while True:
        for row in itertools.zip_longest(*script.values()):
            for edition, line in zip(script, row, strict=True):
                if line is not None:
                    yield edition, dict(line)
