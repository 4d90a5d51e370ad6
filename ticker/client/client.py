"""`Client`: everything that an editor's or a reader's program may want of the service."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Self, Unpack
from urllib.parse import urlsplit

from ticker.client.calls import Ask, Calls, path_of, written
from ticker.client.errors import ClientError, GoneError, NotFoundError, problem
from ticker.client.exchange import Connections
from ticker.client.follow import Follower
from ticker.client.many import publish_all
from ticker.client.shapes import Board, Found

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterable, Iterable, Mapping
    from ssl import SSLContext

    from ticker.client.events import Event
    from ticker.client.shapes import (
        Correction,
        Edition,
        Facets,
        Filed,
        Filters,
        Flash,
        NewFlash,
        NewLine,
        Version,
    )

_TIMEOUT: Final = 10.0


class Client:
    """Talks to one service: `async with Client("https://ticker.example", token="tkr_…") as ticker`.

    Each change is asked for again under one `Idempotency-Key` where an answer is lost, so it is
    done once. Texts are plain; times may be given as aware datetimes or as RFC 3339.
    All methods raise `ticker.client.errors`: `ProblemError` where the service refuses, with each
    wrong field, `UnreachableError` where nobody answers.

    Args:
        url: Base URL of the service.
        token: Bearer token; empty: none, which is enough to read.
        tls: How TLS is spoken to an https address; None: as Python does by itself.
        timeout: Seconds that an answer may take.

    Raises:
        AddressError: The address or the token cannot be one.
    """

    def __init__(
        self, url: str, token: str = "", *, tls: SSLContext | None = None, timeout: float = _TIMEOUT
    ) -> None:
        self.url = url.rstrip("/")
        self.token = token
        self._connections = Connections(self.url, tls)
        self._calls = Calls(self._connections, token, timeout)

    async def __aenter__(self) -> Self:
        """Keep a connection from here on, so that the next request need not open one."""
        self._connections.keeps = True
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close it."""
        self._connections.close()

    async def publish(self, edition: str, headline: str, **said: Unpack[NewFlash]) -> Flash:
        """Publish a line; the flash as it was filed."""
        return await self._file(edition, headline, {}, said)

    async def draft(self, edition: str, headline: str, **said: Unpack[NewFlash]) -> Flash:
        """File a line that no reader sees until it is released."""
        return await self._file(edition, headline, {"draft": True}, said)

    async def hold(
        self, edition: str, headline: str, seconds: int, **said: Unpack[NewFlash]
    ) -> Flash:
        """Publish a line in 1 to 10 seconds, in which a kill stops it."""
        return await self._file(edition, headline, {"hold": [seconds]}, said)

    async def release(
        self,
        edition: str,
        flash_id: str,
        *,
        hold: int = 0,
        if_version: int | None = None,
        key: str | None = None,
    ) -> Flash:
        """Let a waiting line out: a draft, a hold, an embargo, or as its second editor."""
        ask = Ask(
            method="POST",
            path=path_of(edition, "flashes", flash_id, "release"),
            query={"hold": hold or None},
            headers=_if_match(if_version),
        )
        flash: Flash = await self._calls.write(ask, key)
        return flash

    async def correct(self, edition: str, flash_id: str, **changes: Unpack[Correction]) -> Flash:
        """Change a line; None takes back what a field says.

        Raises:
            ChangedError: Others have changed it since `if_version`.
        """
        given: dict[str, Any] = {**changes}
        key, if_version = given.pop("key", None), given.pop("if_version", None)
        ask = Ask(
            method="PATCH",
            path=path_of(edition, "flashes", flash_id),
            query={name: given.pop(name, False) for name in ("clean", "refile")},
            body=written(given),
            headers=_if_match(if_version),
        )
        flash: Flash = await self._calls.write(ask, key)
        return flash

    async def pin(self, edition: str, flash_id: str) -> Flash:
        """Keep a line on top of the board."""
        return await self.correct(edition, flash_id, pinned=True)

    async def unpin(self, edition: str, flash_id: str) -> Flash:
        """Let it go down the board."""
        return await self.correct(edition, flash_id, pinned=False)

    async def kill(
        self,
        edition: str,
        flash_id: str,
        reason: str,
        *,
        if_version: int | None = None,
        key: str | None = None,
    ) -> Flash:
        """Take a line off every screen; the reason is for the newsroom."""
        ask = Ask(
            method="DELETE",
            path=path_of(edition, "flashes", flash_id),
            # An empty reason is to be refused, not to be left out.
            query={"reason": [reason]} if reason else {},
            headers=_if_match(if_version),
        )
        flash: Flash = await self._calls.write(ask, key)
        return flash

    def publish_all(
        self,
        lines: Iterable[NewLine] | AsyncIterable[NewLine],
        *,
        draft: bool = False,
        clean: bool = False,
        key: str | None = None,
    ) -> AsyncGenerator[Filed]:
        """File many lines, each with its `edition`; a result for each, in their order.

        Each is judged by itself. Where more comes than one may ask for, it waits.

        Args:
            lines: Taken as they are filed, however many there are.
            draft: Whether those that do not say so are drafts.
            clean: As `publish`.
            key: As `publish`; for the same lines in the same order.
        """
        return publish_all(self._calls, lines, {"draft": draft, "clean": clean}, key)

    async def board(
        self,
        edition: str,
        *,
        limit: int | None = None,
        before: str | None = None,
        **filters: Unpack[Filters],
    ) -> Board:
        """What is on show, or the page of the past before a line."""
        query = {"limit": limit, "before": before, **filters}
        body, _ = await self._calls.read(Ask(path=path_of(edition, "flashes"), query=query))
        return Board(body["cursor"], body["flashes"])

    async def search(
        self,
        edition: str,
        words: str = "",
        *,
        limit: int | None = None,
        before: str | None = None,
        **facets: Unpack[Facets],
    ) -> Found:
        """Lines of all days with these words, killed ones too with a token."""
        query = {"q": words, "limit": limit, "before": before, **facets}
        return await self._found(Ask(path=path_of(edition, "flashes"), query=query))

    async def more(self, found: Found) -> Found:
        """The next page of a search that has one."""
        return await self._found(Ask(path=found.more))

    async def show(self, edition: str, flash_id: str) -> Flash:
        """One line as it is now.

        Raises:
            GoneError: It was killed.
        """
        body, _ = await self._calls.read(Ask(path=path_of(edition, "flashes", flash_id)))
        flash: Flash = body
        return flash

    async def versions(self, edition: str, flash_id: str) -> list[Version]:
        """All that was done to a line, oldest first, its words also where it is killed."""
        path = path_of(edition, "flashes", flash_id, "versions")
        body, _ = await self._calls.read(Ask(path=path))
        versions: list[Version] = body["versions"]
        return versions

    async def queue(self, edition: str) -> list[Version]:
        """Lines that wait: drafts, holds, embargoes, and those for a second editor."""
        body, _ = await self._calls.read(Ask(path=path_of(edition, "queue")))
        queue: list[Version] = body["queue"]
        return queue

    async def editions(self) -> list[Edition]:
        """The editions of the newsroom, in their order."""
        body, _ = await self._calls.read(Ask(path="/v1/editions"))
        editions: list[Edition] = body["editions"]
        return editions

    async def find(self, flash_id: str) -> str:
        """Code of the edition that a line belongs to, killed ones too.

        Raises:
            NotFoundError: None.
        """
        for edition in await self.editions():
            try:
                await self.show(edition["code"], flash_id)
            except NotFoundError:
                continue
            except GoneError:
                pass
            return edition["code"]
        detail = f"there is no flash {flash_id!r} in any edition"
        raise problem(HTTPStatus.NOT_FOUND, "Not Found", {"detail": detail})

    async def is_ready(self) -> bool:
        """Whether the service is open for business."""
        try:
            await self._calls.read(Ask(path="/readyz", tries=1))
        except ClientError:
            return False
        return True

    def follow(
        self, edition: str, *, cursor: str = "", **filters: Unpack[Filters]
    ) -> AsyncGenerator[Event]:
        """Everything that happens in an edition, for ever: each version once and in order.

        It comes back by itself after every break and goes on where it was; `contextlib.aclosing`
        ends it at once where a loop is left.

        Args:
            edition: Code of the edition.
            cursor: Of the last event that was seen, to go on there; empty: begin with the board.
            filters: Which lines.

        Raises:
            FollowError: The service sent us away for good.
        """
        return Follower(self._connections, edition, {**filters}, cursor).events()

    async def _file(
        self, edition: str, headline: str, how: Mapping[str, Any], said: NewFlash
    ) -> Flash:
        line: dict[str, Any] = {"headline": headline, **said}
        key, clean = line.pop("key", None), line.pop("clean", False)
        path = path_of(edition, "flashes")
        ask = Ask(method="POST", path=path, query={**how, "clean": clean}, body=written(line))
        flash: Flash = await self._calls.write(ask, key)
        return flash

    async def _found(self, ask: Ask) -> Found:
        body, headers = await self._calls.read(ask)
        more = headers.get("link", "").removeprefix("<").partition(">")[0]
        path = urlsplit(more)._replace(scheme="", netloc="").geturl()
        path = path.removeprefix(urlsplit(self.url).path)
        return Found(body["flashes"], body.get("matches", []), body.get("complete", True), path)


def _if_match(version: int | None) -> Mapping[str, str]:
    return {} if version is None else {"If-Match": f'"{version}"'}
