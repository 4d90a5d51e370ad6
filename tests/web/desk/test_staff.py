"""One's own password, and who may do what."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
import redis

from tests.support.desk import PASSWORD, Editor, form, hire, log_in
from ticker.accounts.principal import Role

if TYPE_CHECKING:
    from tests.support.service import Answer, Running


@pytest.fixture
async def admin(service: Running) -> Editor:
    await hire(service, "adm", Role.ADMIN)
    return await log_in(service, "adm")


async def act(admin: Editor, do: str, name: str, **fields: str) -> Answer:
    """Use a form of the staff page."""
    given = {"csrf": admin.csrf, "do": do, "name": name, **fields}
    return await form(admin.service, "/desk/staff", given, Cookie=admin.cookie)


def secret_of(answer: Answer) -> str:
    found = re.search(r'<code dir="ltr">([^<]+)</code>', answer.body.decode())
    assert found is not None
    return found[1]


async def test_users_are_added_renewed_and_removed(service: Running, admin: Editor) -> None:
    """Each secret is shown once and works; what was before it does not."""
    added = await act(admin, "add user", "rosa", role="reporter", edition="en")
    first = secret_of(added)
    assert first not in (await admin.ask("GET", "/desk/staff")).body.decode()
    fields = {"name": "rosa", "password": first}
    assert (await form(service, "/desk/login", fields)).status == 303
    second = secret_of(await act(admin, "renew password", "rosa"))
    assert (await form(service, "/desk/login", fields)).status == 401
    rosa = await form(service, "/desk/login", {"name": "rosa", "password": second})
    cookie = rosa.headers["set-cookie"].partition(";")[0]
    assert (await service.get("/desk/en", Cookie=cookie)).status == 200
    assert (await service.get("/desk/ar", Cookie=cookie)).status == 403
    assert (await act(admin, "remove user", "rosa")).status == 303
    assert (await service.get("/desk/en", Cookie=cookie)).status == 303


async def test_tokens_are_made_and_revoked(service: Running, admin: Editor) -> None:
    """A token works from the moment it is shown to the moment it is revoked."""
    token = secret_of(await act(admin, "create token", "bot", role="editor"))
    line = {"headline": "From a bot"}
    made = await service.request("POST", "/v1/en/flashes", body=line, token=token)
    assert made.status == 201
    await act(admin, "revoke token", "bot")
    again = await service.request("POST", "/v1/en/flashes", body=line, token=token)
    assert again.status == 401


async def test_a_full_store_ends_what_is_to_end(
    service: Running, admin: Editor, store_url: str
) -> None:
    """A token, a user and a session end in a store that takes no entry, and the page says what is missing."""
    token = secret_of(await act(admin, "create token", "bot", role="editor"))
    await hire(service, "rosa", Role.REPORTER)
    rosa = await log_in(service, "rosa")
    with redis.Redis.from_url(store_url) as client:
        client.config_set("maxmemory", 1)
        try:
            left = await form(service, "/desk/logout", {"csrf": rosa.csrf}, Cookie=rosa.cookie)
            ended = [
                await act(admin, "revoke token", "bot"),
                await act(admin, "remove user", "rosa"),
            ]
            refused = await act(admin, "create token", "other", role="editor")
        finally:
            client.config_set("maxmemory", 0)
    assert left.status == 303
    assert (await service.get("/desk/en", Cookie=rosa.cookie)).status == 303
    for answer in ended:
        assert answer.status == 200
        assert b"It is done, but the audit log does not say so" in answer.body
    assert refused.status == 503
    line = {"headline": "From a bot"}
    assert (await service.request("POST", "/v1/en/flashes", body=line, token=token)).status == 401
    page = (await admin.ask("GET", "/desk/staff")).body
    assert b">bot<" not in page
    assert b">rosa<" not in page


async def test_an_admin_sees_who_is_under_attack(service: Running, admin: Editor) -> None:
    """A name that logins are refused under is on the staff page at once, for admins whose user it is."""
    await hire(service, "amal", Role.EDITOR, "en")
    await hire(service, "forgetful", Role.EDITOR, "en")
    for name, role, edition in (("here", Role.ADMIN, "en"), ("there", Role.ADMIN, "ar")):
        await hire(service, name, role, edition)
    near, far = await log_in(service, "here", "en"), await log_in(service, "there", "ar")
    for name, tries in (("amal", 12), ("forgetful", 3), ("nobody-has-it", 12)):
        for _ in range(tries):
            await form(service, "/desk/login", {"name": name, "password": "wrong"})

    async def said(who: Editor, lang: str) -> str:
        page = (await who.ask("GET", f"/desk/staff?edition={lang}")).body.decode()
        return "".join(re.findall(r'<section class="attacked.*?</section>', page, re.DOTALL))

    for who in (admin, near):
        section = await said(who, "en")
        assert re.findall(r"<b><bdi>(.*?)</bdi></b>", section) == ["amal"]
        assert "Refused logins: 12" in section
        assert '<bdi dir="ltr">127.0.0.1</bdi>' in section
        assert re.search(r"since <time [^>]*>\d{4}-\d\d-\d\d \d\d:\d\d UTC</time>", section)
    assert "محاولات دخول مرفوضة: 12" in await said(admin, "ar")
    assert await said(far, "ar") == ""


async def test_wrong_forms_change_nothing(admin: Editor) -> None:
    """Each fault is named, and nobody removes themselves."""
    for do, name, fields, status in (
        ("add user", "", {"role": "editor"}, 422),
        ("add user", "x", {"role": "king"}, 422),
        ("add user", "x", {"role": "editor", "edition": "xx"}, 422),
        ("add user", "adm", {"role": "editor"}, 409),
        ("add user", "ticker", {"role": "editor"}, 422),
        ("create token", "Ticker", {"role": "editor"}, 422),
        ("create token", "command line", {"role": "editor"}, 422),
        ("add user", "(nobody)", {"role": "editor"}, 422),
        ("remove user", "adm", {}, 409),
        ("remove user", "nobody", {}, 404),
        ("renew password", "nobody", {}, 404),
        ("revoke token", "nobody", {}, 404),
        ("dance", "x", {}, 422),
    ):
        assert (await act(admin, do, name, **fields)).status == status, (do, name)
    stolen = Editor(admin.service, admin.cookie, "x")
    assert (await act(stolen, "add user", "x", role="admin")).status == 403


async def test_only_admins_see_staff_and_audit(service: Running, admin: Editor) -> None:
    """Editors and strangers do not, and what was done stands in the audit log."""
    await hire(service, "amal")
    amal = await log_in(service, "amal")
    for path in ("/desk/staff", "/v1/audit"):
        assert (await amal.ask("GET", path)).status == 403
    assert (await act(amal, "add user", "x", role="admin")).status == 403
    assert (await service.get("/desk/staff")).status == 303
    await act(admin, "add user", "rosa", role="reporter")
    lines = (await admin.ask("GET", "/v1/audit")).body.splitlines()
    done = [json.loads(json.loads(line)["entry"]) for line in lines]
    told = [(it["who"], it["action"], it["target"]) for it in done]
    assert told[-2:] == [("amal", "login", "amal"), ("adm", "add user", "rosa")]
    assert done[-1]["address"] == "127.0.0.1"


async def test_nobody_gives_or_resets_what_they_do_not_have(
    service: Running, admin: Editor
) -> None:
    """An admin of one edition does everything in it, and nothing that goes beyond."""
    await hire(service, "boss", Role.ADMIN)
    await hire(service, "both", Role.EDITOR, "ar", "en")
    await hire(service, "mine", Role.EDITOR, "ar")
    await act(admin, "create token", "house", role="editor")
    await hire(service, "scoped", Role.ADMIN, "ar")
    scoped = await log_in(service, "scoped", "ar")
    for do, name, fields in (
        ("add user", "x", {"role": "editor"}),
        ("add user", "x", {"role": "reporter", "edition": "en"}),
        ("create token", "x", {"role": "reporter"}),
        ("create token", "x", {"role": "admin", "edition": "en"}),
        ("renew password", "boss", {}),
        ("renew password", "both", {}),
        ("remove user", "boss", {}),
        ("remove user", "both", {}),
        ("revoke token", "house", {}),
        # A user and a token of one name are one person: theirs would work under these names.
        ("create token", "boss", {"role": "editor", "edition": "ar"}),
        ("add user", "house", {"role": "editor", "edition": "ar"}),
    ):
        assert (await act(scoped, do, name, **fields)).status == 403, (do, name)
    assert (await scoped.ask("GET", "/v1/audit")).status == 403
    page = (await scoped.ask("GET", "/desk/staff")).body.decode()
    assert ">mine<" in page
    assert not any(f">{name}<" in page for name in ("boss", "both", "house", "en"))
    assert (
        await form(service, "/desk/login", {"name": "boss", "password": PASSWORD})
    ).status == 303
    assert secret_of(await act(scoped, "create token", "bot", role="editor", edition="ar"))
    assert secret_of(await act(scoped, "renew password", "mine"))
    assert (await act(scoped, "remove user", "mine")).status == 303
    assert (await act(scoped, "revoke token", "bot")).status == 303


async def test_what_is_removed_is_asked_for_first(service: Running, admin: Editor) -> None:
    """The button opens a question that names whom or what it is about; only its answer acts."""
    await hire(service, "rosa <b>", Role.REPORTER)
    await act(admin, "create token", "bot", role="editor")
    page = (await admin.ask("GET", "/desk/staff")).body.decode()
    for question, do in (
        ("Remove rosa &lt;b&gt;? They are out at once", "remove user"),
        ("Revoke bot? Programs with this token", "revoke token"),
        ("Give rosa &lt;b&gt; a new password?", "renew password"),
    ):
        (asked,) = [
            it for it in re.findall(r"<details.*?</details>", page, re.DOTALL) if question in it
        ]
        assert f'name="do" value="{do}"' in asked
        assert "open" not in asked.partition(">")[0]
    outside = re.sub(r"<details.*?</details>", "", page, flags=re.DOTALL)
    assert not re.search(r'value="(remove user|revoke token|renew password)"', outside)
