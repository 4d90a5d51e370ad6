"""The service that a command talks to, as `TICKER_URL` and `TICKER_TOKEN` name it."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ticker.client import AddressError, Client, ClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

_T = TypeVar("_T")
_URL: Final = "http://127.0.0.1:8000"


def asked(ask: Callable[[Client], Coroutine[Any, Any, _T]]) -> _T:
    """What `ask` makes of a client of the service.

    Raises:
        ClientError: The service refused, or could not be reached.
    """

    async def run() -> _T:
        async with _client() as client:
            return await ask(client)

    return asyncio.run(run())


def _client() -> Client:
    url, token = os.environ.get("TICKER_URL", _URL), os.environ.get("TICKER_TOKEN", "")
    try:
        return Client(url, token.strip())
    except AddressError as error:
        raise ClientError(f"TICKER_{error.name.upper()} {error.detail}") from error


async def edition_of(client: Client, given: str | None, flash_id: str) -> str:
    """The edition that was named, or the one that has the line.

    Raises:
        ClientError: No edition has it.
    """
    return given or await client.find(flash_id)
