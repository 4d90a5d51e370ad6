"""`ticker tail`: prints the board, then each event once, whatever breaks in between."""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from ticker.client import Away, Line, Reset
from ticker.news import document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ticker.client import Client, Event, Flash


async def follow(
    client: Client, editions: Iterable[str], show: Callable[[dict[str, Any]], None]
) -> None:
    """Follow several editions at once, until cancelled.

    Args:
        client: Of the service.
        editions: Codes.
        show: Called with each event as a message of the protocol, in order.

    Raises:
        FollowError: The service sent us away for good.
    """
    tasks = [asyncio.create_task(_follow(client, edition, show)) for edition in editions]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _follow(client: Client, edition: str, show: Callable[[dict[str, Any]], None]) -> None:
    async with aclosing(client.follow(edition)) as events:
        async for event in events:
            _tell(client.url, edition, event)
            for flash in _shown(event):
                show({"type": "flash", "cursor": event.cursor, "flash": flash})


def _shown(event: Event) -> list[Flash]:
    match event:
        case Reset():
            return event.fresh
        case Line():
            return [event.flash]
        case _:
            return []


def _tell(url: str, edition: str, event: Event) -> None:
    match event:
        case Away():
            news = f"waiting for {url}: {event.reason}"
        case Reset(is_first=False):
            news = "the events of the break are not known any more; here is the board"
        case _:
            return
    print(f"ticker: {edition}: {news}", file=sys.stderr, flush=True)


def as_json(message: dict[str, Any]) -> str:
    """An event as one line of JSON."""
    return document.dumps(message)


def as_text(message: dict[str, Any]) -> str:
    """An event as one line for people."""
    flash = message["flash"]
    head = f"{flash['versioncreated'][11:19]}  {flash['edition']}  "
    if flash["pubstatus"] == "canceled":
        return f"{head}KILLED  {flash['id']}"
    verb = "" if flash["version"] == 1 else f"v{flash['version']}  "
    source = f"  ({flash['source']})" if flash["source"] else ""
    return f"{head}{flash['urgency']}  {verb}{flash['headline']}{source}  {flash['id']}"
