"""The `websockets` library's own server and its `broadcast`, on uvloop."""

from __future__ import annotations

import asyncio
import json
from collections import deque

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve

readers: set[ServerConnection] = set()
recent: deque[str] = deque(maxlen=5)


async def live(reader: ServerConnection) -> None:
    """Send a hello, then every line."""
    hello = json.dumps({"type": "hello", "flashes": list(recent)}, separators=(",", ":"))
    readers.add(reader)
    try:
        await reader.send(hello)
        await reader.wait_closed()
    finally:
        readers.discard(reader)


async def control(incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
    """Send each line of this connection to everybody."""
    while line := await incoming.readline():
        text = line.decode().rstrip("\n")
        recent.append(text)
        broadcast(readers, text)
    outgoing.close()


async def main() -> None:
    """Serve on two free ports, which are printed: for readers, and for lines."""
    options = {"compression": None, "ping_interval": None, "backlog": 8192}
    async with (
        serve(live, "127.0.0.1", 0, **options) as server,  # type: ignore[arg-type]  # a plain dict
        await asyncio.start_server(control, "127.0.0.1", 0) as controls,
    ):
        ports = [next(iter(each.sockets)).getsockname()[1] for each in (server, controls)]
        print(*ports, flush=True)
        await server.wait_closed()


if __name__ == "__main__":
    uvloop.run(main())
