"""Whom an address stands for: what belongs to one subscriber counts as one client everywhere."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Network, ip_address
from typing import Final

_SUBSCRIBER_BITS: Final = 64
_ADDRESS_MAX: Final = 64


def is_address(text: str) -> bool:
    """Whether it is an IPv4 or IPv6 address, with a zone of no more than a name (RFC 4007)."""
    try:
        return len(text) <= _ADDRESS_MAX and bool(ip_address(text))
    except ValueError:
        return False


def client_network(address: str) -> str:
    """What belongs to one subscriber: an IPv4 address, or 64 bits of an IPv6 one (RFC 6177).

    What is no address, as where a socket has none, stands for itself.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv4Address):
        return address
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(IPv6Network((int(found), _SUBSCRIBER_BITS), strict=False))
