"""`ticker demo`: a newsroom at work, so that a newcomer sees every kind of line within a minute."""

from __future__ import annotations

import itertools
import json
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ticker.commands.client import Client, ClientError
from ticker.news.document import format_time, utcnow

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCRIPT: Final = Path(__file__).parent / "demo.json"
_PACE_SECONDS: Final = 4.0
_OPENING_LINES: Final = 6
_LIFETIME: Final = timedelta(minutes=30)
_KILL_EVERY: Final = 11


class DemoPoster(threading.Thread):
    """Posts the sample lines of `demo.json` to a service, over and over, as an editor would."""

    def __init__(self, client: Client) -> None:
        super().__init__(name="demo newsroom", daemon=True)
        self._client = client

    def run(self) -> None:
        """Wait for the service, fill the boards, then go on at a lively pace."""
        while not self._client.is_ready():
            time.sleep(0.1)
        for count, (edition, line) in enumerate(_lines(), start=1):
            try:
                self._play(count, edition, line)
            except ClientError:
                # The service is going down or was reconfigured; the demo is no reason to shout.
                time.sleep(_PACE_SECONDS)
            if count > _OPENING_LINES:
                time.sleep(_PACE_SECONDS)

    def _play(self, count: int, edition: str, line: dict[str, Any]) -> None:
        correction = line.pop("corrected", None)
        expires = format_time(utcnow() + _LIFETIME)
        flash = self._client.post(edition, {**line, "expires": expires})
        if correction is not None:
            time.sleep(_PACE_SECONDS)
            self._client.correct(edition, flash["id"], correction)
        elif count % _KILL_EVERY == 0:
            time.sleep(_PACE_SECONDS)
            self._client.kill(edition, flash["id"], "demo: sent by mistake")


def _lines() -> Iterator[tuple[str, dict[str, Any]]]:
    script: dict[str, list[dict[str, Any]]] = json.loads(_SCRIPT.read_text(encoding="utf-8"))
    while True:
        for row in itertools.zip_longest(*script.values()):
            for edition, line in zip(script, row, strict=True):
                if line is not None:
                    yield edition, dict(line)
