"""Headers of every response, and who is who."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.support.desk import hire, log_in
from tests.support.service import running
from tests.web.test_every_route import BODIES, EDITORIAL, PAGES, PUBLIC, url
from ticker.accounts.principal import Role
from ticker.news.newsroom import Edition
from ticker.web.security import cors, is_allowed, is_own, scheme_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.desk import Editor
    from tests.support.service import Running
    from ticker.settings import Settings

STREAMS = {"GET /v1/{edition}/live", "WS /v1/{edition}/live"}
PATHS = ["/", "/en", "/healthz", "/metrics", "/v1/en/flashes", "/v1/editions", "/nowhere/at/all",
         "/ticker.js", "/static/reader/reader.css", "/v1/nowhere/flashes"]  # fmt: skip
NOTHING = "default-src 'none'; frame-ancestors 'none'"
PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'; "
    "trusted-types ticker-page; frame-ancestors 'self'"
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


@pytest.mark.parametrize(("path", "policy"), [("/v1/en/flashes", NOTHING), ("/en", None)])
async def test_a_fault_of_ours_is_guarded(
    service: Running, monkeypatch: pytest.MonkeyPatch, path: str, policy: str | None
) -> None:
    """The answer to who meets a fault of ours is guarded like any other."""
    monkeypatch.setattr(service.server._service.hub, "lines", None)
    answer = await service.get(path)
    assert answer.status == 500
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert policy in {None, answer.headers["content-security-policy"]}


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
    ("origins", "origin", "own", "allowed"),
    [
        ((), "https://any.example", False, True),
        (("https://a.example",), None, False, True),
        (("https://a.example",), "https://a.example", False, True),
        (("https://a.example",), "http://us.example:8000", True, True),
        (("https://a.example",), "https://a.example.evil.example", False, False),
        (("https://a.example",), "http://a.example", False, False),
        (("https://a.example",), "null", False, False),
        (("https://a.example",), "", False, False),
    ],
)
def test_who_may_read(
    origins: tuple[str, ...], origin: str | None, *, own: bool, allowed: bool
) -> None:
    """An edition's sites are exactly those named, and our own."""
    assert is_allowed(edition(*origins), origin, is_own=own) is allowed


PUBLIC_URL = "https://us.example"


@pytest.mark.parametrize(
    ("origin", "host", "scheme", "public_url", "own"),
    [
        ("http://us.example:8000", "us.example:8000", "", "", True),
        ("https://us.example", "us.example", "", "", True),
        ("https://us.example", "us.example", "https", "", True),
        ("http://us.example", "us.example", "https", "", False),
        ("https://us.example", "us.example", "http", "", False),
        ("ftp://us.example", "us.example", "", "", False),
        ("us.example", "us.example", "", "", False),
        ("https://us.example", "us.example", "", PUBLIC_URL, True),
        ("https://us.example", "hub-1:8000", "", PUBLIC_URL, True),
        ("https://us.example", "us.example", "http", PUBLIC_URL, True),
        ("http://us.example", "us.example", "", PUBLIC_URL, False),
        ("http://us.example", "us.example", "http", PUBLIC_URL, False),
        ("http://hub-1:8000", "hub-1:8000", "", PUBLIC_URL, True),
        ("https://evil.example", "us.example", "https", PUBLIC_URL, False),
        ("null", "us.example", "", "", False),
        ("", "", "", "", False),
        ("://", "", "", "", False),
        (None, "us.example", "https", PUBLIC_URL, False),
    ],
)
def test_which_pages_are_ours(
    origin: str | None, host: str, scheme: str, public_url: str, *, own: bool
) -> None:
    """A page is ours by scheme, host and port; its scheme counts wherever we know our own."""
    assert is_own(origin, host, scheme, public_url) is own


@pytest.mark.parametrize(
    ("scheme", "forwarded", "known"),
    [
        ("http", None, ""),
        ("ws", None, ""),
        ("https", None, "https"),
        ("wss", "https", "https"),
        ("ws", "http", "http"),
        ("http", "http", "http"),
        ("http", "https", ""),
        ("http", "nonsense", ""),
    ],
)
def test_when_our_scheme_is_known(scheme: str, forwarded: str | None, known: str) -> None:
    """Without a proxy that says so, nobody can tell whether one ended TLS in front of us."""
    assert scheme_of(scheme, forwarded) == known


def test_cors_never_mirrors_a_stranger() -> None:
    """An origin that is not named is not answered with its own name."""
    assert cors(edition(), "https://x.example")["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in cors(
        edition("https://a.example"), "https://x.example"
    )


async def headers_of(
    service: Running, route: str, flash_id: str, who: Editor | None
) -> tuple[str, Mapping[str, str]]:
    """What a URL answers to a stranger, or to somebody who is logged in."""
    named = {
        "{slug}": "x",
        "{kind}": "rss",
        "{name}": "1",
        "MOUNT /static": "GET /static/reader/reader.css",
    }
    for name, value in named.items():
        route = route.replace(name, value)
    method, path = url(route, flash_id)
    body = {"headline": "x"} if route in BODIES else None
    answer = await (
        who.ask(method, path, body) if who else service.request(method, path, token=None)
    )
    return f"{route} {answer.status}", answer.headers


@pytest.mark.parametrize("public_url", ["", "https://ticker.example"])
@pytest.mark.parametrize("known", [True, False], ids=["admin", "stranger"])
async def test_every_url_is_guarded(settings: Settings, public_url: str, *, known: bool) -> None:
    """Each URL there is, to anybody, answers with the headers that its kind must have."""
    async with running(replace(settings, public_url=public_url)) as service:
        flash_id = (await service.post("en", "A line", coverage="x"))["id"]
        await hire(service, "adm", Role.ADMIN)
        who = await log_in(service, "adm") if known else None
        for route in sorted((PUBLIC | EDITORIAL.keys() | PAGES.keys()) - STREAMS):
            name, headers = await headers_of(service, route, flash_id, who)
            assert headers["x-content-type-options"] == "nosniff", name
            assert "referrer-policy" in headers, name
            policy = headers["content-security-policy"]
            assert policy.startswith("default-src 'none'; "), name
            assert "frame-ancestors " in policy, name
            assert "unsafe" not in policy, name
            assert "x-powered-by" not in headers, name
            assert headers.get("strict-transport-security") == (
                "max-age=31536000" if public_url else None
            ), name
            if headers.get("content-type", "").startswith("text/html"):
                assert "camera=()" in headers["permissions-policy"], name
            if route in EDITORIAL or route in PAGES:
                assert headers["cache-control"] == "no-store", name
                assert "access-control-allow-origin" not in headers, name
            if " /desk/" in f"{route}/":
                assert headers["x-frame-options"] == "DENY", name
                assert "frame-ancestors 'none'" in policy, name
                assert headers["referrer-policy"] == "same-origin", name
                assert headers["cross-origin-opener-policy"] == "same-origin", name
                assert headers["cross-origin-resource-policy"] == "same-origin", name
