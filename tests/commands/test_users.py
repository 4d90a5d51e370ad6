"""`ticker user`: desk logins from the command line."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import redis

from tests.support.process import command, environment, ticker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


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


def test_users_come_and_go(store_url: str) -> None:
    """A made password is printed once and alone; names are listed, changed and removed."""
    store = ("--redis", store_url)
    made = ticker("user", "add", "amal", "--role", "editor", "--edition", "ar", *store)
    assert (made.code, len(made.out.strip())) == (0, 23)
    assert "there is a token or user named 'amal'" in (
        ticker("user", "add", "amal", "--role", "admin", *store).refusal
    )
    listed = ticker("user", "list", *store).out
    assert listed.startswith("amal\teditor\teditions: ar\tcreated: ")
    renewed = ticker("user", "password", "amal", *store).out
    assert renewed.strip() not in {"", made.out.strip()}
    assert ticker("user", "remove", "amal", *store).code == 0
    assert "no user named 'amal'" in ticker("user", "remove", "amal", *store).refusal
    assert "no user named 'amal'" in ticker("user", "password", "amal", *store).refusal
    assert ticker("user", "list", *store).out == ""


def test_a_password_comes_by_standard_input(store_url: str) -> None:
    """It never stands in the list of processes, nor in the output, which a script may keep."""
    store = ("--redis", store_url)
    words = ("user", "add", "ben", "--role", "admin", "--password-stdin", *store)
    weak = given("short\n", *words)
    assert (weak.returncode, weak.stdout) == (1, "")
    assert "must be 12 to 256 characters long" in weak.stderr
    added = given("correct horse battery\n", *words)
    assert (added.returncode, added.stdout, added.stderr) == (0, "", "")
    renewed = given(
        "another horse battery\n", "user", "password", "ben", "--password-stdin", *store
    )
    assert (renewed.returncode, renewed.stdout, renewed.stderr) == (0, "", "")
    assert "xx is none of en" in (
        ticker("user", "add", "x", "--role", "admin", "--edition", "xx", *store).refusal
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


def test_who_may_not_any_more_is_out_though_the_store_is_full(store_url: str) -> None:
    """A token and a user end in a store that takes no entry; it is said, and that it is not logged."""
    store = ("--redis", store_url)
    assert ticker("token", "create", "bot", "--role", "editor", *store).code == 0
    assert ticker("user", "add", "amal", "--role", "editor", *store).code == 0
    with no_memory(store_url):
        revoked = ticker("token", "revoke", "bot", *store)
        removed = ticker("user", "remove", "amal", *store)
        refused = ticker("user", "add", "ben", "--role", "editor", *store)
    for done, what in ((revoked, "revoke token bot"), (removed, "remove user amal")):
        assert done.code == 0
        assert f"done, but the audit log does not say so: {what}" in done.err
    assert "memory is full" in refused.refusal
    assert ticker("token", "list", *store).out == ticker("user", "list", *store).out == ""
