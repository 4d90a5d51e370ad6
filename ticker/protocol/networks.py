"""Whom an address stands for: what belongs to one subscriber counts as one client everywhere."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Network, ip_address
from typing import Final

_SUBSCRIBER_BITS: Final = 64


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
