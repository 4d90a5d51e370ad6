"""What the store's user may do is asked before it is done."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.support.replicated import documented_rights
from ticker.store.client import Store
from ticker.store.faults import Reason, StoreUnavailableError
from ticker.store.rights import COMMANDS, Rights


async def test_what_is_missing_is_named(store: Store, any_store_url: str) -> None:
    """So are keys that its user may not touch."""
    commands: Any = store.commands
    assert await Rights(store).missing(["en", "ar"]) == []
    rights = ("on", ">half", "~{ticker:en}:*", "~ticker:*", "~{ticker}:*", "&*", "+@all", "-xadd")
    await commands.execute_command("ACL", "SETUSER", "half", "reset", *rights)
    half = Store(f"{any_store_url}?username=half&password=half")
    assert await Rights(half).missing(["en"]) == ["xadd"]
    with pytest.raises(StoreUnavailableError) as refusal:
        await Rights(half).missing(["ar"])
    assert refusal.value.reason is Reason.RIGHTS
    await half.close()


def test_all_rights_that_the_manual_names_are_asked_for() -> None:
    """But for those of some servers and set-ups only."""
    named = set(re.findall(r"\+(\S+)", documented_rights()))
    some = {
        *(
            "ping",
            "select",
            "client|setinfo",
            "client|setname",
            "eval",
            "evalsha",
            "zunion",
            "scan",
        ),
        *("wait", "waitaof", "command", "cluster|slots", "asking", "info", "multi", "exec"),
        *("publish", "spublish", "subscribe", "unsubscribe", "ssubscribe", "sunsubscribe"),
    }
    assert named == {*COMMANDS} | some
