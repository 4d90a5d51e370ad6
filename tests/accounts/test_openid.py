"""Logging in at an OpenID provider, and what does not count as it."""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from tests.support.openid import CLIENT, SECRET, Forger, Key, forger, sign_on
from ticker.accounts.fetch import PLACES, Fetcher, ProviderAwayError, is_safe
from ticker.accounts.id_token import LEEWAY_SECONDS, UntrustedTokenError
from ticker.accounts.openid import DeniedError, Flow, RelyingParty, StrayAnswerError
from ticker.accounts.passwords import BusyError
from ticker.accounts.provider import Provider

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from ticker.accounts.federation import Identity

BACK = "https://ticker.example/desk/sign-on/back"


@pytest.fixture
async def provider() -> AsyncIterator[Forger]:
    async with forger() as started:
        yield started


@pytest.fixture
def party(provider: Forger) -> RelyingParty:
    return RelyingParty(sign_on(provider.issuer), SECRET, Fetcher().fetch)


async def log_in(party: RelyingParty, provider: Forger, **answer: str) -> Identity:
    """To the provider and back."""
    flow = Flow.begin()
    came = provider.authorise(await party.login_url(flow, BACK))
    return await party.identify(flow, {**came, **answer}, BACK)


async def test_who_logs_in_is_who_the_provider_says(party: RelyingParty, provider: Forger) -> None:
    """Code, PKCE, state and nonce go there and back, and the token says subject, name and groups."""
    identity = await log_in(party, provider)
    assert identity.subject == f"{provider.issuer} u1"
    assert identity.name == "amal"
    assert identity.groups == {"newsroom"}
    assert jwt.get_unverified_header(identity.hint)["alg"] == "RS256"


async def test_groups_may_stand_at_the_userinfo_endpoint(
    party: RelyingParty, provider: Forger
) -> None:
    """Some providers keep tokens short; what they tell elsewhere must be about the same person."""
    provider.claims = {"sub": "u1"}
    provider.userinfo = {"preferred_username": "amal", "groups": "newsroom"}
    assert (await log_in(party, provider)).groups == {"newsroom"}
    provider.userinfo["sub"] = "u2"
    with pytest.raises(UntrustedTokenError, match="another subject"):
        await log_in(party, provider)


def expired(claims: dict[str, Any]) -> dict[str, Any]:
    return {**claims, "exp": int(time.time()) - LEEWAY_SECONDS - 5}


WRONG: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "expired": expired,
    "of the future": lambda it: {**it, "iat": int(time.time()) + 3600},
    "not yet valid": lambda it: {**it, "nbf": int(time.time()) + 3600},
    "without an end": lambda it: {name: it[name] for name in it if name != "exp"},
    "of another issuer": lambda it: {**it, "iss": "https://other.example"},
    "for another client": lambda it: {**it, "aud": "another"},
    "for several, not saying for whom": lambda it: {**it, "aud": [CLIENT, "another"]},
    "of another authorized party": lambda it: {**it, "azp": "another"},
    "with another nonce": lambda it: {**it, "nonce": "another"},
    "without a nonce": lambda it: {name: it[name] for name in it if name != "nonce"},
    "without a subject": lambda it: {name: it[name] for name in it if name != "sub"},
    "with an empty subject": lambda it: {**it, "sub": ""},
    "with a number as its subject": lambda it: {**it, "sub": 7},
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_token_that_is_not_for_this_login_is_none(
    party: RelyingParty, provider: Forger, wrong: str
) -> None:
    """However rightly it is signed: issuer, audience, party, times, nonce and subject are judged."""
    provider.forge = lambda claims: provider.sign(WRONG[wrong](claims))
    with pytest.raises(UntrustedTokenError):
        await log_in(party, provider)


async def test_clocks_may_differ_by_a_minute(party: RelyingParty, provider: Forger) -> None:
    """A provider whose clock is somewhat ahead or behind locks nobody out."""
    now = int(time.time())
    provider.forge = lambda it: provider.sign({**it, "exp": now - 5, "iat": now + 20})
    assert (await log_in(party, provider)).name == "amal"


def unsigned(claims: dict[str, Any]) -> str:
    """A token with the algorithm `none`, made by hand."""
    parts = [json.dumps(it).encode() for it in ({"alg": "none"}, claims)]
    return ".".join([*(urlsafe_b64encode(it).decode().rstrip("=") for it in parts), ""])


async def test_a_token_that_somebody_else_made_is_none(
    party: RelyingParty, provider: Forger
) -> None:
    """No algorithm, a secret that is the public key, a stranger's key, a changed text, nonsense."""
    known, stranger = provider.keys[0], Key()
    pem = known.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    def by_public_key(claims: dict[str, Any]) -> str:
        head = {"alg": "HS256", "kid": known.kid}
        parts = [json.dumps(it).encode() for it in (head, claims)]
        text = ".".join(urlsafe_b64encode(it).decode().rstrip("=") for it in parts)
        mac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(
            text.encode(), pem
        )
        return f"{text}.{urlsafe_b64encode(mac).decode().rstrip('=')}"

    for forge in (
        unsigned,
        by_public_key,
        lambda it: provider.sign(it, stranger),
        lambda it: provider.sign(it, stranger, kid=known.kid),
        lambda it: provider.sign(it, stranger, jwk=stranger.public),
        lambda it: provider.sign(it).replace(".", ".x", 1),
        lambda _: "nonsense",
        lambda _: "",
        lambda it: provider.sign({**it, "padding": "x" * 70_000}),
    ):
        provider.forge = forge
        with pytest.raises(UntrustedTokenError):
            await log_in(party, provider)
    provider.forge = None
    assert (await log_in(party, provider)).name == "amal"


async def test_keys_change(provider: Forger) -> None:
    """A provider signs with a new key, of another kind: it is asked for, though not by everybody."""
    moment = [0.0]
    party = RelyingParty(sign_on(provider.issuer), SECRET, Fetcher().fetch)
    party._provider = Provider(provider.issuer, Fetcher().fetch, lambda: moment[0])
    await log_in(party, provider)
    moment[0] += 20
    provider.keys.insert(0, Key("ES256"))
    assert (await log_in(party, provider)).name == "amal"
    looked = provider.asked.count("/jwks")
    provider.forge = lambda it: provider.sign(it, Key())
    for _ in range(3):
        with pytest.raises(UntrustedTokenError):
            await log_in(party, provider)
    assert provider.asked.count("/jwks") == looked
    moment[0] += 4000
    withdrawn = provider.keys.pop()
    provider.forge = lambda it: provider.sign(it, withdrawn)
    with pytest.raises(UntrustedTokenError):
        await log_in(party, provider)


async def test_keys_of_other_kinds_are_passed_over(party: RelyingParty, provider: Forger) -> None:
    """For encryption, symmetric, broken: none of them signs."""
    good = provider.keys[0].public
    provider.published = [
        {**good, "use": "enc", "kid": "e"},
        {"kty": "oct", "k": "c2VjcmV0", "kid": provider.keys[0].kid},
        {"kty": "RSA", "kid": "broken"},
        {"kty": "dance"},
        good,
    ]
    assert (await log_in(party, provider)).name == "amal"


async def test_an_answer_to_nothing_is_none(party: RelyingParty, provider: Forger) -> None:
    """Another login's state, no state, or another provider's answer (mix-up)."""
    for answer in (
        {"state": "another"},
        {"state": ""},
        {"state": Flow.begin().state},
        {"iss": "https://other.example"},
    ):
        with pytest.raises(StrayAnswerError):
            await log_in(party, provider, **answer)
    assert (await log_in(party, provider, iss=provider.issuer)).name == "amal"
    assert "/token" in provider.asked


async def test_a_provider_that_names_itself_always_does(provider: Forger) -> None:
    """Where its answers carry the issuer, one without is another's (RFC 9207)."""
    provider.metadata = {"authorization_response_iss_parameter_supported": True}
    party = RelyingParty(sign_on(provider.issuer), SECRET, Fetcher().fetch)
    with pytest.raises(StrayAnswerError):
        await log_in(party, provider)


async def test_a_code_is_for_one_login(party: RelyingParty, provider: Forger) -> None:
    """It works once, and in no login but the one that it was made for, as PKCE has it."""
    mine, theirs = Flow.begin(), Flow.begin()
    came = provider.authorise(await party.login_url(mine, BACK))
    stolen = provider.authorise(await party.login_url(theirs, BACK))
    with pytest.raises(UntrustedTokenError, match="invalid_grant"):
        await party.identify(mine, {**came, "code": stolen["code"]}, BACK)
    assert (await party.identify(mine, came, BACK)).name == "amal"
    with pytest.raises(UntrustedTokenError, match="invalid_grant"):
        await party.identify(mine, came, BACK)


async def test_who_is_denied_is_not_in(party: RelyingParty, provider: Forger) -> None:
    """The provider's no is a no, and nothing is asked for."""
    flow = Flow.begin()
    await party.login_url(flow, BACK)
    with pytest.raises(DeniedError, match="access_denied"):
        await party.identify(flow, {"state": flow.state, "error": "access_denied"}, BACK)
    assert "/token" not in provider.asked


async def test_a_provider_that_is_away_is_said_to_be(provider: Forger) -> None:
    """Not there, not itself, or with endpoints that are not safe; it is not asked again at once."""
    for metadata in (
        {"issuer": "https://other.example"},
        {"token_endpoint": "http://plain.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": None},
    ):
        provider.metadata = metadata
        party = RelyingParty(sign_on(provider.issuer), SECRET, Fetcher().fetch)
        with pytest.raises(ProviderAwayError):
            await party.login_url(Flow.begin(), BACK)
    provider.metadata, provider.is_away = {}, True
    party = RelyingParty(sign_on(provider.issuer), SECRET, Fetcher().fetch)
    asked = len(provider.asked)
    for _ in range(3):
        with pytest.raises(ProviderAwayError):
            await party.login_url(Flow.begin(), BACK)
    assert len(provider.asked) == asked + 1


async def test_logging_out_is_for_both(party: RelyingParty, provider: Forger) -> None:
    """The provider's own logout, where it has one, with the token that says whose login ends."""
    url = await party.logout_url("token", "https://ticker.example/desk/login")
    assert url is not None
    assert url.startswith(f"{provider.issuer}/logout?id_token_hint=token&post_logout_redirect_uri=")
    provider.metadata = {"end_session_endpoint": f"{provider.issuer}/end?x=1"}
    other = RelyingParty(sign_on(provider.issuer), SECRET, Fetcher().fetch)
    url = await other.logout_url("", "https://ticker.example/desk/login")
    assert url is not None
    assert url.startswith(f"{provider.issuer}/end?x=1&post_logout")


async def test_few_wait_for_the_provider(provider: Forger) -> None:
    """However many come back at once, its slowness takes no more of ours than these places."""
    fetcher = Fetcher()
    fetcher._inside = PLACES
    party = RelyingParty(sign_on(provider.issuer), SECRET, fetcher.fetch)
    with pytest.raises(BusyError):
        await party.login_url(Flow.begin(), BACK)


def test_only_tls_and_this_machine_are_asked() -> None:
    """No URL of metadata takes a secret over an open line, or to a file."""
    for url in ("https://a.example/token", "https://a.example:8443", "http://localhost:9/x",
                "http://127.0.0.1:9/x", "http://[::1]/x"):  # fmt: skip
        assert is_safe(url), url
    unsafe: tuple[object, ...] = ("http://a.example/token", "http://localhost.evil.example/", "http://127.0.0.1.evil/",
                "file:///etc/passwd", "https://", "https://user@a.example/", "https:\\\\a", 7, None)  # fmt: skip
    for it in unsafe:
        assert not is_safe(it), it
