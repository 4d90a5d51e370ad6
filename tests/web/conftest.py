"""The service on both paths: the fast one, and the portable one that any ASGI server takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import description
from tests.support.service import Remote, Running, SseReader, receive, running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from websockets.asyncio.client import ClientConnection

    from tests.support.service import Answer
    from ticker.settings import Settings

_request = Remote.request


async def _checked(self: Remote, method: str, path: str, **more: Any) -> Answer:
    answer = await _request(self, method, path, **more)
    description.check(method, path, answer)
    return answer


@pytest.fixture(autouse=True)
def described(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judge every answer by what the OpenAPI description says of it."""
    monkeypatch.setattr(Remote, "request", _checked)


@pytest.fixture(params=["fast", "portable"])
def portable(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "portable")


@pytest.fixture
async def either(settings: Settings, *, portable: bool) -> AsyncIterator[Running]:
    """A running service, on the fast path and on the portable one in turn."""
    async with running(settings, portable=portable) as started:
        yield started


@dataclass(slots=True)
class LiveReader:
    """A reader of either transport."""

    connection: Any

    async def message(self) -> dict[str, Any]:
        if isinstance(self.connection, SseReader):
            return await self.connection.message()
        return await receive(self.connection)

    async def until(self, kind: str) -> dict[str, Any]:
        """The next message of a type."""
        while (message := await self.message())["type"] != kind:
            pass
        return message


class Connect:
    """Opens readers of one transport: `async with connect(service, "en", "cursor=…") as reader`."""

    def __init__(self, transport: str) -> None:
        self.transport = transport

    def __call__(
        self, service: Running, edition: str, query: str = ""
    ) -> AbstractAsyncContextManager[LiveReader]:
        opened = (service.live if self.transport == "websocket" else service.sse)(edition, query)
        return _Wrapped(opened)


class _Wrapped:
    def __init__(self, opened: AbstractAsyncContextManager[ClientConnection | SseReader]) -> None:
        self._opened = opened

    async def __aenter__(self) -> LiveReader:
        return LiveReader(await self._opened.__aenter__())

    async def __aexit__(self, *details: Any) -> None:
        await self._opened.__aexit__(*details)


@pytest.fixture(params=["websocket", "sse"])
def connect(
    request: pytest.FixtureRequest,
) -> Callable[..., AbstractAsyncContextManager[LiveReader]]:
    return Connect(request.param)
