"""Passkeys over HTTP: whose, with what proof, and for which pages."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.authenticator import Authenticator
from tests.support.desk import PASSWORD, Editor, form, hire, log_in
from tests.support.process import free_port
from tests.support.service import running
from ticker.accounts.principal import Role

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.service import Answer, Running
    from ticker.settings import Settings


@pytest.fixture
def local(settings: Settings) -> Settings:
    port = free_port()
    return replace(settings, port=port, public_url=f"http://localhost:{port}")


@pytest.fixture
async def desk(local: Settings) -> AsyncIterator[Running]:
    """A service at an address that has passkeys."""
    async with running(local) as service:
        await hire(service, "amal")
        yield service


async def offer(editor: Editor, password: str = PASSWORD, **headers: str) -> Answer:
    body = {"password": password}
    return await editor.ask("POST", "/desk/account/passkeys/options", body, **headers)


async def enrol(editor: Editor, name: str = "Laptop") -> Authenticator:
    """Make a passkey as the account page does."""
    device = Authenticator(editor.service.settings.public_url, "localhost")
    body = {"name": name, "credential": device.make((await offer(editor)).json)}
    answer = await editor.ask("POST", "/desk/account/passkeys", body)
    assert answer.status == 204, answer.body
    return device


async def options(desk: Running, **headers: str) -> Answer:
    path = "/desk/login/passkey/options"
    return await desk.request("POST", path, headers=headers, token=None)


async def log_in_with(desk: Running, credential: Any, **fields: Any) -> Answer:
    headers = fields.pop("headers", {})
    body = {"credential": credential, **fields}
    return await desk.request("POST", "/desk/login/passkey", body=body, headers=headers, token=None)


async def test_a_passkey_opens_the_desk(desk: Running) -> None:
    """Made with a session and a password, it logs in without a name, and is listed and removed."""
    amal = await log_in(desk, "amal")
    device = await enrol(amal, "Phone <1>")
    page = (await amal.ask("GET", "/desk/account")).body.decode()
    assert "Phone &lt;1&gt;" in page
    assert "never used" in page
    answer = await log_in_with(desk, device.answer((await options(desk)).json), next="/desk/en")
    assert (answer.status, answer.json) == (200, {"next": "/desk/en"})
    cookie = next(it for it in answer.cookies if it.startswith("ticker-session="))
    assert {"HttpOnly", "SameSite=strict"} <= {*cookie.split("; ")}
    cookie = cookie.partition(";")[0]
    assert (await desk.get("/desk/en", Cookie=cookie)).status == 200
    assert "last used" in (await amal.ask("GET", "/desk/account")).body.decode()
    removal = {"csrf": amal.csrf, "id": device.answer((await options(desk)).json)["id"]}
    for status in (303, 404):
        path = "/desk/account/passkeys/remove"
        assert (await form(desk, path, removal, Cookie=amal.cookie)).status == status
    answer = await log_in_with(desk, device.answer((await options(desk)).json))
    assert answer.status == 401


async def test_it_goes_on_within_the_desk(desk: Running) -> None:
    """Whatever the page was asked to go on to (open redirect)."""
    device = await enrol(await log_in(desk, "amal"))
    for path in ("https://evil.example", "//evil.example", "/desk\\@evil.example"):
        answer = await log_in_with(desk, device.answer((await options(desk)).json), next=path)
        assert answer.json == {"next": "/desk"}


async def test_a_session_alone_makes_no_passkey(desk: Running) -> None:
    """The password is asked for, tries are limited, and an offer is for the session that asked."""
    await hire(desk, "ben")
    amal, again, ben = [await log_in(desk, it) for it in ("amal", "amal", "ben")]
    offered = (await offer(amal)).json
    for other in (again, ben):
        made = Authenticator(desk.settings.public_url, "localhost").make(offered)
        body = {"name": "x", "credential": made}
        answer = await other.ask("POST", "/desk/account/passkeys", body)
        assert (answer.status, answer.fields) == (422, ["credential"])
    statuses = [(await offer(amal, "wrong")).status for _ in range(6)]
    assert statuses == [403] * 5 + [429]


async def test_other_sites_make_and_use_none(desk: Running) -> None:
    """Neither without the session's token, nor from a page of another site (CSRF)."""
    amal = await log_in(desk, "amal")
    device = await enrol(amal)
    evil = {"Origin": "https://evil.example"}
    made = Authenticator(desk.settings.public_url, "localhost").make((await offer(amal)).json)
    body = {"name": "x", "credential": made}
    bare = await amal.ask("POST", "/desk/account/passkeys", body, csrf="")
    assert bare.status == 403
    for headers in (evil, {"Sec-Fetch-Site": "cross-site"}):
        sent = {name.replace("-", "_"): value for name, value in headers.items()}
        assert (await offer(amal, **sent)).status == 403
        assert (await amal.ask("POST", "/desk/account/passkeys", body, **sent)).status == 403
        assert (await options(desk, **headers)).status == 403
        credential = device.answer((await options(desk)).json)
        assert (await log_in_with(desk, credential, headers=headers)).status == 403
    removal = {"csrf": "x", "id": "x"}
    path = "/desk/account/passkeys/remove"
    assert (await form(desk, path, removal, Cookie=amal.cookie)).status == 403


async def test_a_refused_passkey_is_counted(desk: Running) -> None:
    """Replayed, forged, nonsense: 401 with one answer for all, or the field that is wrong."""
    amal = await log_in(desk, "amal")
    device = await enrol(amal)
    answer = device.answer((await options(desk)).json)
    assert (await log_in_with(desk, answer)).status == 200
    forged = {**answer, "response": {**answer["response"], "userHandle": "AAAA"}}
    bodies = set()
    for credential in (answer, forged, {}):
        refused = await log_in_with(desk, credential)
        assert refused.status == 401
        assert not refused.cookies
        bodies.add(refused.body)
    assert len(bodies) == 1
    unspent = device.answer((await options(desk)).json)
    for refused, field in (
        (await log_in_with(desk, None), "credential"),
        (await log_in_with(desk, unspent, next=7), "next"),
    ):
        assert (refused.status, refused.fields) == (422, [field])
    assert (await log_in_with(desk, unspent)).status == 200


async def test_an_admins_password_ends_passkeys(desk: Running) -> None:
    """Whoever got in and made one there is out; who changes their own keeps theirs."""
    await hire(desk, "adm", Role.ADMIN)
    amal, adm = await log_in(desk, "amal"), await log_in(desk, "adm")
    device = await enrol(amal)
    changed = {"csrf": amal.csrf, "old": PASSWORD, "new": "another horse battery"}
    assert (await form(desk, "/desk/account", changed, Cookie=amal.cookie)).status == 303
    assert (await log_in_with(desk, device.answer((await options(desk)).json))).status == 200
    renewed = {"csrf": adm.csrf, "do": "renew password", "name": "amal"}
    assert (await form(desk, "/desk/staff", renewed, Cookie=adm.cookie)).status == 200
    assert (await log_in_with(desk, device.answer((await options(desk)).json))).status == 401
    entries = (await adm.ask("GET", "/v1/audit")).body.decode().splitlines()
    assert "passkey added" in [json.loads(json.loads(it)["entry"])["action"] for it in entries]


async def test_passkeys_go_on_where_passwords_do_not(local: Settings) -> None:
    """With passwords for admins alone an editor logs in with the passkey that they made before."""
    async with running(local) as desk:
        await hire(desk, "amal")
        device = await enrol(await log_in(desk, "amal"))
    async with running(replace(local, local_passwords="admins")) as desk:
        password = {"name": "amal", "password": PASSWORD}
        assert (await form(desk, "/desk/login", password)).status == 403
        assert (await log_in_with(desk, device.answer((await options(desk)).json))).status == 200


async def test_elsewhere_the_account_page_says_so(service: Running) -> None:
    """On plain http under an address of numbers browsers have none; nothing is offered."""
    await hire(service, "amal")
    amal = await log_in(service, "amal")
    page = (await amal.ask("GET", "/desk/account")).body.decode()
    assert "Passkeys need an address with https" in page
    assert "passkeys.js" not in page
    assert "passkey" not in (await service.get("/desk/login")).body.decode()
    assert (await options(service)).status == 404
    assert (await log_in_with(service, {})).status == 404
    assert (await offer(amal)).status == 404


async def test_without_the_extra_the_desk_is_as_it_was(
    local: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No button, no section, no word of it."""
    for place in ("ticker.core", "ticker.web.desk.account"):
        monkeypatch.setattr(f"{place}.has_sign_on", lambda: False)
    async with running(local) as desk:
        await hire(desk, "amal")
        amal = await log_in(desk, "amal")
        assert "asskey" not in (await amal.ask("GET", "/desk/account")).body.decode()
        assert "asskey" not in (await desk.get("/desk/login")).body.decode()
