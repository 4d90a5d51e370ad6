"""Heads of requests that the parser takes, and that two servers could read in two ways (RFC 9112).

Pure: it knows neither the parser nor a connection.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

# A name or an address, and a port (RFC 3986 §3.2): links of ours are made of it.
HOST: Final = re.compile(rb"(?:[0-9A-Za-z._~%-]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_ABSOLUTE: Final = re.compile(rb"https?://([^/?#]+)", re.IGNORECASE)
_VERSIONS: Final = frozenset({"1.0", "1.1"})


def is_clear(version: str, target: bytes, headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether a head has one meaning to all who read it on its way.

    Args:
        version: Of HTTP, as `1.1`.
        target: Of the request, as it came.
        headers: Its fields, with names in lower case.
    """
    fields = list(headers)
    hosts = [value for name, value in fields if name == b"host"]
    codings = [value for name, value in fields if name == b"transfer-encoding"]
    if version == "1.0":
        # It has no chunks, and knows no host (RFC 9112 §6.1, §3.2).
        hosts = hosts or [b""]
        codings = [b"", *codings] if codings else []
    return (
        version in _VERSIONS
        and len(hosts) == 1
        and bool(HOST.fullmatch(hosts[0]))
        and _is_on(hosts[0], target)
        and [it.lower() for it in codings] in ([], [b"chunked"])
    )


def _is_on(host: bytes, target: bytes) -> bool:
    """Whether a target is a path, or names the host that the head names (RFC 9112 §3.2.2)."""
    if target.startswith(b"/") or target == b"*":
        return True
    named = _ABSOLUTE.match(target)
    return named is not None and named[1].lower() == host.lower()
