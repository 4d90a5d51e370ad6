"""Rights (ACL): whether the store's user may do what this service does, asked before it does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ticker.store.faults import store_errors

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ticker.store.client import Store

# All that docs/stores.md names, but for what only some set-ups and servers have.
COMMANDS: Final = (
    *(
        "get",
        "set",
        "mget",
        "append",
        "del",
        "expire",
        "ttl",
        "incrby",
        "decrby",
        "exists",
        "pexpireat",
    ),
    *("hget", "hset", "hsetnx", "hmget", "hgetall", "hvals", "hlen", "hdel", "hexists", "hscan"),
    *("pexpireat", "pexpiretime", "sadd", "srem", "smembers", "rpush", "lrange", "lindex", "llen"),
    *("zadd", "zrem", "zincrby", "zrange", "zrevrange", "zrangebyscore", "zrevrangebyscore"),
    *("zremrangebyrank", "xadd", "xrange", "xrevrange"),
)
_CHANNELS: Final = ("publish", "subscribe")
_SHARD_CHANNELS: Final = ("spublish", "ssubscribe")
# KEYS[1] is never touched. `pcall`: a command that was renamed is an error and not a refusal.
_SCRIPT: Final = """
local missing = {}
for i = 1, #ARGV, 2 do
  local name = ARGV[i + 1]
  local known, allowed = pcall(redis.acl_check_cmd, ARGV[i], name, name, name)
  if not known then table.insert(missing, ARGV[i] .. ' (the server does not have it)')
  elseif not allowed then table.insert(missing, ARGV[i]) end
end
return missing
"""


class Rights:
    """Rights of the store's user. Every method raises `StoreUnavailableError`."""

    def __init__(self, store: Store) -> None:
        self._script = store.script(_SCRIPT)
        self._sharded = store.topology.sharded
        self._keys = store.keys
        self._house = store.house

    async def missing(self, editions: Iterable[str]) -> list[str]:
        """Commands that it may not run on what it must run them on."""
        found: set[str] = set()
        places = [(self._keys(edition).head, self._keys(edition).live) for edition in editions]
        for key, channel in [*places, *((it, "") for it in (self._house.users, self._house.audit))]:
            channels = _SHARD_CHANNELS if self._sharded else _CHANNELS
            asked: list[Any] = [word for command in COMMANDS for word in (command, key)]
            asked += [word for command in channels if channel for word in (command, channel)]
            with store_errors():
                found |= set(await self._script([key], asked))
        return sorted(found)
