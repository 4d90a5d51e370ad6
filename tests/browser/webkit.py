"""A WebKit of the distribution by plain W3C WebDriver, on a screen of its own that nobody sees.

It serves one session, whose windows are its pages; a command goes to the window that was chosen
last, so they go one after another.
"""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
import signal
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from tests.support.process import PATIENCE, free_port
from tests.support.service import Remote
from ticker.server.process import die_with_parent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROGRAMS: Final = ("WebKitWebDriver", "Xvfb")
# W3C WebDriver, 12.1: what stands for an element in JSON.
_ELEMENT: Final = "element-6066-11e4-a52e-4f735466cecf"
_SCREEN: Final = "1600x1200x24"
_OFTEN_S: Final = 0.1


def find() -> bool:
    """Whether there is a WebKit on this machine."""
    return all(map(shutil.which, PROGRAMS))


@dataclass(slots=True)
class WebKit:
    """A running browser.

    Attributes:
        remote: Where its driver listens.
    """

    remote: Remote
    _session: str = ""
    _handles: list[str] = field(default_factory=list)
    _chosen: Window | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def begin(self) -> None:
        """Open the session."""
        async with asyncio.timeout(PATIENCE):
            while not self._session:
                try:
                    made = await self._ask("POST", "/session", {"capabilities": {}})
                    self._session = f"/session/{made['sessionId']}"
                except ConnectionRefusedError:
                    await asyncio.sleep(_OFTEN_S)

    async def end(self) -> None:
        """Close it with all its windows."""
        await self._ask("DELETE", self._session)
        self._session, self._handles, self._chosen = "", [], None

    async def window(self) -> Window:
        """A page: the one that there is, then new ones."""
        async with self._turn:
            if not self._handles:
                self._handles = await self._ask("GET", f"{self._session}/window/handles")
                return Window(self, self._handles[0])
            made = await self._ask("POST", f"{self._session}/window/new", {"type": "window"})
        return Window(self, made["handle"])

    async def command(self, window: Window, method: str, path: str, body: Any = None) -> Any:
        """What the driver answers to a command in that window."""
        async with self._turn:
            if window is not self._chosen or window.framed:
                await self._ask("POST", f"{self._session}/window", {"handle": window.handle})
                self._chosen = window
                if window.framed:
                    await self._ask("POST", f"{self._session}/frame", {"id": 0})
            return await self._ask(method, self._session + path, body)

    async def _ask(self, method: str, path: str, body: Any = None) -> Any:
        sent = {} if method == "POST" and body is None else body
        answer = await self.remote.request(method, path, body=sent, token=None)
        assert answer.status == 200, f"{method} {path} {body}: {answer.body.decode()}"
        return answer.json["value"]


@dataclass(slots=True, eq=False)
class Window:
    """A page in a window of its own.

    Attributes:
        framed: Whether it is the first frame on the page that is meant.
    """

    browser: WebKit
    handle: str
    framed: bool = False

    async def goto(self, url: str, *, framed: bool = False) -> None:
        self.framed = False
        await self._do("POST", "/url", {"url": url})
        self.framed = framed

    async def evaluate(self, expression: str) -> Any:
        """The value of an expression, awaited."""
        script = f"""const [done] = [...arguments].slice(-1);
          Promise.resolve().then(() => ({expression})).then(
            (value) => done({{ value }}), (error) => done({{ error: String(error) }}));"""
        found = await self._do("POST", "/execute/async", {"script": script, "args": []})
        assert "error" not in found, f"{found['error']} in {expression}"
        return found.get("value")

    async def click(self, selector: str) -> None:
        await self._do("POST", f"/element/{await self._find(selector)}/click")

    async def type(self, selector: str, text: str) -> None:
        """Keys go into an element, after what is in it."""
        await self._do("POST", f"/element/{await self._find(selector)}/value", {"text": text})

    async def press(self, keys: str) -> None:
        """Keys go to whatever has the focus."""
        focused: dict[str, str] = await self._do("GET", "/element/active")
        await self._do("POST", f"/element/{focused[_ELEMENT]}/value", {"text": keys})

    async def resize(self, width: int, height: int) -> None:
        """Give what is inside the window that size."""
        asked = {"width": width, "height": height}
        for _ in range(2):
            await self._do("POST", "/window/rect", asked)
            inner = await self.evaluate("[innerWidth, innerHeight]")
            asked["width"] += width - inner[0]
            asked["height"] += height - inner[1]

    async def screenshot(self, path: Path) -> None:
        picture = base64.b64decode(await self._do("GET", "/screenshot"))
        path.write_bytes(picture)  # noqa: ASYNC240 - in a test that waits for it

    async def _find(self, selector: str) -> str:
        query = {"using": "css selector", "value": selector}
        found: dict[str, str] = await self._do("POST", "/element", query)
        return found[_ELEMENT]

    async def _do(self, method: str, path: str, body: Any = None) -> Any:
        return await self.browser.command(self, method, path, body)


@contextmanager
def driven(folder: Path, settings: str = "") -> Iterator[WebKit]:
    """A browser without a session yet, that keeps nothing; `settings` are GTK's, as in settings.ini."""
    (folder / "gtk-3.0").mkdir()
    (folder / "gtk-3.0" / "settings.ini").write_text(f"[Settings]\n{settings}\n")
    ours = {f"XDG_{name}_HOME": str(folder) for name in ("CONFIG", "DATA", "CACHE")}
    port, bound = free_port(), partial(die_with_parent, os.getpid())
    reading, writing = os.pipe()
    screen = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", _SCREEN, "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
        preexec_fn=bound,  # noqa: PLW1509 - from the main thread
    )
    os.close(writing)
    with os.fdopen(reading) as shown:
        display = f":{shown.readline().strip()}"
    driver = subprocess.Popen(
        ["WebKitWebDriver", f"--port={port}"],
        env={**os.environ, **ours, "DISPLAY": display},
        stderr=subprocess.DEVNULL,
        preexec_fn=bound,  # noqa: PLW1509 - from the main thread
        start_new_session=True,
    )
    try:
        yield WebKit(Remote(port, ""))
    finally:
        os.killpg(driver.pid, signal.SIGTERM)
        driver.wait()
        screen.terminate()
        screen.wait()
