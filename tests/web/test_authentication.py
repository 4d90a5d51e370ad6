"""Who is let in, by token or by session, and what a session must prove."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from starlette.requests import HTTPConnection

from tests.support.desk import PASSWORD, form, hire, log_in
from tests.support.service import running
from ticker.accounts.principal import Principal, Role
from ticker.news.document import utcnow
from ticker.settings import Settings
from ticker.web.authentication import Authenticator
from ticker.web.problems import ProblemError

if TYPE_CHECKING:
    from tests.support.service import Running
    from ticker.accounts.sessions import Sessions
    from ticker.accounts.tokens import Tokens


@pytest.mark.parametrize("rate", [0.01, 0.1, 0.3, 0.7, 5.0])
async def test_who_waits_as_told_is_let_in(tokens: Tokens, sessions: Sessions, rate: float) -> None:
    """An editor's tool that comes back when it was told to is never refused a second time."""
    now = 1000.0
    token = await tokens.create(Principal("tool", Role.EDITOR, frozenset(), utcnow(), None))
    slow = replace(Settings(), posts_burst=1, posts_per_second=rate)
    authenticator = Authenticator(tokens, sessions, slow, clock=lambda: now)
    headers = [(b"authorization", f"Bearer {token}".encode())]
    connection = HTTPConnection({"type": "http", "headers": headers})
    assert (await authenticator.authenticate(connection)).name == "tool"
    with pytest.raises(ProblemError) as refused:
        await authenticator.authenticate(connection)
    assert refused.value.status == 429
    now += int(refused.value.headers["Retry-After"])
    assert (await authenticator.authenticate(connection)).name == "tool"


async def test_limits_of_names_take_bounded_memory(
    tokens: Tokens, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names come and go, and what was remembered of their requests goes with them."""
    monkeypatch.setattr("ticker.web.authentication.NAMES_MAX", 3)
    authenticator = Authenticator(tokens, sessions, Settings())
    for number in range(10):
        authenticator._spend(f"tool-{number}")
    assert len(authenticator._buckets) == 3


@pytest.mark.parametrize("said", ["x" * 6000, "unknown", "fe80::1%" + "x" * 6000, "192.0.2", ""])
async def test_an_address_is_one(settings: Settings, said: str) -> None:
    """What a careless proxy passes on in place of an address is neither stored nor counted by."""
    async with running(replace(settings, trusted_proxies="127.0.0.1")) as service:
        line, sent = {"headline": "A line"}, {"X-Forwarded-For": said}
        made = await service.request("POST", "/v1/en/flashes", body=line, headers=sent)
        path = f"/v1/en/flashes/{made.json['id']}/versions"
        address = (await service.request("GET", path)).json["versions"][0]["address"]
        assert address == (None if said else "127.0.0.1")


async def test_a_session_must_prove_its_intent(service: Running) -> None:
    """A change counts only with the session's word and from a page of ours; reading needs neither."""
    await hire(service, "amal")
    editor = await log_in(service, "amal")
    line = {"headline": "From the desk"}
    path = "/v1/en/flashes"
    assert (await editor.ask("POST", path, line, csrf="")).fields == ["X-CSRF-Token"]
    assert (await editor.ask("POST", path, line, csrf="x")).status == 403
    foreign = await editor.ask("POST", path, line, Origin="https://evil.example")
    assert (foreign.status, foreign.fields) == (403, ["Origin"])
    crossed = await editor.ask("POST", path, line, Sec_Fetch_Site="cross-site")
    assert crossed.status == 403
    assert (await editor.ask("POST", path, line, csrf="", Cookie="")).status == 401
    made = await editor.ask("POST", path, line, Origin=service.url, Sec_Fetch_Site="same-origin")
    assert made.status == 201
    versions = await editor.ask("GET", f"{path}/{made.json['id']}/versions", csrf="")
    (version,) = versions.json["versions"]
    assert (version["by"], version["address"]) == ("amal", "127.0.0.1")


async def test_rights_are_those_of_the_user(service: Running) -> None:
    """A reporter of one edition has no more at the desk than a token of theirs would have."""
    await hire(service, "rosa", Role.REPORTER, "en")
    editor = await log_in(service, "rosa")
    urgent = {"headline": "Flash", "urgency": 1}
    assert (await editor.ask("POST", "/v1/en/flashes", urgent)).fields == ["urgency"]
    assert (await editor.ask("POST", "/v1/ar/flashes", {"headline": "x"})).fields == ["edition"]
    assert (await editor.ask("GET", "/v1/ar/queue")).status == 403
    assert (await editor.ask("GET", "/desk/ar")).status == 403


@pytest.mark.parametrize(
    ("trusted", "address", "cookie"),
    [("127.0.0.1", "192.0.2.9", "__Host-ticker-session"), ("", "127.0.0.1", "ticker-session")],
)
async def test_only_a_trusted_proxy_is_believed(
    settings: Settings, trusted: str, address: str, cookie: str
) -> None:
    """What a proxy says of who asks and how holds where it is named in the settings, else nothing."""
    said = {"X_Forwarded_For": "192.0.2.9", "X_Forwarded_Proto": "https"}
    async with running(replace(settings, trusted_proxies=trusted)) as service:
        await hire(service, "amal")
        fields = {"name": "amal", "password": PASSWORD}
        answer = await form(service, "/desk/login", fields, **said)
        assert answer.headers["set-cookie"].partition("=")[0] == cookie
        headers = {name.replace("_", "-"): value for name, value in said.items()}
        line = await service.request(
            "POST", "/v1/en/flashes", body={"headline": "A line"}, headers=headers
        )
        path = f"/v1/en/flashes/{line.json['id']}/versions"
        (version,) = (await service.request("GET", path)).json["versions"]
    assert version["address"] == address
