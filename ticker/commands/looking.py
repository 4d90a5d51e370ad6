"""`ticker list`, `show`, `queue`, `editions`, `search`, `tail`: what there is to see."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from ticker.client import GoneError
from ticker.commands.lines import (
    edition_rows,
    field_rows,
    flash_rows,
    queue_rows,
    show,
    version_rows,
)
from ticker.commands.options import add_json
from ticker.commands.service import asked, edition_of
from ticker.commands.tail import as_json, as_text, follow

if TYPE_CHECKING:
    import argparse

    from ticker.client import Client, Edition, Flash, Version

# Fields of a search besides its words, and filters, as the interface names them.
_FILTERS: Final = ("section", "region", "tag", "coverage")
_FACETS: Final = (*_FILTERS, "urgency", "source", "author", "day")


def add(commands: Any) -> None:
    """Add the commands to a parser."""
    listing = _add(commands, "list", "the lines on show, in their order", _list)
    _add_editions(listing)
    for name in _FILTERS:
        listing.add_argument(f"--{name}", action="append", default=[], help="repeatable")
    listing.add_argument("--urgency", type=int, help="this or more urgent")
    listing.add_argument("--limit", type=int, help="lines at most, up to 200 of an edition")
    listing.add_argument("--before", metavar="ID", help="lines of the past before this one")
    shown = _add(commands, "show", "one line, each field of it", _show)
    shown.add_argument("id")
    shown.add_argument("--edition", help="found by the id when not given")
    shown.add_argument("--versions", action="store_true", help="all that was done to it, by whom")
    queue = _add(commands, "queue", "lines that wait, and for what", _queue)
    _add_editions(queue)
    _add(commands, "editions", "the editions of the newsroom", _editions)
    search = _add(commands, "search", "find lines of all days, newest first", _search)
    search.add_argument("words", nargs="*", help="all of them; the last one may go on")
    search.add_argument("--edition", required=True)
    for name in _FACETS:
        search.add_argument(f"--{name}", action="append", default=[], help="repeatable")
    search.add_argument("--limit", type=int, default=50, help="lines at most, up to 100 (50)")
    tail = _add(commands, "tail", "print the board, then every event as it happens", _tail)
    _add_editions(tail)


def _add(commands: Any, name: str, meaning: str, run: Any) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=meaning, description=meaning)
    add_json(command)
    command.set_defaults(run=run)
    return command


def _add_editions(command: argparse.ArgumentParser) -> None:
    command.add_argument("--edition", action="append", default=[], help="repeat for several; all")


async def _wanted(client: Client, given: list[str]) -> list[str]:
    return list(dict.fromkeys(given)) or [it["code"] for it in await client.editions()]


def _list(options: argparse.Namespace) -> None:
    filters = {name: getattr(options, name) for name in (*_FILTERS, "urgency", "limit", "before")}

    async def board(client: Client) -> list[Flash]:
        editions = await _wanted(client, options.edition)
        pages = [await client.board(edition, **filters) for edition in editions]
        return [flash for page in pages for flash in page.flashes]

    flashes = asked(board)
    show(flashes, flash_rows(flashes), as_json=options.json)


def _show(options: argparse.Namespace) -> None:
    async def versions(client: Client) -> list[Version]:
        edition = await edition_of(client, options.edition, options.id)
        return await client.versions(edition, options.id)

    async def flash(client: Client) -> Flash:
        edition = await edition_of(client, options.edition, options.id)
        try:
            return await client.show(edition, options.id)
        except GoneError as gone:
            return gone.tombstone

    if options.versions:
        done = asked(versions)
        show(done, version_rows(done), as_json=options.json)
    else:
        found = asked(flash)
        show([found], field_rows(found), as_json=options.json)


def _queue(options: argparse.Namespace) -> None:
    async def queue(client: Client) -> list[Version]:
        editions = await _wanted(client, options.edition)
        return [it for edition in editions for it in await client.queue(edition)]

    waiting = asked(queue)
    show(waiting, queue_rows(waiting), as_json=options.json)


def _editions(options: argparse.Namespace) -> None:
    async def editions(client: Client) -> list[Edition]:
        return await client.editions()

    found = asked(editions)
    show(found, edition_rows(found), as_json=options.json)


def _search(options: argparse.Namespace) -> None:
    facets = {name: getattr(options, name) for name in _FACETS}

    async def search(client: Client) -> list[Flash]:
        words = " ".join(options.words)
        found = await client.search(options.edition, words, limit=options.limit, **facets)
        return found.flashes

    flashes = asked(search)
    show(flashes, flash_rows(flashes), as_json=options.json)


def _tail(options: argparse.Namespace) -> None:
    render = as_json if options.json else as_text

    async def tail(client: Client) -> None:
        editions = await _wanted(client, options.edition)
        await follow(client, editions, lambda it: print(render(it), flush=True))

    with suppress(KeyboardInterrupt):
        asked(tail)
