"""The client for tests that wait for each answer, also where a loop runs in their thread."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from ticker.client import Client

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from ticker.client import Flash, Version

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Blocking:
    url: str
    token: str = ""

    def publish(self, edition: str, headline: str, **said: Any) -> Flash:
        return self.do(lambda it: it.publish(edition, headline, **said))

    def correct(self, edition: str, flash_id: str, **changes: Any) -> Flash:
        return self.do(lambda it: it.correct(edition, flash_id, **changes))

    def kill(self, edition: str, flash_id: str, reason: str) -> Flash:
        return self.do(lambda it: it.kill(edition, flash_id, reason))

    def find(self, flash_id: str) -> str:
        return self.do(lambda it: it.find(flash_id))

    def versions(self, edition: str, flash_id: str) -> list[Version]:
        return self.do(lambda it: it.versions(edition, flash_id))

    def is_ready(self) -> bool:
        return self.do(lambda it: it.is_ready())

    def do(self, ask: Callable[[Client], Coroutine[Any, Any, _T]]) -> _T:
        """What a coroutine of the client comes to, in a loop of its own."""
        client = Client(self.url, self.token)
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(lambda: asyncio.run(ask(client))).result()
