"""The audit log of accounts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.flashes import NOON
from ticker.accounts.audit import Audit

if TYPE_CHECKING:
    from ticker.store.client import Store


@pytest.fixture
def audit(store: Store) -> Audit:
    return Audit(store, lambda: NOON)


async def test_entries_are_kept_in_order(audit: Audit) -> None:
    """Who, what, to whom, from where; whatever a stranger types as a name."""
    await audit.note("amal", "login", "amal", "192.0.2.7")
    await audit.note("\ud800" + "x" * 500, "login failed")
    entries = [json.loads(json.loads(line)["entry"]) async for line in audit.entries()]
    assert entries[0] == {
        "at": "2026-11-23T12:00:00.000Z",
        "who": "amal",
        "action": "login",
        "target": "amal",
        "address": "192.0.2.7",
        "detail": "",
    }
    assert len(entries[1]["who"]) == 200
    assert await audit.verify() == (2, None)


async def test_a_touched_log_is_found(audit: Audit, store: Store) -> None:
    """A changed, missing or cut entry breaks the chain."""
    commands: Any = store.commands
    assert await audit.verify() == (0, None)
    for number in range(3):
        await audit.note("amal", f"act {number}")
    entries = await commands.xrange("{ticker}:audit")
    await commands.xdel("{ticker}:audit", "3-0")
    assert await audit.verify() == (2, 3)
    await commands.delete("{ticker}:audit")
    for entry_id, fields in entries:
        await commands.xadd(
            "{ticker}:audit",
            {**fields, "entry": fields["entry"].replace("act 1", "act 7")},
            id=entry_id,
        )
    assert await audit.verify() == (1, 2)
