"""A newsroom in a process of its own, which may be killed at any moment and goes on where it was.

    python -m tests.faults.publisher JOURNAL COUNT PACE EDITION TOKEN SEED URL…

It publishes, corrects and kills, asks again with the same Idempotency-Key until it has an answer, and
writes down what it is about to ask and what it was told before anything else happens.
"""

from __future__ import annotations

import json
import random
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final

_TIMEOUT: Final = 4.0
_PAUSE: Final = 0.1
# Fewer than fit on a board, so that none leaves it by being one too many.
_ALIVE_MAX: Final = 30
_CORRECTED: Final = 0.2
_EMBARGOED: Final = 0.2
_EMBARGO: Final = timedelta(seconds=2)
_OPENER: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_AGAIN: Final = frozenset({401, 429, 500, 503})
_FAULTS: Final = frozenset({401, 500})


def read(path: Path) -> list[dict[str, Any]]:
    """A journal as it is; a line that a kill has cut short was never acted on."""
    lines = path.read_text("utf-8").splitlines(keepends=True) if path.exists() else []
    return [json.loads(line) for line in lines if line.endswith("\n")]


def answers(entries: list[dict[str, Any]]) -> int:
    """How many of them are definite answers."""
    return sum("flash" in entry or "refused" in entry for entry in entries)


class Journal:
    """What was asked and answered; a line at a time, so that a kill costs nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.entries = read(path)
        path.write_text("".join(json.dumps(entry) + "\n" for entry in self.entries), "utf-8")

    def note(self, **entry: Any) -> None:
        entry["at"] = time.monotonic()
        self.entries.append(entry)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")


class Newsroom:
    """Decides what to ask next; the same seed and answers make the same decisions."""

    def __init__(
        self, journal: Journal, edition: str, token: str, seed: str, urls: list[str]
    ) -> None:
        self._journal = journal
        self._edition = edition
        self._token = token
        self._seed = seed
        self._urls = urls
        self._alive: set[str] = set()
        self._asked: dict[str, Any] | None = None
        for entry in journal.entries:
            self._recall(entry)

    def _recall(self, entry: dict[str, Any]) -> None:
        if "fault" in entry:
            return
        if "verb" in entry:
            self._asked = entry
            return
        if flash := entry.get("flash"):
            # What is withheld is left alone until the service releases it.
            if flash["pubstatus"] == "usable":
                self._alive.add(flash["id"])
            else:
                self._alive.discard(flash["id"])
        elif self._asked is not None:
            self._alive.discard(self._asked["id"])
        self._asked = None

    def run(self, count: int, pace: float) -> None:
        """Ask until there are so many answers in the journal."""
        done = answers(self._journal.entries)
        while done < count:
            if self._asked is None:
                self._ask(done)
            self._settle()
            done += 1
            time.sleep(random.uniform(0, 2 * pace))

    def _ask(self, number: int) -> None:
        chance = random.Random(f"{self._seed} {number}")
        # Of five in a row one is a kill and one a correction, whatever chance says.
        verb, flash_id = "publish", ""
        if self._alive and (number % 5 == 4 or len(self._alive) >= _ALIVE_MAX):
            verb, flash_id = "kill", chance.choice(sorted(self._alive))
        elif self._alive and (number % 5 == 2 or chance.random() < _CORRECTED):
            verb, flash_id = "correct", chance.choice(sorted(self._alive))
        key = f"{self._seed}-{number}"
        # A correction may take a line out of what a reader watches, or into it.
        fields: dict[str, Any] = {"headline": f"{verb} {key}", "urgency": chance.randint(1, 5)}
        if verb == "publish":
            fields["url"] = f"https://example.org/{key}"  # or nobody could click on it
            if chance.random() < _EMBARGOED:
                fields["embargoed"] = (datetime.now(UTC) + _EMBARGO).isoformat()
        self._journal.note(verb=verb, id=flash_id, key=key, fields=fields)
        self._asked = self._journal.entries[-1]

    def _settle(self) -> None:
        """Ask until there is a definite answer."""
        assert self._asked is not None
        tries = random.Random()
        while True:
            status, answer = self._call(tries.choice(self._urls), self._asked)
            if status in {HTTPStatus.OK, HTTPStatus.CREATED}:
                self._journal.note(flash=answer)
                break
            if status and status not in _AGAIN:
                self._journal.note(refused=status)
                break
            if status in _FAULTS:
                self._journal.note(fault=status)
            time.sleep(_PAUSE)
        self._recall(self._journal.entries[-1])

    def _call(self, url: str, asked: dict[str, Any]) -> tuple[int, Any]:
        path, body = f"{url}/v1/{self._edition}/flashes", None
        if asked["verb"] != "publish":
            path += f"/{asked['id']}"
        if asked["verb"] == "kill":
            path += "?reason=wrong"
        else:
            body = json.dumps(asked["fields"]).encode()
        method = {"publish": "POST", "correct": "PATCH", "kill": "DELETE"}[asked["verb"]]
        request = urllib.request.Request(path, body, method=method)
        request.add_header("Authorization", f"Bearer {self._token}")
        request.add_header("Idempotency-Key", asked["key"])
        request.add_header("Content-Type", "application/json")
        try:
            with _OPENER.open(request, timeout=_TIMEOUT) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, None
        except (OSError, HTTPException, ValueError):
            return 0, None


def main(argv: list[str]) -> None:
    path, count, pace, edition, token, seed, *urls = argv
    Newsroom(Journal(Path(path)), edition, token, seed, urls).run(int(count), float(pace))


if __name__ == "__main__":
    main(sys.argv[1:])
