"""In whose language the pages are that belong to no edition."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.support.desk import PASSWORD, form, hire, log_in
from ticker.accounts.principal import Role

if TYPE_CHECKING:
    from tests.support.service import Running


def spoken(page: bytes) -> str:
    """The language that a page says it is in."""
    found = re.search(rb'<html lang="([^"]*)"', page)
    assert found is not None
    return found[1].decode()


@pytest.mark.parametrize("place", ["account", "staff"])
async def test_a_desk_leads_to_pages_in_its_language_and_back(service: Running, place: str) -> None:
    """Whatever the browser speaks, what is asked there, and where the link at the top leads."""
    await hire(service, "amal", Role.ADMIN)
    amal = await log_in(service, "amal", "ar")
    desk = (await amal.ask("GET", "/desk/ar")).body.decode()
    (link,) = re.findall(rf'href="(/desk/{place}[^"]*)"', desk)
    page = await amal.ask("GET", link, Accept_Language="en")
    assert spoken(page.body) == "ar"
    assert b'href="/desk/ar"' in page.body
    assert b'href="/desk/en"' not in page.body


async def test_what_is_done_there_stays_in_that_language(service: Running) -> None:
    """Ending sessions comes back to the same page, logging out to a login that speaks as the desk did."""
    await hire(service, "amal")
    amal = await log_in(service, "amal", "es")
    page = (await amal.ask("GET", "/desk/account?edition=es")).body.decode()
    assert 'action="/desk/account?edition=es"' in page
    fields = {"csrf": amal.csrf, "end": "others"}
    ended = await form(service, "/desk/account/sessions?edition=es", fields, Cookie=amal.cookie)
    assert ended.headers["location"] == "/desk/account?edition=es"
    left = await form(service, "/desk/logout?edition=es", {"csrf": amal.csrf}, Cookie=amal.cookie)
    login = await service.get(left.headers["location"], Accept_Language="en")
    assert spoken(login.body) == "es"
    assert b'action="/desk/login?edition=es"' in login.body
    wrong = {"name": "amal", "password": "wrong"}
    refused = await form(service, "/desk/login?edition=es", wrong, Accept_Language="en")
    assert (refused.status, spoken(refused.body)) == (401, "es")


@pytest.mark.parametrize("path", ["/desk/ar", "/desk/drill-ar", "/desk/account?edition=ar"])
async def test_a_login_speaks_as_the_page_that_it_is_for(service: Running, path: str) -> None:
    """Whoever wants the Arabic desk is asked for the password in Arabic."""
    sent = await service.get(path)
    login = await service.get(sent.headers["location"], Accept_Language="en")
    assert spoken(login.body) == "ar"


async def test_no_page_leads_to_a_desk_that_is_not_ones_own(service: Running) -> None:
    """Somebody of one edition gets there from their account, whatever browser and address say."""
    await hire(service, "carmen", Role.EDITOR, "es")
    carmen = await log_in(service, "carmen", "es")
    for path in ("/desk/account", "/desk/account?edition=ar", "/desk/account?edition=%0d%0a"):
        page = await carmen.ask("GET", path, Accept_Language="ar")
        assert spoken(page.body) == "es"
        assert b'href="/desk/es"' in page.body


async def test_a_refusal_at_a_desk_is_in_its_language(service: Running) -> None:
    """A page of a desk that is not there says so to its editors as the desk would."""
    await hire(service, "amal")
    amal = await log_in(service, "amal", "ar")
    page = await amal.ask("GET", "/desk/ar/timeline/none", Accept="text/html")
    assert (page.status, spoken(page.body)) == (404, "ar")


async def test_roles_are_named_in_every_language(service: Running) -> None:
    """At the account and for whoever looks after the staff; what is sent is the role itself."""
    await hire(service, "amal", Role.ADMIN)
    amal = await log_in(service, "amal", "ar")
    assert "مشرف" in (await amal.ask("GET", "/desk/account?edition=ar")).body.decode()
    staff = (await amal.ask("GET", "/desk/staff?edition=ar")).body.decode()
    assert '<option value="reporter">مراسل</option>' in staff
    assert '<option value="ar" lang="ar" dir="rtl">العربية</option>' in staff
    fields = {"csrf": amal.csrf, "do": "add user", "name": "ben", "role": "editor", "edition": "ar"}
    made = await form(service, "/desk/staff?edition=ar", fields, Cookie=amal.cookie)
    assert made.status == 200
    page = made.body.decode()
    assert spoken(made.body) == "ar"
    assert "<span>محرر</span><span><bdi>العربية</bdi></span>" in page
    assert "editor</span>" not in page
    assert PASSWORD not in page
