"""The hub of a first evening with Starlette: a queue and a task for each reader."""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
from collections import deque
from typing import TYPE_CHECKING

import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

if TYPE_CHECKING:
    from starlette.requests import Request

queues: set[asyncio.Queue[str]] = set()
recent: deque[str] = deque(maxlen=5)


async def live(websocket: WebSocket) -> None:
    """Send a hello, then every line."""
    await websocket.accept()
    queue: asyncio.Queue[str] = asyncio.Queue()
    queue.put_nowait(json.dumps({"type": "hello", "flashes": list(recent)}, separators=(",", ":")))
    queues.add(queue)

    async def send() -> None:
        while True:
            await websocket.send_text(await queue.get())

    sending = asyncio.create_task(send())
    try:
        while True:
            await websocket.receive_text()
    except WebSocketDisconnect:
        pass
    finally:
        queues.discard(queue)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


async def post(request: Request) -> Response:
    """Send the body to everybody."""
    text = (await request.body()).decode()
    recent.append(text)
    for queue in queues:
        queue.put_nowait(text)
    return Response(status_code=204)


def main() -> None:
    """Serve on a free port, which is printed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--deflate", action="store_true")
    options = parser.parse_args()
    app = Starlette(routes=[WebSocketRoute("/live", live), Route("/post", post, methods=["POST"])])
    config = uvicorn.Config(
        app,
        ws="websockets-sansio",
        ws_per_message_deflate=options.deflate,
        ws_ping_interval=None,
        access_log=False,
        log_level="error",
    )
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    print(listener.getsockname()[1], flush=True)
    uvicorn.Server(config).run([listener])


if __name__ == "__main__":
    main()
