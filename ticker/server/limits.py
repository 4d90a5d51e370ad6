"""Connection limits and deadlines (slowloris): who may be connected, and how long they may take.

A connection is judged before a byte of it is read. This module knows transports, and nothing of
what is spoken over them.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from ipaddress import ip_address, ip_network
from itertools import takewhile
from typing import TYPE_CHECKING, Final, Protocol, cast

from ticker.protocol.networks import client_network
from ticker.server.turns import Turns

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

REQUEST_SECONDS: Final = 10.0
GOODBYE_SECONDS: Final = 2.0
SPARE: Final = 1000  # connections of editors, pages and probes while the readers' places are full
_MAPPED_BITS: Final = 96
_GOODBYES_MAX: Final = 1000
_GOODBYES_MIN: Final = 8
_GOODBYES_SHARE: Final = 4
_COARSENESS: Final = 10  # deadlines are looked at this many times within their time


class Expiring(Protocol):
    """A protocol that a deadline can end."""

    def overdue(self) -> None:
        """The peer took too long."""


class Deadlines:
    """Coarse timer: one for all deadlines, instead of one for each.

    Args:
        seconds: How long each may take.
    """

    __slots__ = ("_due", "_seconds", "_timer")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        # They all have the same time, so the order of entry is the order of the deadlines.
        self._due: dict[asyncio.BaseTransport, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._due)

    def start(self, transport: asyncio.BaseTransport) -> None:
        """Give a peer its time, unless it is running already."""
        if transport in self._due:
            return
        loop = asyncio.get_running_loop()
        self._due[transport] = loop.time() + self._seconds
        if self._timer is None:
            self._timer = loop.call_later(self._seconds, self._sweep)

    def stop(self, transport: asyncio.BaseTransport) -> None:
        """The peer is done, or gone."""
        self._due.pop(transport, None)

    def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        now, self._timer = loop.time(), None
        for transport in [*takewhile(lambda it: self._due[it] <= now, self._due)]:
            self.stop(transport)
            cast("Expiring", transport.get_protocol()).overdue()
        for due in self._due.values():
            pause = max(due - now, self._seconds / _COARSENESS)
            self._timer = loop.call_later(pause, self._sweep)
            break


class ConnectionLimits:
    """Admission control: counts the connections of a process, and those of each address.

    Args:
        limit: Connections of the process; 0: as many as there may be readers, and some more.
        readers: Readers of the process.
        per_address: Connections of one address, or of one IPv6 network of 64 bits; 0: no limit.
        exempt: Addresses and networks, with commas, that stand for many: trusted proxies.

    Attributes:
        is_draining: Whether others are to take over, and each answer is a connection's last.
        requests: Time for a request to become whole.
        goodbyes: Time for a peer that was refused to read why.
        turns: How many requests begin at once.
    """

    __slots__ = (
        "_addresses", "_exempt", "_limit", "_lingering_limit", "_open", "_per_address",
        "goodbyes", "is_draining", "requests", "turns",
    )  # fmt: skip

    def __init__(self, limit: int, readers: int, per_address: int, exempt: str) -> None:
        self._limit = limit or readers + SPARE
        self._lingering_limit = lingering(self._limit)
        self._per_address = per_address
        self._exempt = _networks(exempt)
        self._addresses: dict[asyncio.BaseTransport, str] = {}
        self._open: Counter[str] = Counter()
        self.is_draining = False
        self.requests = Deadlines(REQUEST_SECONDS)
        self.goodbyes = Deadlines(GOODBYE_SECONDS)
        self.turns = Turns()

    def enter(self, transport: asyncio.Transport, connected: int) -> int:
        """Judge a new connection: 0, or the status to refuse it with (503 full, 429 too many).

        Args:
            transport: The new one.
            connected: How many there are already.
        """
        if connected >= self._limit:
            return 503
        if self._per_address and not self._count(transport):
            return 429
        self.requests.start(transport)
        return 0

    def leave(self, transport: asyncio.BaseTransport) -> None:
        """A connection is lost."""
        self.requests.stop(transport)
        self.goodbyes.stop(transport)
        address = self._addresses.pop(transport, None)
        if address is not None:
            self._open[address] -= 1
            if not self._open[address]:
                del self._open[address]

    def may_linger(self) -> bool:
        """Whether one more that was refused may linger, to read why."""
        return len(self.goodbyes) < self._lingering_limit

    def is_trusted(self, transport: asyncio.BaseTransport) -> bool:
        """Whether a proxy of ours is at the other end."""
        peer = transport.get_extra_info("peername")
        return peer is not None and self._is_exempt(peer[0])

    def _count(self, transport: asyncio.Transport) -> bool:
        peer = transport.get_extra_info("peername")
        if peer is None or self._is_exempt(peer[0]):
            return True
        network = client_network(peer[0])
        if self._open[network] >= self._per_address:
            return False
        self._open[network] += 1
        self._addresses[transport] = network
        return True

    def _is_exempt(self, address: str) -> bool:
        return any(ip_address(address) in network for network in self._exempt)


def with_mapped(proxies: str) -> str:
    """The same list, with each IPv4 network also as an IPv6 socket sees it (RFC 4291 §2.5.5.2)."""
    mapped = [
        f"::ffff:{it.network_address}/{_MAPPED_BITS + it.prefixlen}"
        for it in _networks(proxies)
        if it.version == 4 and it.prefixlen  # noqa: PLR2004 - of the protocol
    ]
    return ",".join(filter(None, [proxies, *mapped]))


def lingering(connections: int) -> int:
    """How many that were refused may linger at once, beside so many that are let in."""
    return min(_GOODBYES_MAX, _GOODBYES_MIN + connections // _GOODBYES_SHARE)


def _networks(text: str) -> list[IPv4Network | IPv6Network]:
    """Those of the words that are addresses or networks; uvicorn takes others as names."""
    found = []
    for word in filter(None, map(str.strip, text.split(","))):
        if word == "*":
            return [ip_network("0.0.0.0/0"), ip_network("::/0")]
        try:
            found.append(ip_network(word, strict=False))
        except ValueError:
            continue
    return found
