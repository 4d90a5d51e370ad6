"""Passwords and their hashes."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from argon2.profiles import RFC_9106_LOW_MEMORY

from ticker.accounts.passwords import (
    PLACES,
    STRANGERS_PLACES,
    BusyError,
    GoneError,
    Passwords,
    WeakPasswordError,
    generate,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


async def test_a_password_is_known_by_its_hash_alone() -> None:
    """The hash is Argon2id with its own salt, and tells right from wrong."""
    passwords = Passwords()
    one, other = [await passwords.hash("correct horse battery", "amal") for _ in range(2)]
    assert one != other
    assert one.startswith("$argon2id$v=19$")
    assert "horse" not in one
    assert await passwords.verify(one, "correct horse battery")
    assert not await passwords.verify(one, "correct horse batterx")
    assert not passwords.is_dated(one)


async def test_guessing_is_dear(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash costs what RFC 9106 §4 recommends where memory is low; one that cost less is dated."""
    cheap = await Passwords().hash("correct horse battery", "amal")
    monkeypatch.setattr("ticker.accounts.passwords.RFC_9106_LOW_MEMORY", RFC_9106_LOW_MEMORY)
    passwords = Passwords()
    dear = await passwords.hash("correct horse battery", "amal")
    assert dear.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert (passwords.is_dated(cheap), passwords.is_dated(dear)) == (True, False)


async def test_composed_and_decomposed_letters_are_the_same() -> None:
    """A password typed on another keyboard is the same password."""
    passwords = Passwords()
    kept = await passwords.hash("contraseña segura", "amal")
    assert await passwords.verify(kept, "contrasen\u0303a segura")


@pytest.mark.parametrize("password", ["", "short", "x" * 11, "x" * 257, "Amal of Cairo"])
async def test_weak_passwords_are_refused(password: str) -> None:
    """Length is what counts, and the name is no secret."""
    with pytest.raises(WeakPasswordError):
        await Passwords().hash(password, "amal of cairo")


async def test_nobody_costs_as_much_as_somebody() -> None:
    """For a name that nobody has, a hash of the same parameters is verified all the same."""
    passwords = Passwords()
    kept = await passwords.hash("correct horse battery", "amal")
    with patch.object(passwords, "_matches", wraps=passwords._matches) as matches:
        assert not await passwords.verify(kept, "wrong password")
        assert not await passwords.verify(None, "wrong password")
        assert not await passwords.verify(None, "wrong password")
    hashes = [call.args[0] for call in matches.call_args_list]
    assert len(hashes) == 3
    assert len({it.rsplit("$", 2)[0] for it in hashes}) == 1


def test_made_passwords_are_not_guessed() -> None:
    """A made password is long enough and never the same."""
    made = {generate() for _ in range(100)}
    assert len(made) == 100
    assert all(len(it) == 23 for it in made)


@contextmanager
def stuck(passwords: Passwords) -> Iterator[tuple[threading.Event, list[str]]]:
    """A worker that finishes nothing until the event, and the passwords it was given."""
    gate, seen = threading.Event(), list[str]()

    def matches(kept: str, password: str) -> bool:
        seen.append(password)
        return gate.wait()

    with patch.object(passwords, "_matches", matches), patch.object(passwords, "_nobodys", "x"):
        try:
            yield gate, seen
        finally:
            gate.set()


async def test_few_wait_and_the_others_are_told_at_once() -> None:
    """A flood of guesses is refused without work, and editors' own browsers still have places."""
    passwords = Passwords()
    with stuck(passwords) as (gate, _):
        async with asyncio.TaskGroup() as group:
            for _ in range(STRANGERS_PLACES):
                group.create_task(passwords.verify(None, "wrong", STRANGERS_PLACES))
            await asyncio.sleep(0)
            with pytest.raises(BusyError):
                await passwords.verify(None, "wrong", STRANGERS_PLACES)
            editor = group.create_task(passwords.verify("kept", "right", PLACES))
            await asyncio.sleep(0)
            gate.set()
    assert editor.result()


async def test_nothing_is_done_for_who_has_gone() -> None:
    """Whoever hung up while they waited costs nothing when their turn comes."""
    passwords = Passwords()

    async def is_gone() -> bool:
        return True

    with stuck(passwords) as (gate, seen):
        first = asyncio.create_task(passwords.verify(None, "first"))
        gone = asyncio.create_task(passwords.verify(None, "gone", PLACES, is_gone))
        last = asyncio.create_task(passwords.verify(None, "last"))
        await asyncio.sleep(0)
        gate.set()
        assert not await first
        assert not await last
    with pytest.raises(GoneError):
        await gone
    assert seen == ["first", "last"]


async def test_who_is_cancelled_leaves_their_place() -> None:
    """A process that stops, or a request that is cancelled, leaves the queue as it was."""
    passwords = Passwords()
    with stuck(passwords) as (gate, seen):
        tasks = [asyncio.create_task(passwords.verify(None, str(it))) for it in range(PLACES)]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(end) for end in ends} == {asyncio.CancelledError}
        again = asyncio.create_task(passwords.verify(None, "again"))
        gate.set()
        assert not await again
    assert seen[-1] == "again"
    assert len(seen) <= 2, "only the one whose turn it was"


@pytest.mark.skipif(sys.platform != "linux", reason="priorities of threads are Linux's")
async def test_readers_go_before_passwords() -> None:
    """Hashes are made at a lower priority than everything else, in a thread of their own."""
    passwords = Passwords()
    here = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    there: list[int] = []

    def matches(kept: str, password: str) -> bool:
        there.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        return False

    with patch.object(passwords, "_matches", matches):
        await passwords.verify(None, "wrong")
    assert there == [min(19, here + 10)]
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == here
