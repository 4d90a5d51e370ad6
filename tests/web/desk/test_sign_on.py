"""Logging in with the house's provider, and out again."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.support.desk import PASSWORD, Editor, form, hire, log_in
from tests.support.openid import SECRET, Forger, forger, sign_on
from tests.support.process import free_port
from tests.support.service import running
from ticker.accounts.principal import Role
from ticker.web.desk.sign_on import AT_ONCE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.service import Answer, Running
    from ticker.settings import Settings


@pytest.fixture
async def provider() -> AsyncIterator[Forger]:
    async with forger() as started:
        yield started


@pytest.fixture
def federated(settings: Settings, provider: Forger) -> Settings:
    """Settings of a service with single sign-on, at an address that is known beforehand."""
    port = free_port()
    newsroom = replace(settings.newsroom, sign_on=sign_on(provider.issuer))
    return replace(
        settings,
        port=port,
        public_url=f"http://127.0.0.1:{port}",
        newsroom=newsroom,
        sign_on_secret=SECRET,
    )


@pytest.fixture
async def desk(federated: Settings) -> AsyncIterator[Running]:
    async with running(federated) as service:
        yield service


def cookie_of(answer: Answer, name: str) -> str:
    return next(it.partition(";")[0] for it in answer.cookies if it.startswith(f"{name}="))


async def begin(desk: Running, query: str = "") -> tuple[str, str]:
    """The provider's URL, and the cookie of the login that begins."""
    begun = await desk.get(f"/desk/sign-on{query}")
    assert begun.status == 303, begun.body
    return begun.headers["location"], cookie_of(begun, "ticker-sign-on")


async def come_back(desk: Running, fields: dict[str, str], cookie: str) -> Answer:
    return await desk.get(f"/desk/sign-on/back?{urlencode(fields)}", Cookie=cookie)


async def sign_in(desk: Running, provider: Forger, query: str = "") -> Answer:
    url, cookie = await begin(desk, query)
    return await come_back(desk, provider.authorise(url), cookie)


async def editor_of(desk: Running, cookie: str) -> Editor:
    page = (await desk.get("/desk/account", Cookie=cookie)).body.decode()
    csrf = re.search(r'name="csrf" value="([^"]+)"', page)
    assert csrf is not None
    return Editor(desk, cookie, csrf[1])


async def test_a_login_at_the_provider_opens_the_desk(desk: Running, provider: Forger) -> None:
    """With a strict session cookie, and on to the page that was asked for by a page of ours."""
    page = (await desk.get("/desk/login?next=/desk/ar")).body.decode()
    assert "تسجيل الدخول عبر Example News" in page
    assert f'href="{desk.url}/desk/sign-on?next=/desk/ar"' in page.replace("%2F", "/")
    answer = await sign_in(desk, provider, "?next=/desk/ar")
    assert answer.status == 200
    assert 'content="0;url=/desk/ar"' in answer.body.decode()
    cookie = cookie_of(answer, "ticker-session")
    flags = next(it for it in answer.cookies if it.startswith("ticker-session="))
    assert {"HttpOnly", "SameSite=strict"} <= {*flags.split("; ")}
    assert (await desk.get("/desk/ar", Cookie=cookie)).status == 200
    assert (await desk.get("/desk/sign-on", Cookie=cookie)).headers["location"] == "/desk"
    account = (await desk.get("/desk/account", Cookie=cookie)).body.decode()
    assert "You log in with Example News" in account
    assert "new-password" not in account
    assert "asskey" not in account


async def test_a_federated_user_has_no_credentials_here(desk: Running, provider: Forger) -> None:
    """Neither a password nor a passkey: their provider says how they log in."""
    cookie = cookie_of(await sign_in(desk, provider), "ticker-session")
    amal = await editor_of(desk, cookie)
    made = await amal.ask("POST", "/desk/account/passkeys/options", {"password": ""})
    assert (made.status, made.fields) == (409, ["name"])
    changed = {"csrf": amal.csrf, "old": "", "new": PASSWORD}
    assert (await form(desk, "/desk/account", changed, Cookie=cookie)).status == 401
    assert (await form(desk, "/desk/login", {"name": "amal", "password": ""})).status == 401


async def test_it_goes_on_within_the_desk_alone(desk: Running, provider: Forger) -> None:
    """A link to the login cannot send anybody elsewhere afterwards (open redirect)."""
    for path in ("https://evil.example", "//evil.example", "/\\evil.example", "/desk/../\\x",
                 "javascript:alert(1)", "/en", "/desk\n.evil.example", "/desk/" + "x" * 2000):  # fmt: skip
        answer = await sign_in(desk, provider, f"?{urlencode({'next': path})}")
        assert answer.status == 200
        onward = re.search(r'content="0;url=([^"]*)"', answer.body.decode())
        assert onward is not None
        assert re.fullmatch(r"/desk(/x+)?", onward[1]), onward[1]
    _, cookie = await begin(desk)
    secret = cookie.partition(".")[0]
    for kept in ("!", "aHR0cHM6Ly9ldmlsLmV4YW1wbGU", "gA"):
        url, cookie = await begin(desk)
        secret = cookie.partition(".")[0]
        answer = await come_back(desk, provider.authorise(url), f"{secret}.{kept}")
        assert 'content="0;url=/desk"' in answer.body.decode()


async def test_an_answer_counts_once_and_in_its_own_browser(
    desk: Running, provider: Forger
) -> None:
    """Neither without the cookie, nor with another's, nor a second time, nor with a false state."""
    url, mine = await begin(desk)
    _, theirs = await begin(desk)
    came = provider.authorise(url)
    for fields, cookie, status in (
        (came, "", 400),
        (came, theirs, 400),
        ({**came, "state": "x"}, mine, 400),
        ({"state": came["state"], "error": "access_denied"}, mine, 403),
        (came, mine, 200),
        (came, mine, 403),
    ):
        answer = await come_back(desk, fields, cookie)
        assert answer.status == status, (fields, cookie)
        begun = [it for it in answer.cookies if it.startswith("ticker-session=")]
        assert bool(begun) is (status == 200)
        (gone,) = [it for it in answer.cookies if it.startswith("ticker-sign-on=")]
        assert "Max-Age=0" in gone


async def test_a_false_token_logs_nobody_in(desk: Running, provider: Forger) -> None:
    """It says so, and the audit log counts it."""
    provider.forge = lambda claims: provider.sign({**claims, "aud": "another"})
    answer = await sign_in(desk, provider)
    assert answer.status == 403
    assert "trusted" in answer.body.decode()
    assert not [it for it in answer.cookies if it.startswith("ticker-session=")]


async def test_who_is_in_no_group_is_told_so(desk: Running, provider: Forger) -> None:
    """In their language, with a way to come as somebody else."""
    provider.claims["groups"] = ["cooks"]
    url, cookie = await begin(desk)
    fields = urlencode(provider.authorise(url))
    path = f"/desk/sign-on/back?{fields}"
    answer = await desk.get(path, Cookie=cookie, Accept_Language="es")
    assert answer.status == 403
    page = html.unescape(answer.body.decode())
    assert "Example News le conoce, pero ninguno de sus grupos" in page
    again = re.search(r'href="(/desk/sign-on\?again=yes)"', page)
    assert again is not None
    location = (await desk.get(again[1])).headers["location"]
    assert parse_qs(urlsplit(location).query)["prompt"] == ["login"]


async def test_a_local_name_stays_local(desk: Running, provider: Forger) -> None:
    """Whoever comes with it is refused, and its owner logs in as before."""
    await hire(desk, "amal", Role.ADMIN)
    answer = await sign_in(desk, provider)
    assert answer.status == 409
    assert "somebody else" in answer.body.decode()
    assert (await form(desk, "/desk/login", {"name": "amal", "password": PASSWORD})).status == 303


async def test_an_admin_sees_who_comes_from_where(desk: Running, provider: Forger) -> None:
    """A federated user can be removed like others, and has no password to renew."""
    await hire(desk, "adm", Role.ADMIN)
    await sign_in(desk, provider)
    adm = await log_in(desk, "adm")
    page = (await adm.ask("GET", "/desk/staff")).body.decode()
    assert "single sign-on" in page
    given = {"csrf": adm.csrf, "do": "renew password", "name": "amal"}
    assert (await form(desk, "/desk/staff", given, Cookie=adm.cookie)).status == 409
    given = {"csrf": adm.csrf, "do": "remove user", "name": "amal"}
    assert (await form(desk, "/desk/staff", given, Cookie=adm.cookie)).status == 303
    entries = (await adm.ask("GET", "/v1/audit")).body.decode().splitlines()
    done = [json.loads(json.loads(it)["entry"])["action"] for it in entries]
    assert done == ["add user", "login", "login", "remove user"]


async def test_the_glass_can_be_broken(federated: Settings, provider: Forger) -> None:
    """While the provider is away an admin logs in with a password, though nobody else may."""
    async with running(replace(federated, local_passwords="admins")) as desk:
        await hire(desk, "chief", Role.ADMIN)
        await hire(desk, "ben")
        provider.is_away = True
        answer = await desk.get("/desk/sign-on")
        assert answer.status == 503
        assert "local admin" in answer.body.decode()
        statuses = []
        for name, password in (("chief", PASSWORD), ("ben", PASSWORD), ("ben", "wrong")):
            fields = {"name": name, "password": password}
            refused = await form(desk, "/desk/login", fields)
            statuses.append(refused.status)
        assert statuses == [303, 403, 401]
        assert "Passwords are for admins here." in (await desk.get("/desk/login")).body.decode()


async def test_logging_out_ends_both_logins(desk: Running, provider: Forger) -> None:
    """The session here first, then on to the provider, which knows by the token whose it is."""
    answer = await sign_in(desk, provider)
    cookie = cookie_of(answer, "ticker-session")
    amal = await editor_of(desk, cookie)

    async def leave() -> Answer:
        return await form(desk, "/desk/logout", {"csrf": amal.csrf}, Cookie=cookie)

    out = await leave()
    assert out.status == 200
    onward = re.search(r'content="0;url=([^"]*)"', out.body.decode())
    assert onward is not None
    query = parse_qs(urlsplit(html.unescape(onward[1])).query)
    assert query["post_logout_redirect_uri"] == [f"{desk.url}/desk/login"]
    assert query["id_token_hint"][0].count(".") == 2
    assert (await desk.get("/desk/en", Cookie=cookie)).status == 303
    assert (await leave()).headers["location"] == "/desk/login"


async def test_behind_tls_the_cookies_are_the_hosts_own(
    federated: Settings, provider: Forger
) -> None:
    """No subdomain can plant a login that is on its way."""
    async with running(replace(federated, public_url="https://ticker.example")) as desk:
        begun = await desk.get("/desk/sign-on")
        (cookie,) = begun.cookies
        assert cookie.startswith("__Host-ticker-sign-on=")
        assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/", "Max-Age=600"} <= {
            *cookie.split("; ")
        }
        back = parse_qs(urlsplit(begun.headers["location"]).query)["redirect_uri"]
        assert back == ["https://ticker.example/desk/sign-on/back"]
        assert provider.asked == ["/.well-known/openid-configuration"]


async def test_without_a_provider_there_is_no_sign_on(service: Running) -> None:
    """The desk is as it always was."""
    assert (await service.get("/desk/sign-on")).status == 404
    assert (await service.get("/desk/sign-on/back?code=x")).status == 404
    assert "/desk/sign-on" not in (await service.get("/desk/login")).body.decode()


async def test_a_network_asks_the_provider_only_so_often(
    federated: Settings, provider: Forger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nonsense that anybody can send is not carried on without end."""
    monkeypatch.setattr("ticker.web.desk.sign_on.PER_SECOND", 1e-6)
    async with running(federated) as desk:
        url, cookie = await begin(desk)
        state = parse_qs(urlsplit(url).query)["state"][0]
        statuses = [
            (await come_back(desk, {"code": "x", "state": state}, cookie)).status
            for _ in range(AT_ONCE + 2)
        ]
    assert statuses == [403] * AT_ONCE + [429] * 2
    assert provider.asked.count("/token") == AT_ONCE


@pytest.mark.parametrize("fault", ["slow", "away"])
async def test_a_provider_that_goes_away_meanwhile(
    desk: Running, provider: Forger, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes back is told to try again, and logging out works all the same."""
    answer = await sign_in(desk, provider)
    cookie = cookie_of(answer, "ticker-session")
    url, begun = await begin(desk)
    came = provider.authorise(url)
    if fault == "slow":
        monkeypatch.setattr("ticker.accounts.fetch.PLACES", 0)
    provider.is_away = True
    refused = await come_back(desk, came, begun)
    assert refused.status == 503
    assert refused.headers["retry-after"] == "10"
    assert (await desk.get("/desk/en", Cookie=cookie)).status == 200
