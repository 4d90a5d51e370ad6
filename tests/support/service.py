"""The real service on a real port, in this process; and HTTP and live clients for it."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect

from ticker.accounts.principal import Principal, Role
from ticker.accounts.tokens import Tokens
from ticker.server.server import bind, new_server
from ticker.store.client import Store

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Mapping, Sequence

    from ticker.server.server import Server
    from ticker.settings import Settings

_TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP response."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cookies: Sequence[str] = ()

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def fields(self) -> list[str]:
        """The fields that a problem document names."""
        return [error["field"] for error in self.json["errors"]]


@dataclass(slots=True)
class Remote:
    """A service on a port of this machine, and ways to talk to it.

    Attributes:
        port: Where it listens.
        token: An editor's token for all editions.
        tls: How it is spoken to, where that is by TLS.
    """

    port: int
    token: str
    tls: ssl.SSLContext | None = field(default=None, kw_only=True)

    @property
    def url(self) -> str:
        return f"http{'s' * (self.tls is not None)}://127.0.0.1:{self.port}"

    async def request(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        raw: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        token: str | None = "",
    ) -> Answer:
        """One HTTP request on a connection of its own.

        `body` is sent as JSON, `raw` as it is; `token` "" is the editor's, None is none.
        """
        sent = {"Host": f"127.0.0.1:{self.port}", "Connection": "close"}
        if token is not None:
            sent["Authorization"] = f"Bearer {token or self.token}"
        if body is not None:
            raw = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        if raw is not None:
            sent["Content-Length"] = str(len(raw))
        sent |= headers or {}
        head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        incoming, outgoing = await asyncio.open_connection("127.0.0.1", self.port, ssl=self.tls)
        try:
            outgoing.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + (raw or b""))
            return _parse(await incoming.read())
        finally:
            outgoing.close()

    async def get(self, path: str, **headers: str) -> Answer:
        """A reader's GET, without a token."""
        return await self.request(
            "GET", path, headers={n.replace("_", "-"): v for n, v in headers.items()}, token=None
        )

    async def post(self, edition: str, headline: str, **fields: Any) -> dict[str, Any]:
        """Publish a line; it must be accepted, once.

        On a machine that is busy with other things the store's answer may come too late: it is
        asked for again under the same key, as editors' programs do.
        """
        key, body = {"Idempotency-Key": uuid4().hex}, {"headline": headline, **fields}
        for _ in range(_TRIES):
            answer = await self.request("POST", f"/v1/{edition}/flashes", body=body, headers=key)
            if answer.status != 503:
                break
        assert answer.status == 201, answer.body
        flash: dict[str, Any] = answer.json
        return flash

    async def patch(self, edition: str, flash_id: str, **fields: Any) -> Answer:
        return await self.request("PATCH", f"/v1/{edition}/flashes/{flash_id}", body=fields)

    async def kill(self, edition: str, flash_id: str, reason: str = "wrong") -> Answer:
        return await self.request("DELETE", f"/v1/{edition}/flashes/{flash_id}?reason={reason}")

    def live(self, edition: str, query: str = "", **options: Any) -> connect:
        """A WebSocket reader: `async with service.live("en") as reader`."""
        url = f"{self.url.replace('http', 'ws')}/v1/{edition}/live?{query}"
        return connect(url, proxy=None, ssl=self.tls, **options)

    @asynccontextmanager
    async def sse(self, edition: str, query: str = "", **headers: str) -> AsyncIterator[SseReader]:
        """A Server-Sent Events reader."""
        incoming, outgoing = await asyncio.open_connection("127.0.0.1", self.port, ssl=self.tls)
        head = "".join(f"{name.replace('_', '-')}: {v}\r\n" for name, v in headers.items())
        outgoing.write(
            f"GET /v1/{edition}/live?{query} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Accept: text/event-stream\r\n{head}\r\n".encode()
        )
        try:
            yield SseReader(incoming, await incoming.readuntil(b"\r\n\r\n"))
        finally:
            outgoing.close()


@dataclass(slots=True)
class Running(Remote):
    """A service that runs in this process.

    Attributes:
        settings: What it runs with.
        server: The uvicorn server.
    """

    settings: Settings
    server: Server
    _tokens: dict[str, str] = field(default_factory=dict)

    async def token_for(
        self, role: Role, editions: Sequence[str] = (), expires: datetime | None = None
    ) -> str:
        """A new token."""
        name = f"{role.word}-{len(self._tokens)}"
        self._tokens[name] = await _make_token(self.settings, name, role, editions, expires)
        return self._tokens[name]


@dataclass(slots=True)
class SseReader:
    """Reads Server-Sent Events from a chunked HTTP response."""

    incoming: asyncio.StreamReader
    head: bytes
    _text: str = ""

    async def event(self) -> dict[str, str]:
        """The next event as field → value (`id`, `data`, `retry`).

        Raises:
            EOFError: The server ended the response.
        """
        while "\n\n" not in self._text:
            size = int((await self.incoming.readline()).strip() or b"0", 16)
            if size == 0:
                raise EOFError
            self._text += (await self.incoming.readexactly(size + 2))[:-2].decode()
        block, _, self._text = self._text.partition("\n\n")
        return dict(line.split(": ", 1) for line in block.split("\n"))

    async def message(self) -> dict[str, Any]:
        """The next message of the protocol."""
        while "data" not in (event := await self.event()):
            pass
        message: dict[str, Any] = json.loads(event["data"])
        assert event["id"] == message["cursor"]
        return message


async def receive(reader: ClientConnection) -> dict[str, Any]:
    """The next message of a WebSocket reader."""
    message: dict[str, Any] = json.loads(await reader.recv())
    return message


@asynccontextmanager
async def running(settings: Settings, *, portable: bool = False) -> AsyncIterator[Running]:
    """Start the service as `ticker serve` does, in this process, and stop it at the end.

    `portable` leaves the fast path out, as any other ASGI server would.
    """
    token = await _make_token(settings, "tester", Role.EDITOR)
    with bind(settings.host, settings.port) as listener:
        port = listener.getsockname()[1]
        server = new_server(settings)
        if portable:
            server.config.http = "httptools"
        task = asyncio.create_task(server._serve([listener]))
        started = Running(port, token, settings, server)
        try:
            while (await started.get("/readyz")).status != 200:
                assert not task.done(), task.result()
            yield started
        finally:
            server.should_exit = True
            server.wake()
            await task


async def _make_token(
    settings: Settings,
    name: str,
    role: Role,
    editions: Sequence[str] = (),
    expires: datetime | None = None,
) -> str:
    store = Store(settings.redis_url, settings.namespace)
    try:
        tokens = Tokens(store)
        await tokens.revoke(name)
        return await tokens.create(
            Principal(name, role, frozenset(editions), datetime.now(UTC), expires)
        )
    finally:
        await store.close()


def _parse(answer: bytes) -> Answer:
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    pairs = [(name.lower(), value) for name, value in (line.split(": ", 1) for line in lines)]
    headers, cookies = dict(pairs), [value for name, value in pairs if name == "set-cookie"]
    if headers.get("transfer-encoding") == "chunked":
        body = _unchunk(body)
    return Answer(int(status.split(" ")[1]), headers, body, cookies)


def _unchunk(body: bytes) -> bytes:
    whole = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size, 16)
        if length == 0:
            break
        whole += body[:length]
        body = body[length + 2 :]
    return whole
