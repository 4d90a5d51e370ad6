from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.listening import listening
from ticker.client import Client

if TYPE_CHECKING:
    import asyncio

_BODY = b'{"editions":[]}'
_WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(_BODY), _BODY)


async def test_a_connection_is_used_again_and_replaced_when_it_was_closed() -> None:
    """Within a context requests share a connection; one that was closed meanwhile costs nothing."""
    connections = 0

    async def serve(incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        for _ in range(2):
            await incoming.readuntil(b"\r\n\r\n")
            outgoing.write(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + _WHOLE)
        outgoing.close()

    async with listening(serve) as port, Client(f"http://127.0.0.1:{port}") as ticker:
        for _ in range(4):
            assert await ticker.editions() == []
    assert connections == 2
