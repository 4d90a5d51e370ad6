"""Headers of every response, and who is who."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ticker.settings import Edition
from ticker.web.security import cors, is_allowed

if TYPE_CHECKING:
    from tests.support.service import Running

PATHS = ["/", "/en", "/healthz", "/metrics", "/v1/en/flashes", "/v1/editions", "/nowhere/at/all",
         "/ticker.js", "/static/reader/reader.css", "/v1/nowhere/flashes"]  # fmt: skip
NOTHING = "default-src 'none'; frame-ancestors 'none'"
PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


def edition(*origins: str) -> Edition:
    return Edition("en", "en", "ltr", "English", "Breaking", origins)


@pytest.mark.parametrize("path", PATHS)
async def test_every_response_is_guarded(service: Running, path: str) -> None:
    """No page or answer can be sniffed, framed by others, or run anything that is not ours."""
    headers = (await service.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert headers["content-security-policy"] == (PAGE if path in {"/", "/en"} else NOTHING)
    assert "server" not in headers


@pytest.mark.parametrize(
    ("method", "status"), [("HEAD", 200), ("OPTIONS", 204), ("PUT", 405), ("POST", 401)]
)
async def test_every_verb_is_guarded(service: Running, method: str, status: int) -> None:
    """An answer is guarded whatever was asked, refusals too."""
    answer = await service.request(method, "/v1/en/flashes", token=None)
    assert answer.status == status
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == NOTHING


async def test_an_unchanged_board_is_guarded(service: Running) -> None:
    """A browser that is told to keep what it has keeps the guard with it."""
    etag = (await service.get("/v1/en/flashes")).headers["etag"]
    answer = await service.get("/v1/en/flashes", If_None_Match=etag)
    assert (answer.status, answer.headers["content-security-policy"]) == (304, NOTHING)


async def test_a_stream_is_guarded(either: Running) -> None:
    """A stream of events can't be sniffed or run as anything else."""
    async with either.sse("en") as reader:
        head = reader.head.decode().lower()
    assert "\r\nx-content-type-options: nosniff\r\n" in head
    assert f"\r\ncontent-security-policy: {NOTHING}\r\n" in head
    assert "\r\nreferrer-policy: strict-origin-when-cross-origin\r\n" in head


@pytest.mark.parametrize(
    ("origins", "origin", "host", "allowed"),
    [
        ((), "https://any.example", "us.example", True),
        (("https://a.example",), None, "us.example", True),
        (("https://a.example",), "https://a.example", "us.example", True),
        (("https://a.example",), "http://us.example:8000", "us.example:8000", True),
        (("https://a.example",), "https://a.example.evil.example", "us.example", False),
        (("https://a.example",), "http://a.example", "us.example", False),
        (("https://a.example",), "null", "us.example", False),
        (("https://a.example",), "", "", False),
    ],
)
def test_who_may_read(
    origins: tuple[str, ...], origin: str | None, host: str, *, allowed: bool
) -> None:
    """An edition's sites are exactly those named, and our own."""
    assert is_allowed(edition(*origins), origin, host) is allowed


def test_cors_never_mirrors_a_stranger() -> None:
    """An origin that is not named is not answered with its own name."""
    assert cors(edition(), "https://x.example")["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in cors(
        edition("https://a.example"), "https://x.example"
    )
