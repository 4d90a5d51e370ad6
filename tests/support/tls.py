"""TLS in front of a store: certificates made for the test, and a proxy that ends it."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import trustme

from tests.support.listening import listening

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Certificate:
    """One for 127.0.0.1.

    Attributes:
        file: The authority that signed it.
        shown: It and its key.
    """

    file: Path
    shown: trustme.LeafCert


def certificate(folder: Path, name: str) -> Certificate:
    authority, file = trustme.CA(), folder / f"{name}.pem"
    authority.cert_pem.write_to_path(file)
    return Certificate(file, authority.issue_cert("127.0.0.1"))


@asynccontextmanager
async def tls_before(port: int, shown: Certificate) -> AsyncIterator[int]:
    """A port that speaks TLS, and passes on what is said to another port without."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    shown.shown.configure_cert(context)

    async def handle(incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_pass(incoming, forth), _pass(back, outgoing))

    async with listening(handle, context) as behind:
        yield behind


async def _pass(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    try:
        with suppress(ConnectionError, ssl.SSLError):
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()
    finally:
        sink.close()
