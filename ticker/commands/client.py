"""A small client of the editors' HTTP, for the command line."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from socket import gaierror
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

_TIMEOUT: Final = 10.0
_PASSING: Final = frozenset({502, 503, 504})
_PAUSES: Final = (0.2, 0.5, 1.0)
_CLEAN: Final = "?clean=true"


class _Unmoved(HTTPRedirectHandler):
    """Follows no redirect: it would make a GET of a POST, and take the token to strangers."""

    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER: Final = build_opener(ProxyHandler({}), _Unmoved)


class ClientError(Exception):
    """The service refused, or could not be reached; the message is one clear line.

    Attributes:
        status: Of the answer; 0: there was none.
        passing: Whether it is transient: it may be done all the same, and a retry helps.
    """

    def __init__(self, message: str, status: int = 0, *, passing: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.passing = passing or status in _PASSING


@dataclass(frozen=True, slots=True)
class Client:
    """Calls one service with one token.

    Attributes:
        url: Base URL of the service.
        token: Bearer token; empty: none.

    Raises:
        ClientError: The address or the token cannot be one.
    """

    url: str
    token: str = ""

    def __post_init__(self) -> None:
        if not _is_address(self.url):
            raise ClientError(f"TICKER_URL must be an http or https address, not {self.url!r}")
        if not self.token.isascii() or any(not "!" <= sign <= "~" for sign in self.token):
            raise ClientError("TICKER_TOKEN holds characters that no token has")

    def editions(self) -> list[str]:
        """Codes of the service's editions."""
        body = self._call("GET", "/v1/editions")
        return [edition["code"] for edition in body["editions"]]

    def find(self, flash_id: str) -> str:
        """The edition that a flash belongs to.

        Raises:
            ClientError: None, or the service is away.
        """
        for edition in self.editions():
            try:
                self._call("GET", _path(edition, flash_id))
            except ClientError as error:
                if error.status == HTTPStatus.NOT_FOUND:
                    continue
                if error.status != HTTPStatus.GONE:
                    raise
            return edition
        raise ClientError(f"there is no flash {flash_id!r} in any edition", HTTPStatus.NOT_FOUND)

    def post(self, edition: str, fields: dict[str, Any], *, clean: bool = False) -> dict[str, Any]:
        """Publish a line, cleaned of what pasting leaves if wanted."""
        return self._write("POST", _path(edition) + _CLEAN * clean, fields)

    def search(self, edition: str, fields: list[tuple[str, str]]) -> dict[str, Any]:
        """What a search finds, as the interface has it."""
        return self._call("GET", f"{_path(edition)}?{urlencode(fields, errors='surrogatepass')}")

    def correct(
        self, edition: str, flash_id: str, fields: dict[str, Any], *, clean: bool = False
    ) -> dict[str, Any]:
        """Correct a line, the same."""
        return self._write("PATCH", _path(edition, flash_id) + _CLEAN * clean, fields)

    def kill(self, edition: str, flash_id: str, reason: str) -> dict[str, Any]:
        """Kill a line."""
        query = urlencode({"reason": reason}, errors="surrogatepass")
        return self._write("DELETE", f"{_path(edition, flash_id)}?{query}")

    def is_ready(self) -> bool:
        """Whether the service is open for business."""
        try:
            self._call("GET", "/readyz")
        except ClientError:
            return False
        return True

    def _write(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Retry under one idempotency key: done once, also where an answer is lost."""
        key = secrets.token_hex(16)
        for pause in _PAUSES:
            try:
                return self._call(method, path, body, key)
            except ClientError as error:
                if not error.passing:
                    raise
            time.sleep(pause)
        return self._call(method, path, body, key)

    def _call(
        self, method: str, path: str, body: dict[str, Any] | None = None, key: str = ""
    ) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = json.dumps(body).encode() if body is not None else None
        request = Request(  # noqa: S310 - the scheme was checked above
            self.url.rstrip("/") + path, data, headers, method=method
        )
        try:
            with _OPENER.open(request, timeout=_TIMEOUT) as answer:
                result = json.load(answer)
        except HTTPError as error:
            with error:
                raise ClientError(_refusal(error), error.code) from error
        except (URLError, OSError) as error:
            reason = getattr(error, "reason", error)
            lost = not isinstance(reason, (ConnectionRefusedError, gaierror))
            raise ClientError(f"{self.url} cannot be reached: {reason}", passing=lost) from error
        except (ValueError, HTTPException):
            result = None
        if not isinstance(result, dict):
            raise ClientError(f"{self.url} does not answer as Ticker does")
        return result


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _path(edition: str, flash_id: str | None = None) -> str:
    path = f"/v1/{quote(edition, safe='')}/flashes"
    return path if flash_id is None else f"{path}/{quote(flash_id, safe='')}"


def _refusal(error: HTTPError) -> str:
    try:
        problem = json.load(error)
        remedies = {it.get("remedy") for it in problem.get("errors", [])}
        offer = "; --clean takes it out" if _CLEAN in remedies else ""
        return f"{error.code} {error.reason}: {problem['detail']}{offer}"
    except (ValueError, KeyError, TypeError, AttributeError, OSError, HTTPException):
        return f"{error.code} {error.reason}"
