"""Browsers that somebody has logged in with before."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.accounts.test_users import AMAL, PASSWORD
from ticker.accounts.devices import Devices

if TYPE_CHECKING:
    from ticker.accounts.users import Users
    from ticker.store.client import Store


@pytest.fixture
async def devices(store: Store, users: Users) -> Devices:
    await users.add(AMAL, PASSWORD)
    await users.add(replace(AMAL, name="ben"), PASSWORD)
    return Devices(store, users)


async def test_a_browser_is_known_to_all_processes(
    devices: Devices, store: Store, users: Users
) -> None:
    """What one process gave another one recognises, each browser by itself."""
    one, other = [await devices.issue("amal") for _ in range(2)]
    known = [await Devices(store, users).recognise("amal", cookie) for cookie in (one, other)]
    assert all(known)
    assert len(set(known)) == 2


async def test_a_browser_is_known_for_one_name_only(devices: Devices) -> None:
    """Nobody gets tries for another's name, nor by what they make up."""
    cookie = await devices.issue("amal")
    assert await devices.recognise("ben", cookie) == ""
    for made_up in ("", "x", ".", "x.y", "x" + cookie, cookie + "x", "x.\ud800", "x.é"):
        assert await devices.recognise("amal", made_up) == ""
    assert await devices.recognise("nobody", cookie) == await devices.issue("nobody") == ""


async def test_a_new_password_makes_strangers_of_all(devices: Devices, users: Users) -> None:
    """Whoever had the old password is a stranger with the new one."""
    cookie = await devices.issue("amal")
    await users.set_password("amal", "another horse battery")
    assert await devices.recognise("amal", cookie) == ""
