"""A Firefox of the distribution for Playwright, which drives it by WebDriver BiDi.

Run as a program it stands between the two, since Playwright sends one command that an extended
support release does not know yet; to that one it answers itself that it is done. A page that is
the only one becomes a tab: a window of its own takes Firefox as long as a page of ours.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sys
from typing import TYPE_CHECKING, Any, Final

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

if TYPE_CHECKING:
    from pathlib import Path

NAMES: Final = ("firefox-esr", "firefox")
_LACKING: Final = frozenset({"emulation.setMediaFeaturesOverride"})
_READY: Final = re.compile(rb"WebDriver BiDi listening on (ws://\S+)")
_LINE_MAX: Final = 2**24


def find() -> str | None:
    """Path of a Firefox on this machine."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def wrapped(folder: Path) -> Path:
    """A program that Playwright can start in place of Firefox."""
    script = folder / "firefox"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -m tests.browser.firefox "$@"\n')
    script.chmod(0o755)
    return script


async def main(arguments: list[str]) -> int:
    """Start Firefox, say where to find us, and pass on what is said until it ends."""
    free = [re.sub(r"^(--remote-debugging-port)=.*", r"\1=0", it) for it in arguments]
    firefox = await asyncio.create_subprocess_exec(
        find() or NAMES[0], *free, stderr=asyncio.subprocess.PIPE, limit=_LINE_MAX
    )
    target: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    reading = asyncio.create_task(_read(firefox, target))

    async def relay(client: ServerConnection) -> None:
        assert client.request is not None
        await _relay(client, await target + client.request.path)

    async with serve(
        relay, "127.0.0.1", 0, max_size=None, compression=None, ping_interval=None
    ) as server:
        await target
        port = server.sockets[0].getsockname()[1]
        print(f"WebDriver BiDi listening on ws://127.0.0.1:{port}", file=sys.stderr, flush=True)
        await reading
    return await firefox.wait()


async def _read(firefox: asyncio.subprocess.Process, target: asyncio.Future[str]) -> None:
    assert firefox.stderr is not None
    async for line in firefox.stderr:
        if (found := _READY.search(line)) and not target.done():
            target.set_result(found[1].decode())


async def _relay(client: ServerConnection, url: str) -> None:
    async with connect(url, max_size=None, compression=None, ping_interval=None) as browser:

        async def down() -> None:
            async for text in browser:
                await client.send(text)
            await client.close()

        pump = asyncio.create_task(down())
        users: set[str] = set()
        async for text in client:
            message = json.loads(text)
            if message.get("method") in _LACKING:
                done = {"type": "success", "id": message["id"], "result": {}}
                await client.send(json.dumps(done))
            else:
                await browser.send(_in_a_tab(message, users) or text)
        pump.cancel()


def _in_a_tab(message: Any, users: set[str]) -> str | None:
    """The command with a tab for a window, where nobody else has a page that would be hidden.

    Args:
        message: What Playwright sends.
        users: The user contexts that have pages; kept here.
    """
    method, given = message.get("method"), message.get("params", {})
    if method == "browser.removeUserContext":
        users.discard(given["userContext"])
    if method != "browsingContext.create":
        return None
    is_alone = not users
    users.add(given["userContext"])
    return json.dumps(message | {"params": given | {"type": "tab"}}) if is_alone else None


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
