"""What a desk is told besides the board: each topic, and how it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ticker.news.subscription import Subscription

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from ticker.hub.hub import Hub
    from ticker.store.archive import Archive
    from ticker.store.deliveries import Landing
    from ticker.store.presence import Census
    from ticker.store.stories import Siblings

_LANDINGS: Final = 30
_NOBODY: Final[Mapping[str, Any]] = {"readers": 0, "transports": {}, "origins": {}, "hubs": {}}

Topics = dict[str, "Callable[[str], Awaitable[Any]]"]


def topics(
    hub: Hub, archive: Archive, siblings: Siblings, landing: Landing, census: Census
) -> Topics:
    """Topic → what an edition's desks are told of it. They raise `StoreUnavailableError`."""

    async def queue(edition: str) -> list[dict[str, Any]]:
        return [record.as_document() for record in await archive.queue(edition)]

    async def stories(edition: str) -> dict[str, Any]:
        _, lines = hub.lines(Subscription(edition))
        return await siblings.of(lines)

    async def landings(edition: str) -> list[dict[str, Any]]:
        return await landing.newest(edition, _LANDINGS)

    async def readers(edition: str) -> Mapping[str, Any]:
        return (await census.read()).get(edition, _NOBODY)

    return {"queue": queue, "stories": stories, "landings": landings, "readers": readers}
