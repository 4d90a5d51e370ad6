"""An editor's browser without the browser: logged in, with a cookie and a proof of intent."""

from __future__ import annotations

import asyncio
import html
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect

from tests.support.process import PATIENCE
from ticker.accounts.passwords import Passwords
from ticker.accounts.principal import Principal, Role
from ticker.accounts.users import Users
from ticker.news.document import utcnow
from ticker.store.client import Store

if TYPE_CHECKING:
    from tests.support.service import Answer, Remote, Running

PASSWORD = "correct horse battery"


async def hire(
    service: Running, name: str, role: Role = Role.EDITOR, *editions: str, password: str = PASSWORD
) -> None:
    """Make a user of a service in this process."""
    await hire_at(service.settings.redis_url, name, role, *editions, password=password)


async def hire_at(
    redis_url: str, name: str, role: Role = Role.EDITOR, *editions: str, password: str = PASSWORD
) -> None:
    """Make a user of whatever serves from a store."""
    store = Store(redis_url)
    try:
        principal = Principal(name, role, frozenset(editions), utcnow(), None)
        await Users(store, Passwords()).add(principal, password)
    finally:
        await store.close()


async def form(service: Remote, path: str, fields: dict[str, str], **headers: str) -> Answer:
    """Send a form as a browser does."""
    sent = {"Content-Type": "application/x-www-form-urlencoded"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    raw = urlencode(fields).encode()
    return await service.request("POST", path, raw=raw, headers=sent, token=None)


@dataclass(slots=True)
class Editor:
    """Somebody who is logged in."""

    service: Running
    cookie: str
    csrf: str

    async def ask(
        self, method: str, path: str, body: Any = None, csrf: str | None = None, **headers: str
    ) -> Answer:
        """One request from the desk; `csrf` "" leaves the proof of intent out."""
        sent = {"Cookie": self.cookie, "X-CSRF-Token": self.csrf if csrf is None else csrf}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.service.request(method, path, body=body, headers=sent, token=None)


async def session(service: Remote, name: str) -> str:
    """Log a user in: the cookie."""
    answer = await form(service, "/desk/login", {"name": name, "password": PASSWORD})
    assert answer.status == 303, answer.body
    return answer.headers["set-cookie"].partition(";")[0]


async def log_in(service: Running, name: str, edition: str = "en") -> Editor:
    """Log a user in and open the desk."""
    cookie = await session(service, name)
    page = await service.get(f"/desk/{edition}", Cookie=cookie)
    about = re.search(rb'data-about="([^"]*)"', page.body)
    assert about is not None, page.body
    return Editor(service, cookie, json.loads(html.unescape(about[1].decode()))["csrf"])


async def desk_line(
    editor: Editor, edition: str = "en", query: str = "", **headers: str
) -> ClientConnection:
    """The desk's WebSocket."""
    url = f"ws://127.0.0.1:{editor.service.port}/desk/{edition}/live?{query}"
    sent = {"Cookie": editor.cookie, **headers}
    return await connect(url, proxy=None, additional_headers=sent)


async def until(connection: Any, kind: str) -> Any:
    """The next message of a type."""
    async with asyncio.timeout(PATIENCE):
        while True:
            message = json.loads(await connection.recv())
            if message["type"] == kind:
                return message
