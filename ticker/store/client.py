"""The Redis or Valkey behind the service: how we connect, and what every key is called."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha1
from typing import TYPE_CHECKING, Any

from redis.exceptions import NoScriptError, RedisClusterException, RedisError

from ticker.settings import SettingsError
from ticker.store.address import kind_of
from ticker.store.cluster import Sharded
from ticker.store.sentinel import Watched
from ticker.store.topology import Single

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ticker.store.topology import Topology


class StoreUnavailableError(Exception):
    """The store did not do what it was asked: it is away, full, loading or read-only."""


@contextmanager
def guard() -> Iterator[None]:
    """Turns every fault of the store into `StoreUnavailableError`.

    Raises:
        CancelledError: The task was cancelled and the client swallowed it, as `asyncio.wait_for`
            does before Python 3.12 when what it waits for ends in the same moment.
    """
    try:
        yield
    except (RedisError, RedisClusterException, OSError, TimeoutError) as error:
        raise StoreUnavailableError(f"{type(error).__name__}: {error}") from error
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


@dataclass(frozen=True, slots=True)
class Keys:
    """Names of an edition's keys; the braces put them on one slot of a Redis Cluster."""

    edition: str

    def _name(self, part: str) -> str:
        return f"{{ticker:{self.edition}}}:{part}"

    @property
    def head(self) -> str:
        """Hash: offset and tag of the newest entry, and the import that goes on."""
        return self._name("head")

    @property
    def wire(self) -> str:
        """Stream: the log; entry ids are `<offset>-0`."""
        return self._name("wire")

    @property
    def flashes(self) -> str:
        """Hash: flash id → its newest record."""
        return self._name("flashes")

    @property
    def board(self) -> str:
        """Sorted set: ids of usable flashes by first publication in ms."""
        return self._name("board")

    @property
    def pins(self) -> str:
        """Sorted set: ids of pinned usable flashes by first publication in ms."""
        return self._name("pins")

    @property
    def due(self) -> str:
        """Sorted set: ids of withheld flashes by the end of their embargo in ms."""
        return self._name("due")

    @property
    def queue(self) -> str:
        """Sorted set: ids of withheld flashes by when they were filed, in ms."""
        return self._name("queue")

    @property
    def stories(self) -> str:
        """Hash: key of a story → id of the flash that is this edition's version of it."""
        return self._name("stories")

    @property
    def checked(self) -> str:
        """Hash: flash id → when somebody last checked it against its versions elsewhere, in ms."""
        return self._name("checked")

    @property
    def landed(self) -> str:
        """Sorted set: `<flash id> <version>` of what hubs have carried, by its time in ms."""
        return self._name("landed")

    def landing(self, name: str) -> str:
        """Hash: hub → whom this version (`<flash id> <version>`) has reached there."""
        return self._name(f"landing:{name}")

    @property
    def desk(self) -> str:
        """Channel: says the id of a flash that changed, to desks, withheld ones too."""
        return self._name("desk")

    @property
    def live(self) -> str:
        """Channel: announces every entry of the log."""
        return self._name("live")

    def versions(self, flash_id: str) -> str:
        """List: every record of a flash, oldest first."""
        return self._name(f"versions:{flash_id}")

    def coverage(self, slug: str) -> str:
        """Sorted set: ids of a running story's usable flashes by first publication in ms."""
        return self._name(f"coverage:{slug}")

    def clicks(self, hour: str) -> str:
        """Sorted set: ids of flashes by how often their link was followed in an hour."""
        return self._name(f"clicks:{hour}")

    def idempotency(self, key: str) -> str:
        """Hash: fingerprint of a request and the record that answered it."""
        return self._name(f"idempotency:{key}")


class Script:
    """A Lua script of ours, which runs whole or not at all."""

    def __init__(self, commands: Any, text: str) -> None:
        self._commands = commands
        self._text = text
        self._digest = sha1(text.encode(), usedforsecurity=False).hexdigest()

    async def __call__(self, keys: Sequence[str], args: Sequence[str | int]) -> Any:
        """Run it where the keys are."""
        try:
            return await self._commands.evalsha(self._digest, len(keys), *keys, *args)
        except NoScriptError:
            # Sent whole to the one server that needs it: on a Cluster the others may be away.
            return await self._commands.eval(self._text, len(keys), *keys, *args)


class Store:
    """Connections to one store: a server, a primary that Sentinel names, or a Cluster.

    Args:
        url: As docs/stores.md has them.

    Attributes:
        topology: Where commands and subscriptions go.
        commands: Client for commands (`Topology.commands`).

    Raises:
        SettingsError: The URL is none of a store.
    """

    def __init__(self, url: str) -> None:
        try:
            self.topology = _topology_of(url)
        except (ValueError, TypeError, RedisError, RedisClusterException) as error:
            raise SettingsError(f"redis_url: {error}") from error
        self.commands: Any = self.topology.commands

    @property
    def announce(self) -> str:
        """The command that announces to subscribers."""
        return "SPUBLISH" if self.topology.sharded else "PUBLISH"

    def script(self, text: str) -> Script:
        """A script that can be run."""
        return Script(self.commands, text)

    async def ping(self) -> None:
        """Ask whether the store answers, all shards of it.

        Raises:
            StoreUnavailableError: It does not.
        """
        with guard():
            await self.commands.ping(**self.topology.everywhere)

    async def close(self) -> None:
        """Give the connections back."""
        await self.topology.close()


def _topology_of(url: str) -> Topology:
    """The kind of store that a URL names.

    Raises:
        ValueError, TypeError: An option in the URL has a value that is none, or is none itself.
    """
    kinds: dict[str, Callable[[str], Topology]] = {"sentinel": Watched, "cluster": Sharded}
    return kinds.get(kind_of(url), Single)(url)
