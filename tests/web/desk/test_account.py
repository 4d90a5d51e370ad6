"""One's own account."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.support.desk import PASSWORD, Editor, form, hire, log_in

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


async def test_somebody_ends_their_own_sessions(service: Running) -> None:
    """They see since when, from where and with which browser; one ends, or all but this one."""
    await hire(service, "amal")
    await hire(service, "ben")
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    fields = {"name": "amal", "password": PASSWORD}
    others = []
    for _ in range(2):
        answer = await form(service, "/desk/login", fields, User_Agent=firefox)
        others.append(answer.headers["set-cookie"].partition(";")[0])
    amal, ben = await log_in(service, "amal"), await log_in(service, "ben")
    page = (await amal.ask("GET", "/desk/account")).body.decode()
    assert page.count("Firefox on Linux") == 2
    assert page.count("this browser") == 1
    assert page.count('<bdi dir="ltr">127.0.0.1</bdi>') == 3
    marks = re.findall(r'name="end" value="([0-9a-f]{16})"', page)
    assert len(marks) == 2

    async def end(who: Editor, what: str, csrf: str | None = None) -> int:
        given = {"csrf": who.csrf if csrf is None else csrf, "end": what}
        return (await form(service, "/desk/account/sessions", given, Cookie=who.cookie)).status

    async def living() -> list[bool]:
        return [(await service.get("/desk/en", Cookie=it)).status == 200 for it in others]

    assert await end(amal, marks[0], "") == 403
    assert await end(ben, marks[0]) == 404
    assert await living() == [True, True]
    assert await end(amal, marks[0]) == 303
    assert sorted(await living()) == [False, True]
    assert await end(amal, marks[0]) == 404
    assert await end(amal, "others") == 303
    assert await living() == [False, False]
    assert (await amal.ask("GET", "/desk/en")).status == 200
    assert (await ben.ask("GET", "/desk/en")).status == 200
