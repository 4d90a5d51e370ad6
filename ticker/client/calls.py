"""Requests to one service: what may be lost is asked for again, under one key."""

from __future__ import annotations

import asyncio
import json
import random
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode, urlsplit

from ticker.client.errors import (
    AddressError,
    ClientError,
    StrangerError,
    UnreachableError,
    problem,
)
from ticker.client.exchange import NoConnectionError, NotHttpError
from ticker.news.document import dumps, format_time

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ticker.client.exchange import Connections

_PAUSES: Final = (0.2, 0.5, 1.0)
_SPREAD: Final = (0.5, 1.5)  # or all who were refused together come back together


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A request.

    Attributes:
        method: Of HTTP.
        path: Without its query.
        query: Names with a value, or several; those without one are left out.
        body: Sent as JSON; None: there is none.
        headers: Besides those that each request has.
        tries: How often it is asked at most while the service is passingly away.
    """

    method: str = "GET"
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    tries: int = len(_PAUSES) + 1

    @property
    def target(self) -> str:
        """Path and query."""
        query = query_of(self.query)
        return f"{self.path}?{query}" if query else self.path


@dataclass(frozen=True, slots=True)
class Calls:
    """Asks one service with one token.

    Attributes:
        connections: To it.
        token: Bearer token; empty: none.
        seconds: How long an answer may take.

    Raises:
        AddressError: The address or the token cannot be one.
    """

    connections: Connections
    token: str
    seconds: float

    def __post_init__(self) -> None:
        if not _is_address(self.connections.url):
            detail = f"must be an http or https address, not {self.connections.url!r}"
            raise AddressError("url", detail)
        if not self.token.isascii() or any(not "!" <= sign <= "~" for sign in self.token):
            raise AddressError("token", "holds characters that no token has")

    async def write(self, ask: Ask, key: str | None = None) -> Any:
        """What a request that changes something is answered: done once, whatever is lost.

        Raises:
            ClientError: As `read`.
        """
        headers = {**ask.headers, "Idempotency-Key": key or secrets.token_hex(16)}
        return (await self._insist(ask, headers))[0]

    async def read(self, ask: Ask) -> tuple[Any, Mapping[str, str]]:
        """What a request is answered, and the header fields.

        Raises:
            ProblemError: The service refused.
            UnreachableError: No answer came.
            StrangerError: It is not Ticker's.
        """
        return await self._insist(ask, ask.headers)

    async def _insist(self, ask: Ask, headers: Mapping[str, str]) -> tuple[Any, Mapping[str, str]]:
        for pause in _PAUSES[: ask.tries - 1]:
            try:
                return await self._once(ask, headers)
            except ClientError as error:
                if not error.passing:
                    raise
            await asyncio.sleep(pause * random.uniform(*_SPREAD))  # noqa: S311 - no secret
        return await self._once(ask, headers)

    async def _once(self, ask: Ask, headers: Mapping[str, str]) -> tuple[Any, Mapping[str, str]]:
        url = self.connections.url
        try:
            status, reason, fields, body = await self._exchange(ask, headers)
        except NotHttpError:
            raise StrangerError(f"{url} does not answer as Ticker does") from None
        except OSError as error:
            lost = not isinstance(error, NoConnectionError)
            why = f"no answer within {self.seconds:g} s" if _is_late(error) else str(error)
            raise UnreachableError(f"{url} cannot be reached: {why}", passing=lost) from error
        if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            raise problem(status, reason, body, fields.get("retry-after", ""))
        try:
            document = json.loads(body)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise StrangerError(f"{url} does not answer as Ticker does")
        return document, fields

    async def _exchange(
        self, ask: Ask, headers: Mapping[str, str]
    ) -> tuple[int, str, Mapping[str, str], bytes]:
        fields = {"Accept": "application/json", **headers}
        if self.token:
            fields["Authorization"] = f"Bearer {self.token}"
        data = b""
        if ask.body is not None:
            fields["Content-Type"] = "application/json"
            data = _encoded(ask.body)
        async with (
            asyncio.timeout(self.seconds),
            self.connections.ask(ask.method, ask.target, fields, data) as answer,
        ):
            return answer.status, answer.reason, answer.headers, await answer.body()


def path_of(edition: str, *parts: str) -> str:
    """The path of something of an edition."""
    return "/".join(["/v1", *(quote(part, safe="") for part in (edition, *parts))])


def query_of(given: Mapping[str, Any]) -> str:
    """A query; a list is a repeated name, and what is None, False or empty is left out."""
    pairs = [
        (name, "true" if value is True else value)
        for name, values in given.items()
        for value in (values if isinstance(values, list) else [values])
        if value not in (None, False, "")
    ]
    return urlencode(pairs, errors="surrogatepass")


def written(fields: Any) -> Any:
    """Fields as JSON has them: times as RFC 3339."""
    if not isinstance(fields, dict):
        return fields
    return {
        name: format_time(value) if isinstance(value, datetime) else value
        for name, value in fields.items()
    }


def _encoded(body: Any) -> bytes:
    try:
        return dumps(body).encode()
    except UnicodeEncodeError:
        # Half of a surrogate pair, which the service is to refuse by the name of its field.
        return json.dumps(body).encode()


def _is_late(error: OSError) -> bool:
    return isinstance(error, TimeoutError) and not str(error)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
