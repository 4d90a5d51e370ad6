"""A reader as docs/protocol.md describes it, in as few lines as will do: the oracle for the hub."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ticker.news.document import parse_time

BOARD_LINES = 50
WINDOW = timedelta(hours=24)


@dataclass(slots=True)
class ReferenceReader:
    """Applies messages by the rules and nothing else."""

    cursor: str = ""
    flashes: dict[str, dict[str, Any]] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    resets: int = 0

    def apply(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "hello":
                if message["reset"]:
                    self.resets += 1
                    self.flashes.clear()
                    self.versions.clear()
                for flash in message["flashes"]:
                    self._upsert(flash)
                for flash_id in message.get("drops", []):
                    self.flashes.pop(flash_id, None)
            case "flash":
                self._upsert(message["flash"])
            case "drop":
                self.flashes.pop(message["id"], None)
            case _:
                pass
        self.cursor = message["cursor"]

    def _upsert(self, flash: dict[str, Any]) -> None:
        if flash["version"] <= self.versions.get(flash["id"], 0):
            return
        self.versions[flash["id"]] = flash["version"]
        if flash["pubstatus"] == "canceled":
            self.flashes.pop(flash["id"], None)
        else:
            self.flashes[flash["id"]] = flash

    def lines(self, now: datetime) -> list[tuple[str, int]]:
        """Id and version of each line on show, in order."""
        shown = [flash for flash in self.flashes.values() if _is_on(flash, now)]
        shown.sort(key=lambda it: (it["pinned"], it["firstcreated"], it["id"]), reverse=True)
        return [(flash["id"], flash["version"]) for flash in shown[:BOARD_LINES]]


def _is_on(flash: dict[str, Any], now: datetime) -> bool:
    if flash["expires"] is not None and parse_time(flash["expires"]) <= now:
        return False
    return bool(flash["pinned"]) or parse_time(flash["firstcreated"]) > now - WINDOW
