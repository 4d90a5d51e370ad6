"""URLs of stores, with one host or several: what docs/stores.md says that they may be."""

from __future__ import annotations

from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from redis.asyncio.connection import SSLConnection, parse_url

_PORTS: Final = {"sentinel": 26379, "cluster": 6379}

Address: TypeAlias = tuple[str, int]


def kind_of(url: str) -> str:
    """`sentinel`, `cluster`, or nothing for a single server."""
    return url.partition("://")[0].partition("+")[2]


def split(url: str) -> tuple[list[Address], str, dict[str, Any]]:
    """Hosts, name of the service, and options of the client, of a URL with several hosts.

    Raises:
        ValueError: It is none such; the message says why.
    """
    scheme, _, rest = url.partition("://")
    place, _, query = rest.partition("?")
    authority, *path = place.split("/")
    login, at, names = authority.rpartition("@")
    hosts = [_host(name, _PORTS[kind_of(url)]) for name in names.split(",")]
    service = path.pop(0) if kind_of(url) == "sentinel" and path else ""
    if kind_of(url) == "sentinel" and not service:
        raise ValueError("the name of the service is missing after the sentinels")
    plain = scheme.partition("+")[0]
    options: dict[str, Any] = dict(parse_url(f"{plain}://{login}{at}host/{'/'.join(path)}?{query}"))
    del options["host"]
    if options.pop("connection_class", None) is SSLConnection:
        options["ssl"] = True
    return hosts, service, options


def _host(name: str, port: int) -> Address:
    parts = urlsplit(f"//{name}")
    if not parts.hostname:
        raise ValueError(f"{name!r} is no host")
    return parts.hostname, parts.port or port
