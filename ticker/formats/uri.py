"""URI (RFC 3986) of an address that may have letters of any script in it (IRI, RFC 3987 §3.1)."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

# Beside letters and digits, what may stand in a URI as it is.
_URI: Final = "%/:?#[]@!$&'()*+,;=~"
_PARTS: Final = re.compile(r"(https?://)([^/?#:]*)(.*)", re.IGNORECASE | re.DOTALL)


def as_uri(address: str) -> str:
    """The same http address for programs that know no other letters: its host in Punycode."""
    parts = _PARTS.fullmatch(address)
    if parts is None or parts[2].isascii():
        return quote(address, safe=_URI)
    return parts[1] + _ascii(parts[2]) + quote(parts[3], safe=_URI)


def _ascii(host: str) -> str:
    """A host name (IDNA, RFC 3490); one that nobody can have registered is only quoted."""
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return quote(host)
