"""A small client of the editors' HTTP, for the command line."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

_TIMEOUT: Final = 10.0
_OPENER: Final = build_opener(ProxyHandler({}))


class ClientError(Exception):
    """The service refused, or could not be reached; the message is one clear line."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Client:
    """Calls one service with one token.

    Attributes:
        url: Base URL of the service.
        token: Bearer token; empty: none.
    """

    url: str
    token: str = ""

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

    def post(self, edition: str, fields: dict[str, Any]) -> dict[str, Any]:
        """Publish a line; asking twice after a lost answer publishes once."""
        return self._call("POST", _path(edition), fields)

    def correct(self, edition: str, flash_id: str, fields: dict[str, Any]) -> dict[str, Any]:
        """Correct a line."""
        return self._call("PATCH", _path(edition, flash_id), fields)

    def kill(self, edition: str, flash_id: str, reason: str) -> dict[str, Any]:
        """Kill a line."""
        query = urlencode({"reason": reason}, errors="surrogatepass")
        return self._call("DELETE", f"{_path(edition, flash_id)}?{query}")

    def is_ready(self) -> bool:
        """Whether the service is open for business."""
        try:
            self._call("GET", "/readyz")
        except ClientError:
            return False
        return True

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        if urlsplit(self.url).scheme not in {"http", "https"}:
            raise ClientError(f"TICKER_URL must be an http or https address, not {self.url!r}")
        headers = {"Content-Type": "application/json", "Idempotency-Key": secrets.token_hex(16)}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = json.dumps(body).encode() if body is not None else None
        request = Request(  # noqa: S310 - the scheme was checked above
            self.url.rstrip("/") + path, data, headers, method=method
        )
        try:
            with _OPENER.open(request, timeout=_TIMEOUT) as answer:
                result: dict[str, Any] = json.load(answer)
                return result
        except HTTPError as error:
            raise ClientError(_refusal(error), error.code) from error
        except (URLError, OSError, ValueError) as error:
            reason = getattr(error, "reason", error)
            raise ClientError(f"{self.url} cannot be reached: {reason}") from error


def _path(edition: str, flash_id: str | None = None) -> str:
    path = f"/v1/{quote(edition, safe='')}/flashes"
    return path if flash_id is None else f"{path}/{quote(flash_id, safe='')}"


def _refusal(error: HTTPError) -> str:
    try:
        detail = json.load(error)["detail"]
    except (ValueError, KeyError, TypeError):
        detail = error.reason
    return f"{error.code} {HTTPStatus(error.code).phrase}: {detail}"
