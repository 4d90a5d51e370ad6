"""One's own account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.desk import PASSWORD, form, hire, log_in

if TYPE_CHECKING:
    from tests.support.service import Running

OTHER = "another horse battery"


async def test_a_password_is_changed_by_who_knows_it(service: Running) -> None:
    """The old one is asked for, the new one is judged, and every session ends."""
    await hire(service, "amal")
    amal = await log_in(service, "amal")

    async def change(old: str, new: str) -> int:
        fields = {"csrf": amal.csrf, "old": old, "new": new}
        return (await form(service, "/desk/account", fields, Cookie=amal.cookie)).status

    assert (await amal.ask("GET", "/desk/account")).status == 200
    assert await change("wrong", OTHER) == 401
    assert await change(PASSWORD, "short") == 422
    assert await change(PASSWORD, OTHER) == 303
    assert (await service.get("/desk/en", Cookie=amal.cookie)).status == 303
    fields = {"name": "amal", "password": OTHER}
    assert (await form(service, "/desk/login", fields)).status == 303


async def test_who_changes_the_password_is_no_stranger(service: Running) -> None:
    """The browser it was given in has tries of its own at once; another one that knew the old has not."""
    await hire(service, "amal")
    elsewhere = await form(service, "/desk/login", {"name": "amal", "password": PASSWORD})
    amal = await log_in(service, "amal")
    fields = {"csrf": amal.csrf, "old": PASSWORD, "new": OTHER}
    changed = await form(service, "/desk/account", fields, Cookie=amal.cookie)
    assert changed.status == 303
    for _ in range(8):
        await form(service, "/desk/login", {"name": "amal", "password": "wrong"})
    statuses = []
    for answer in (changed, elsewhere):
        (device,) = [it.partition(";")[0] for it in answer.cookies if "device" in it]
        right = {"name": "amal", "password": OTHER}
        statuses.append((await form(service, "/desk/login", right, Cookie=device)).status)
    assert statuses == [303, 429]
