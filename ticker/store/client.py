"""The Redis or Valkey behind the service: connections and scripts."""

from __future__ import annotations

from hashlib import sha1
from typing import TYPE_CHECKING, Any

from redis.exceptions import NoScriptError, RedisClusterException, RedisError

from ticker.settings import SettingsError
from ticker.store.address import kind_of
from ticker.store.cluster import ClusterTopology
from ticker.store.faults import store_errors
from ticker.store.keys import NAMESPACE, EditionKeys, House
from ticker.store.sentinel import SentinelTopology
from ticker.store.topology import SingleServer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ticker.store.topology import Topology


class Script:
    """A Lua script of ours, which is atomic: no other command runs in between."""

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
        namespace: What all keys and channels begin with.

    Attributes:
        topology: Where commands and subscriptions go.
        commands: Client for commands (`Topology.commands`).
        keys: Names of what belongs to an edition, by its code.
        house: Names of what belongs to no edition.

    Raises:
        SettingsError: The URL is none of a store.
    """

    def __init__(self, url: str, namespace: str = NAMESPACE) -> None:
        try:
            self.topology = _topology_of(url)
        except (ValueError, TypeError, RedisError, RedisClusterException) as error:
            raise SettingsError(f"redis_url: {error}") from error
        self.commands: Any = self.topology.commands
        self.house = House(namespace)
        self.keys = EditionKeys(namespace, self.topology.database)

    @property
    def announce(self) -> str:
        """The command that announces to subscribers."""
        return "SPUBLISH" if self.topology.sharded else "PUBLISH"

    def script(self, text: str) -> Script:
        """A script that can be run."""
        return Script(self.commands, text)

    async def ping(self) -> None:
        """Ask whether the store answers, of a Cluster any shard.

        Raises:
            StoreUnavailableError: It does not.
        """
        with store_errors():
            await self.topology.ping()

    async def close(self) -> None:
        """Give the connections back."""
        await self.topology.close()


def _topology_of(url: str) -> Topology:
    """The kind of store that a URL names.

    Raises:
        ValueError, TypeError: An option in the URL has a value that is none, or is none itself.
    """
    kinds: dict[str, Callable[[str], Topology]] = {
        "sentinel": SentinelTopology,
        "cluster": ClusterTopology,
    }
    return kinds.get(kind_of(url), SingleServer)(url)
