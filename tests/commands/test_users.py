"""`ticker user`: desk logins from the command line."""

from __future__ import annotations

import io
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import redis

from tests.support.process import Ended, command, environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

    from tests.support.process import Here


def given(password: str, *args: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command with a line on its standard input."""
    return subprocess.run(
        command(*args),
        input=password,
        env=environment(),
        text=True,
        capture_output=True,
        check=False,
    )


def test_users_come_and_go(here: Here, store_url: str) -> None:
    """A made password is printed once and alone; names are listed, changed and removed."""
    store = ("--redis", store_url)
    made = here("user", "add", "amal", "--role", "editor", "--edition", "ar", *store)
    assert (made.code, len(made.out.strip())) == (0, 23)
    assert "there is a token or user named 'amal'" in (
        here("user", "add", "amal", "--role", "admin", *store).refusal
    )
    listed = here("user", "list", *store).out
    assert listed.startswith("amal\teditor\teditions: ar\tcreated: ")
    renewed = here("user", "password", "amal", *store).out
    assert renewed.strip() not in {"", made.out.strip()}
    assert here("user", "remove", "amal", *store).code == 0
    assert "no user named 'amal'" in here("user", "remove", "amal", *store).refusal
    assert "no user named 'amal'" in here("user", "password", "amal", *store).refusal
    assert here("user", "list", *store).out == ""


def test_a_password_comes_by_standard_input(
    here: Here, monkeypatch: pytest.MonkeyPatch, store_url: str
) -> None:
    """It never stands in the list of processes, nor in the output, which a script may keep."""
    store = ("--redis", store_url)
    words = ("user", "add", "ben", "--role", "admin", "--password-stdin", *store)
    monkeypatch.setattr("sys.stdin", io.StringIO("short\nanother horse battery\n"))
    assert "must be 12 to 256 characters long" in here(*words).refusal
    added = given("correct horse battery\n", *words)
    assert (added.returncode, added.stdout, added.stderr) == (0, "", "")
    renewed = here("user", "password", "ben", "--password-stdin", *store)
    assert renewed == Ended(0, "", "")
    assert "xx is none of en" in (
        here("user", "add", "x", "--role", "admin", "--edition", "xx", *store).refusal
    )


@contextmanager
def no_memory(store_url: str) -> Iterator[None]:
    """The store has no memory left."""
    with redis.Redis.from_url(store_url) as client:
        client.config_set("maxmemory", 1)
        try:
            yield
        finally:
            client.config_set("maxmemory", 0)


def test_who_may_not_any_more_is_out_though_the_store_is_full(here: Here, store_url: str) -> None:
    """A token and a user end in a store that takes no entry; it is said, and that it is not logged."""
    store = ("--redis", store_url)
    assert here("token", "create", "bot", "--role", "editor", *store).code == 0
    assert here("user", "add", "amal", "--role", "editor", *store).code == 0
    with no_memory(store_url):
        revoked = here("token", "revoke", "bot", *store)
        removed = here("user", "remove", "amal", *store)
        refused = here("user", "add", "ben", "--role", "editor", *store)
    for done, what in ((revoked, "revoke token bot"), (removed, "remove user amal")):
        assert done.code == 0
        assert f"done, but the audit log does not say so: {what}" in done.err
    assert "memory is full" in refused.refusal
    assert here("token", "list", *store).out == here("user", "list", *store).out == ""
