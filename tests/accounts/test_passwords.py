"""Passwords and their hashes."""

from __future__ import annotations

from unittest.mock import patch

import pytest

from ticker.accounts.passwords import Passwords, WeakPasswordError, generate


@pytest.fixture(autouse=True)
def cheap_passwords() -> None:
    """Not here."""


async def test_a_password_is_known_by_its_hash_alone() -> None:
    """The hash is Argon2id with its own salt, and tells right from wrong."""
    passwords = Passwords()
    one, other = [await passwords.hash("correct horse battery", "amal") for _ in range(2)]
    assert one != other
    assert one.startswith("$argon2id$v=19$m=65536,t=3,p=4$"), "RFC 9106 §4, where memory is low"
    assert "horse" not in one
    assert await passwords.verify(one, "correct horse battery")
    assert not await passwords.verify(one, "correct horse batterx")
    assert not passwords.is_dated(one)


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
