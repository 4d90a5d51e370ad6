"""Logging in and out."""

from __future__ import annotations

import asyncio
import re
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.desk import PASSWORD, form, hire, log_in
from tests.support.service import running
from ticker.accounts.login_limits import LoginLimits
from ticker.accounts.passwords import GoneError, Passwords
from ticker.web.desk.login import TRIES_MAX

if TYPE_CHECKING:
    from tests.support.service import Running
    from ticker.settings import Settings


async def test_a_login_opens_the_desk(service: Running) -> None:
    """Name and password give a cookie that scripts and other sites cannot have, and the desk."""
    await hire(service, "amal")
    answer = await form(service, "/desk/login", {"name": "amal", "password": PASSWORD})
    assert (answer.status, answer.headers["location"]) == (303, "/desk")
    flags = {it.strip().lower() for it in answer.headers["set-cookie"].split(";")[1:]}
    assert flags == {"httponly", "path=/", "samesite=strict"}
    cookie = answer.headers["set-cookie"].partition(";")[0]
    page = await service.get("/desk/en", Cookie=cookie)
    assert page.status == 200
    assert (await service.get("/desk/login", Cookie=cookie)).status == 303


async def test_behind_tls_the_cookie_is_the_hosts_own(settings: Settings) -> None:
    """Where readers come by https, browsers keep the cookie from plain http and from subdomains."""
    async with running(replace(settings, public_url="https://ticker.example")) as service:
        await hire(service, "amal")
        answer = await form(service, "/desk/login", {"name": "amal", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-ticker-session=")
    assert len(answer.cookies) == 2
    for cookie in answer.cookies:
        assert cookie.startswith("__Host-ticker-")
        assert {"Secure", "HttpOnly", "SameSite=strict", "Path=/"} <= {*cookie.split("; ")}


async def test_wrong_and_unknown_read_the_same(service: Running) -> None:
    """Nobody learns from the answer which names there are, and after five tries nobody gets one."""
    await hire(service, "amal")
    known, unknown = [
        [await form(service, "/desk/login", {"name": name, "password": "wrong"}) for _ in range(6)]
        for name in ("amal", "aziz")
    ]
    assert [it.status for it in known] == [it.status for it in unknown] == [401] * 5 + [429]
    for one, other in zip(known, unknown, strict=True):
        assert one.body.replace(b"amal", b"aziz") == other.body
    assert int(known[5].headers["retry-after"]) > 0
    right = await form(service, "/desk/login", {"name": "amal", "password": PASSWORD})
    assert right.status == 429


async def test_an_editor_gets_in_whatever_strangers_do(service: Running) -> None:
    """A browser that has logged in before does so again, also from the attacker's own address."""
    await hire(service, "amal")
    right = {"name": "amal", "password": PASSWORD}
    first = await form(service, "/desk/login", right)
    (device,) = [it.partition(";")[0] for it in first.cookies if "device" in it]
    for _ in range(8):
        await form(service, "/desk/login", {"name": "amal", "password": "wrong"})
    assert (await form(service, "/desk/login", right)).status == 429
    assert (await form(service, "/desk/login", right, Cookie=device)).status == 303


async def test_an_editor_is_told_of_an_attack(service: Running) -> None:
    """Who logs in after many refused tries is told so once, and goes on to where they wanted."""
    await hire(service, "amal")
    right = {"name": "amal", "password": PASSWORD, "next": "/desk/ar"}
    first = await form(service, "/desk/login", right)
    (device,) = [it.partition(";")[0] for it in first.cookies if "device" in it]
    for _ in range(12):
        await form(service, "/desk/login", {"name": "amal", "password": "wrong"})
    told = await form(service, "/desk/login", right, Cookie=device)
    assert told.status == 200
    assert "عدد المحاولات: 12" in told.body.decode()
    assert re.search(rb"<time datetime=[^>]*>\d{4}-\d\d-\d\d \d\d:\d\d UTC</time>", told.body)
    assert b'href="/desk/ar"' in told.body
    session = told.headers["set-cookie"].partition(";")[0]
    assert (await service.get("/desk/ar", Cookie=session)).status == 200
    assert (await form(service, "/desk/login", right, Cookie=device)).status == 303


async def test_abandoned_logins_cost_nothing(
    service: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Logins that nobody waits for are not looked at, and do not keep an editor waiting."""
    await hire(service, "amal")
    gate, seen = threading.Event(), list[str]()
    queued, gone = asyncio.Semaphore(0), asyncio.Semaphore(0)
    verify = Passwords.verify

    def matches(self: Passwords, kept: str, password: str) -> bool:
        seen.append(password)
        return gate.wait()

    async def watched(self: Passwords, *args: Any) -> bool:
        queued.release()
        try:
            return await verify(self, *args)
        except GoneError:
            gone.release()
            raise

    monkeypatch.setattr(Passwords, "_matches", matches)
    monkeypatch.setattr(Passwords, "verify", watched)
    fields = {"name": "amal", "password": PASSWORD}
    try:
        editor = asyncio.create_task(form(service, "/desk/login", fields))
        await queued.acquire()
        for _ in range(3):
            _, outgoing = await asyncio.open_connection("127.0.0.1", service.port)
            outgoing.write(
                b"POST /desk/login HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\n"
                b"name=amal&password=x"
            )
            await queued.acquire()
            outgoing.close()
        assert (await service.get("/healthz")).status == 200
    finally:
        gate.set()
    for _ in range(3):
        await gone.acquire()
    assert (await editor).status == 303
    assert seen == [PASSWORD]


async def test_a_full_queue_says_when_to_come_back(
    service: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When too many log in at once the others are told so at once, and it is no try of theirs."""
    await hire(service, "amal")
    fields = {"name": "amal", "password": PASSWORD}
    with monkeypatch.context() as patched:
        patched.setattr("ticker.accounts.login_limits.STRANGERS_PLACES", 0)
        patched.setattr("ticker.web.desk.login.PAUSE_SECONDS", 0)
        for _ in range(8):
            answer = await form(service, "/desk/login", fields, Accept="text/html")
            assert (answer.status, answer.headers["retry-after"]) == (503, "2")
    assert (await form(service, "/desk/login", fields)).status == 303


async def test_who_is_refused_waits_before_they_ask_again(
    service: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guessers who are too many are told after a while, which they wait for; too many of these at once."""
    gate, pausing = asyncio.Event(), asyncio.Semaphore(0)

    async def pause(_: float) -> None:
        pausing.release()
        await gate.wait()

    fields = {"name": "amal", "password": PASSWORD}
    monkeypatch.setattr("ticker.accounts.login_limits.STRANGERS_PLACES", 0)
    monkeypatch.setattr("ticker.web.desk.login.PAUSED_MAX", 2)
    monkeypatch.setattr("ticker.web.desk.login.sleep", pause)
    try:
        waiting = [asyncio.create_task(form(service, "/desk/login", fields)) for _ in range(2)]
        for _ in waiting:
            await pausing.acquire()
        assert (await form(service, "/desk/login", fields)).status == 503
        assert not any(task.done() for task in waiting)
    finally:
        gate.set()
    assert [(await task).status for task in waiting] == [503, 503]


async def test_few_tries_ask_the_store_at_once(
    service: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others wait for their turn, so that a flood leaves connections to the store for everybody."""
    fields = {"name": "amal", "password": PASSWORD}
    inside, most, full = 0, 0, asyncio.Event()

    async def attempt(*_: Any) -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        if inside == TRIES_MAX:
            full.set()
        await full.wait()
        # Whoever is not held back comes in meanwhile.
        await service.get("/readyz/readers")
        inside -= 1

    monkeypatch.setattr(LoginLimits, "attempt", attempt)
    asked = [form(service, "/desk/login", fields) for _ in range(2 * TRIES_MAX)]
    assert {answer.status for answer in await asyncio.gather(*asked)} == {401}
    assert most == TRIES_MAX


async def test_a_planted_session_is_not_adopted(service: Running) -> None:
    """Whatever a browser held before the login, it holds another session after, and only that."""
    await hire(service, "amal")
    first = await log_in(service, "amal")
    fields = {"name": "amal", "password": PASSWORD}
    again = await form(service, "/desk/login", fields, Cookie=first.cookie)
    cookie = again.headers["set-cookie"].partition(";")[0]
    assert cookie != first.cookie
    assert (await service.get("/desk/en", Cookie=first.cookie)).status == 303
    planted = await form(service, "/desk/login", fields, Cookie="ticker-session=planted")
    assert "planted" not in planted.headers["set-cookie"]
    assert (await service.get("/desk/en", Cookie="ticker-session=planted")).status == 303


async def test_logging_out_ends_it_everywhere(service: Running) -> None:
    """The session is over in the store, not only in the browser; a strange form ends nothing."""
    await hire(service, "amal")
    editor = await log_in(service, "amal")
    refused = await form(service, "/desk/logout", {"csrf": "x"}, Cookie=editor.cookie)
    assert refused.status == 403
    done = await form(service, "/desk/logout", {"csrf": editor.csrf}, Cookie=editor.cookie)
    assert (done.status, done.headers["location"]) == (303, "/desk/login")
    assert (await service.get("/desk/en", Cookie=editor.cookie)).status == 303


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("/desk/ar", "/desk/ar"),
        ("/desk/ar/timeline?x=1", "/desk/ar/timeline?x=1"),
        ("https://evil.example/desk", "/desk"),
        ("//evil.example/desk", "/desk"),
        ("/desk\\@evil.example", "/desk"),
        ("/desk/\r\nX: y", "/desk"),
        ("/deskevil", "/desk"),
    ],
)
async def test_it_goes_on_within_the_desk(service: Running, asked: str, given: str) -> None:
    """After the login comes the page that was asked for, if it is one of the desk."""
    await hire(service, "amal")
    fields = {"name": "amal", "password": PASSWORD, "next": asked}
    assert (await form(service, "/desk/login", fields)).headers["location"] == given


async def test_other_sites_cannot_log_anybody_in(service: Running) -> None:
    """Nor can they send more than a form."""
    await hire(service, "amal")
    fields = {"name": "amal", "password": PASSWORD}
    for headers in ({"Origin": "https://evil.example"}, {"Sec_Fetch_Site": "cross-site"}):
        assert (await form(service, "/desk/login", fields, **headers)).status == 403
    assert (await form(service, "/desk/login", {"name": "x" * 9000})).status == 413
    assert (await form(service, "/desk/login", {f"f{it}": "" for it in range(30)})).status == 422


@pytest.mark.parametrize(
    ("language", "word"), [("ar-EG,en;q=0.5", "دخول"), ("es", "Entrar"), ("de", "Log in")]
)
async def test_the_form_speaks_the_browsers_language(
    service: Running, language: str, word: str
) -> None:
    """An editor is greeted in a language that the newsroom has."""
    page = await service.get("/desk/login", Accept_Language=language)
    assert word in page.body.decode()
