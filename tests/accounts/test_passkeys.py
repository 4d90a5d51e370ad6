"""Passkeys of local users."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest

from tests.accounts.test_users import AMAL, PASSWORD
from tests.support.authenticator import UP, Authenticator, decoded, encoded
from ticker.accounts.challenges import Challenges
from ticker.accounts.passkeys import PasskeyError, Passkeys, TooManyPasskeysError, are_possible
from ticker.news.text import TextError

if TYPE_CHECKING:
    from ticker.accounts.users import User, Users
    from ticker.store.client import Store

ORIGIN, SITE = "https://ticker.example", "ticker.example"
USE = "add of a session"


@pytest.fixture
def moment() -> list[float]:
    return [1_800_000_000.0]


@pytest.fixture
def passkeys(store: Store, users: Users, moment: list[float]) -> Passkeys:
    return Passkeys(store, users, Challenges(store, lambda: moment[0]), ORIGIN)


@pytest.fixture
async def amal(users: Users) -> User:
    return await made(users, "amal")


async def made(users: Users, name: str) -> User:
    await users.add(replace(AMAL, name=name), PASSWORD)
    user = await users.get(name)
    assert user is not None
    return user


async def enrolled(passkeys: Passkeys, user: User, name: str = "Laptop") -> Authenticator:
    device = Authenticator(ORIGIN, SITE)
    await passkeys.add(user, USE, name, device.make(await passkeys.offer(user, USE)))
    return device


async def test_a_passkey_says_who_it_is(passkeys: Passkeys, amal: User) -> None:
    """Without a name: the authenticator knows whose it is, and the store when it was last used."""
    device = await enrolled(passkeys, amal)
    (kept,) = await passkeys.of(amal)
    assert (kept.name, kept.user, kept.used) == ("Laptop", "amal", None)
    assert await passkeys.check(device.answer(await passkeys.ask())) == amal
    (kept,) = await passkeys.of(amal)
    assert kept.used is not None
    assert kept.count == 1
    assert await passkeys.check(device.answer(await passkeys.ask())) == amal


async def test_an_answer_counts_once(passkeys: Passkeys, amal: User, moment: list[float]) -> None:
    """Sent again it is a replay, even by an authenticator that does not count; nor does an old one."""
    device = await enrolled(passkeys, amal)
    device.count = -1
    answer = device.answer(await passkeys.ask())
    assert device.count == 0
    assert await passkeys.check(answer) == amal
    with pytest.raises(PasskeyError, match="before"):
        await passkeys.check(answer)
    options = await passkeys.ask()
    moment[0] += 301
    with pytest.raises(PasskeyError, match="expired"):
        await passkeys.check(device.answer(options))


async def test_a_copied_authenticator_is_noticed(passkeys: Passkeys, amal: User) -> None:
    """A counter that does not go up is refused (WebAuthn §6.1.1)."""
    device = await enrolled(passkeys, amal)
    copy = replace(device)
    for _ in range(3):
        await passkeys.check(device.answer(await passkeys.ask()))
    with pytest.raises(PasskeyError, match="sign count"):
        await passkeys.check(copy.answer(await passkeys.ask()))
    assert await passkeys.check(device.answer(await passkeys.ask())) == amal


async def test_another_ones_passkey_opens_nothing(
    passkeys: Passkeys, users: Users, amal: User
) -> None:
    """Neither with the handle of a colleague, nor with their credential id, nor both."""
    ben = await made(users, "ben")
    mine, theirs = await enrolled(passkeys, amal), await enrolled(passkeys, ben)
    for eve in (
        replace(mine, handle=theirs.handle),
        replace(mine, id=theirs.id),
        replace(mine, id=theirs.id, handle=theirs.handle),
        replace(mine, handle=encoded(b"amal")),
        replace(mine, handle=""),
        Authenticator(ORIGIN, SITE, handle=mine.handle),
    ):
        with pytest.raises(PasskeyError):
            await passkeys.check(eve.answer(await passkeys.ask()))


async def test_an_answer_for_elsewhere_or_by_nobody_is_none(passkeys: Passkeys, amal: User) -> None:
    """Another origin (phishing), another site, no verified user, another kind of challenge."""
    device = await enrolled(passkeys, amal)
    for wrong in (
        replace(device, origin="https://ticker.example.evil"),
        replace(device, origin="http://ticker.example"),
        replace(device, site="evil.example"),
        replace(device, flags=UP),
        replace(device, flags=0),
    ):
        with pytest.raises(PasskeyError):
            await passkeys.check(wrong.answer(await passkeys.ask()))
        again = replace(wrong, id=b"another")
        with pytest.raises(PasskeyError):
            await passkeys.add(amal, USE, "x", again.make(await passkeys.offer(amal, USE)))
    offered = await passkeys.offer(amal, USE)
    stolen = {**await passkeys.ask(), "challenge": offered["challenge"]}
    with pytest.raises(PasskeyError):
        await passkeys.check(device.answer(stolen))
    asked = {**offered, "challenge": (await passkeys.ask())["challenge"]}
    with pytest.raises(PasskeyError):
        await passkeys.add(amal, USE, "x", Authenticator(ORIGIN, SITE).make(asked))
    with pytest.raises(PasskeyError):
        await passkeys.add(amal, "another session", "x", Authenticator(ORIGIN, SITE).make(offered))
    assert len(await passkeys.of(amal)) == 1


async def test_a_changed_answer_is_none(passkeys: Passkeys, amal: User) -> None:
    """Each part is signed, and nonsense is refused as such."""
    device = await enrolled(passkeys, amal)

    async def refused(**other: Any) -> None:
        good = device.answer(await passkeys.ask())
        response = {**good["response"], **other.pop("response", {})}
        with pytest.raises(PasskeyError):
            await passkeys.check({**good, "response": response, **other})

    good = device.answer(await passkeys.ask())["response"]
    nonsense: Any
    for part in ("clientDataJSON", "authenticatorData", "signature"):
        raw = decoded(good[part])
        for changed in (raw[:-1], raw + b"x", bytes([raw[0] ^ 1]) + raw[1:], b"", b"\xff" * 10):
            await refused(response={part: encoded(changed)})
        for nonsense in (None, 7, [], {}, "é", "\ud800", "!" * 9000):
            await refused(response={part: nonsense})
    for nonsense in (None, 7, [], "", "é", "\ud800", "x" * 2000):
        await refused(id=nonsense)
        await refused(rawId=nonsense)
        await refused(response={"userHandle": nonsense})
    await refused(type="password")
    for whole in ({}, {"id": "x"}, {"id": "x", "response": None}, {"id": "x", "response": []}):
        with pytest.raises(PasskeyError):
            await passkeys.check(whole)


async def test_nonsense_is_not_kept(passkeys: Passkeys, amal: User) -> None:
    """What is no answer to the offer makes no passkey."""
    for _ in range(2):
        good = Authenticator(ORIGIN, SITE).make(await passkeys.offer(amal, USE))
        raw = decoded(good["response"]["attestationObject"])
        for nonsense in (raw[:-1], raw[:40], b"", b"\xa0", b"\x81" * 900, b"\xff" * 50):
            made = {**good["response"], "attestationObject": encoded(nonsense)}
            with pytest.raises(PasskeyError):
                await passkeys.add(amal, USE, "x", {**good, "response": made})
    wholes: list[dict[str, Any]] = [
        {},
        {"id": 7},
        {"id": "x", "rawId": "x", "type": "public-key", "response": 7},
    ]
    for whole in wholes:
        with pytest.raises(PasskeyError):
            await passkeys.add(amal, USE, "x", whole)
    with pytest.raises(TextError):
        await enrolled(passkeys, amal, "")
    assert await passkeys.of(amal) == []


async def test_a_user_has_only_so_many(
    passkeys: Passkeys, amal: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten, of which none is kept twice; who removes one has room again."""
    monkeypatch.setattr("ticker.accounts.passkeys.PASSKEYS_MAX", 2)
    first = await enrolled(passkeys, amal)
    with pytest.raises(PasskeyError, match="known"):
        await passkeys.add(amal, USE, "x", first.make(await passkeys.offer(amal, USE)))
    await enrolled(passkeys, amal)
    with pytest.raises(TooManyPasskeysError):
        await enrolled(passkeys, amal)
    offered = await passkeys.offer(amal, USE)
    assert len(offered["excludeCredentials"]) == 2
    assert await passkeys.remove(amal, encoded(first.id))
    assert not await passkeys.remove(amal, encoded(first.id))
    with pytest.raises(PasskeyError):
        await passkeys.check(first.answer(await passkeys.ask()))
    await enrolled(passkeys, amal)


async def test_passkeys_end_with_their_user(
    passkeys: Passkeys, users: Users, amal: User, store: Store
) -> None:
    """Nothing is left of them, and a namesake who comes later does not inherit them."""
    device, commands = await enrolled(passkeys, amal), cast("Any", store.commands)
    (key,) = await commands.keys("*passkeys*")
    kept = await commands.hgetall(key)
    await users.remove("amal")
    assert not await commands.keys("*passkeys*")
    # One that was being made at that moment.
    await commands.hset(key, mapping=kept)
    namesake = replace(AMAL, created=AMAL.created.replace(year=2030))
    await users.add(namesake, PASSWORD)
    with pytest.raises(PasskeyError):
        await passkeys.check(device.answer(await passkeys.ask()))


def test_where_browsers_have_passkeys() -> None:
    """On https under a name, and on this machine; an address of numbers is no site."""
    for origin in (
        "https://ticker.example",
        "https://ticker.example:8443",
        "http://localhost:8000",
    ):
        assert are_possible(origin), origin
    for origin in (
        "",
        "http://ticker.example",
        "https://192.0.2.7",
        "http://127.0.0.1:8000",
        "https://[::1]",
    ):
        assert not are_possible(origin), origin
