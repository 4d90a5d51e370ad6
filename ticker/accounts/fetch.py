"""HTTP client for the OpenID provider: few at once, bounded in bytes and time, no redirects."""

from __future__ import annotations

import asyncio
import json
import re
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

from ticker.accounts.passwords import BusyError

if TYPE_CHECKING:
    from collections.abc import Mapping

# How many may wait for the provider; each is a login of somebody, and takes a second at most times.
PLACES: Final = 16
_THREADS: Final = 4
_BYTES_MAX: Final = 256 * 1024
_TIMEOUT_SECONDS: Final = 5.0
_CLIENT_ERRORS: Final = range(400, 500)
# TLS, but for a provider on this machine.
_SAFE: Final = re.compile(r"https://[^/?#@\\]+(/|$)|http://(localhost|127(\.\d+){3}|\[::1\])[:/]")


class ProviderAwayError(Exception):
    """The provider does not answer, or not as one does; the message says how."""


class ProviderRefusedError(Exception):
    """The provider refuses (4xx); the message says what it says."""


class Fetch(Protocol):
    """Asks an URL for a JSON object; as `Fetcher.fetch`."""

    async def __call__(
        self, url: str, form: Mapping[str, str] | None = None, authorization: str = ""
    ) -> dict[str, Any]:
        """The object."""


class _Stay(HTTPRedirectHandler):
    """What a provider's metadata name is asked, and nothing that an answer names."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Fetcher:
    """Asks in threads of its own: the event loop never waits."""

    def __init__(self) -> None:
        self._opener = build_opener(_Stay)
        self._workers = ThreadPoolExecutor(_THREADS, "sign-on")
        self._inside = 0

    async def fetch(
        self, url: str, form: Mapping[str, str] | None = None, authorization: str = ""
    ) -> dict[str, Any]:
        """The JSON object that a URL answers with.

        Args:
            url: `https:`, or of this machine.
            form: Fields that are posted; None: it is a GET.
            authorization: Header of that name; empty: none.

        Raises:
            ProviderAwayError: There is no answer, or none that can be used.
            ProviderRefusedError: It is a client error.
            BusyError: Too many wait.
        """
        if not is_safe(url):
            raise ProviderAwayError(f"{url!r} is not https")
        if self._inside >= PLACES:
            raise BusyError
        self._inside += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._workers, self._ask, url, form, authorization)
        finally:
            self._inside -= 1

    def _ask(self, url: str, form: Mapping[str, str] | None, authorization: str) -> dict[str, Any]:
        headers = {"Accept": "application/json", "User-Agent": "Ticker"}
        if authorization:
            headers["Authorization"] = authorization
        body = None if form is None else urlencode(form).encode()
        request = Request(url, body, headers)  # noqa: S310 - `is_safe` has looked at the scheme
        try:
            with self._opener.open(request, timeout=_TIMEOUT_SECONDS) as answer:
                return _object(answer.read(_BYTES_MAX + 1))
        except HTTPError as error:
            with error:
                if error.code in _CLIENT_ERRORS:
                    raise ProviderRefusedError(f"{error.code}: {_reason(error)}") from error
                raise ProviderAwayError(f"{url}: {error.code}") from error
        except (OSError, HTTPException, ValueError) as error:
            raise ProviderAwayError(f"{url}: {error}") from error


def is_safe(url: object) -> bool:
    """Whether a URL of the provider's metadata is one of TLS, or of this machine."""
    return isinstance(url, str) and _SAFE.match(url) is not None


def _object(raw: bytes) -> dict[str, Any]:
    if len(raw) > _BYTES_MAX:
        raise ValueError(f"more than {_BYTES_MAX} bytes")
    values = json.loads(raw)
    if not isinstance(values, dict):
        raise ValueError("no JSON object")  # noqa: TRY004 - it is a value that came over the wire
    return values


def _reason(error: HTTPError) -> str:
    """The error code (RFC 6749 §5.2), a word; the rest of an answer may hold anything."""
    try:
        return str(_object(error.read(_BYTES_MAX + 1)).get("error", ""))[:40]
    except (OSError, HTTPException, ValueError):
        return ""
