"""Ways to log in, in a real browser: a real OpenID provider, and Chromium's virtual authenticator."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser.support import violations
from tests.support.desk import PASSWORD, hire
from tests.support.openid import SECRET, real_provider, sign_on
from tests.support.process import free_port
from tests.support.service import running
from ticker.accounts.principal import Role

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from playwright.async_api import Browser, CDPSession, Page

    from tests.support.service import Running
    from ticker.settings import Settings

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}

WITHOUT_CONDITIONAL_UI = "PublicKeyCredential.isConditionalMediationAvailable = async () => false;"


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """A real provider, with somebody in a group and somebody in none."""
    amal = {"sub": "u1", "preferred_username": "amal", "groups": ["newsroom"]}
    eve = {"sub": "u2", "preferred_username": "eve", "groups": ["cooks"]}
    with real_provider(amal, eve) as issuer:
        yield issuer


@pytest.fixture
def local(settings: Settings, provider: str) -> Settings:
    """Settings of a service that browsers trust with passkeys."""
    port = free_port()
    newsroom = replace(settings.newsroom, sign_on=sign_on(provider))
    url = f"http://localhost:{port}"
    return replace(settings, port=port, public_url=url, newsroom=newsroom, sign_on_secret=SECRET)


@pytest.fixture
async def service(local: Settings) -> AsyncIterator[Running]:
    async with running(local) as started:
        yield started


async def virtual(page: Page, **other: bool | str) -> tuple[CDPSession, str]:
    """Give a page an authenticator of its own."""
    session = await page.context.new_cdp_session(page)
    await session.send("WebAuthn.enable", {"enableUI": False})
    options = {**AUTHENTICATOR, **other}
    made = await session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, made["authenticatorId"]


@asynccontextmanager
async def another(browser: Browser, **options: str) -> AsyncIterator[Page]:
    context = await browser.new_context(**options)  # type: ignore[arg-type]
    yield await context.new_page()
    await context.close()


async def with_password(page: Page, service: Running, name: str, onward: str = "/desk/en") -> None:
    url = service.settings.public_url
    await page.goto(f"{url}/desk/login?next={onward}")
    await page.fill("[name=name]", name)
    await page.fill("[name=password]", PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{url}{onward}")


async def test_an_editor_signs_on_with_the_house(page: Page, service: Running) -> None:
    """One button, the provider's page, the desk with its live lines; logging out leaves both."""
    url = service.settings.public_url
    await page.goto(f"{url}/desk/login?next=/desk/en")
    await page.get_by_role("link", name="Log in with Example News").click()
    await page.get_by_role("button", name="u1").click()
    await page.wait_for_url(f"{url}/desk/en")
    await expect(page.locator("#status")).to_have_text("live")
    await expect(page.locator(".who")).to_have_text("amal")
    await page.reload()
    await expect(page.locator("#status")).to_have_text("live")
    await page.get_by_role("button", name="Log out").click()
    await page.wait_for_url(re.compile(r"/oauth2/end_session\?"))
    await page.locator("form button[type=submit]").first.click()
    await page.wait_for_url(f"{url}/desk/login")


async def test_who_is_in_no_group_reads_why(browser: Browser, service: Running) -> None:
    """In Arabic, from right to left; and may come as somebody else, whom the provider asks for."""
    url = service.settings.public_url
    async with another(browser, locale="ar") as page:
        await page.goto(f"{url}/desk/login")
        await page.get_by_role("link", name="Example News").click()
        await page.get_by_role("button", name="u2").click()
        await expect(page.get_by_role("alert")).to_contain_text("لا حقوق لأي من مجموعاتك")
        assert await page.evaluate("document.documentElement.dir") == "rtl"
        assert await violations(page) == []
        await page.get_by_role("link", name="Example News").click()
        await page.get_by_role("button", name="u1").click()
        await page.wait_for_url(re.compile(f"{url}/desk/.+"))


async def test_a_passkey_logs_in_without_a_name(page: Page, service: Running) -> None:
    """Made at the account page with the password; then one press at the login; removed after a question."""
    await hire(service, "ben")
    await with_password(page, service, "ben")
    session, device = await virtual(page)
    url = service.settings.public_url
    await page.goto(f"{url}/desk/account")
    await page.fill("#add-passkey [name=name]", "Laptop")
    await page.fill("#add-passkey [name=password]", "wrong")
    await page.get_by_role("button", name="Add a passkey").click()
    await expect(page.locator("#passkey-fault")).to_have_text("The password is wrong.")
    await page.fill("#add-passkey [name=password]", PASSWORD)
    await page.get_by_role("button", name="Add a passkey").click()
    await expect(page.locator("section", has_text="Passkeys").locator("li b")).to_have_text(
        "Laptop"
    )
    made = (await session.send("WebAuthn.getCredentials", {"authenticatorId": device}))[
        "credentials"
    ]
    assert [(it["rpId"], it["isResidentCredential"]) for it in made] == [("localhost", True)]
    assert await violations(page) == []

    await page.fill("#add-passkey [name=name]", "Again")
    await page.fill("#add-passkey [name=password]", PASSWORD)
    await page.get_by_role("button", name="Add a passkey").click()
    await expect(page.locator("#passkey-fault")).to_have_text(
        "This device has a passkey of yours already."
    )

    await page.add_init_script(WITHOUT_CONDITIONAL_UI)
    await page.get_by_role("button", name="Log out").click()
    await page.wait_for_url(f"{url}/desk/login?edition=en")
    await page.goto(f"{url}/desk/login?next=/desk/es")
    await page.get_by_role("button", name="Entrar con una llave de acceso").click()
    await page.wait_for_url(f"{url}/desk/es")
    await expect(page.locator("#status")).to_have_attribute("data-status", "live")
    await expect(page.locator(".who")).to_have_text("ben")

    await page.goto(f"{url}/desk/account")
    await page.locator("summary", has_text="Remove").click()
    await expect(page.get_by_text("Remove Laptop? It can’t log you in any more.")).to_be_visible()
    await page.get_by_role("button", name="Remove Laptop").click()
    await expect(page.get_by_text("None yet.")).to_be_visible()
    assert await page.locator(".things b", has_text="Laptop").count() == 0


async def test_the_name_field_offers_passkeys(page: Page, service: Running) -> None:
    """Where the browser can (conditional UI); the virtual authenticator takes the offer by itself."""
    await hire(service, "ben")
    await with_password(page, service, "ben")
    await virtual(page)
    url = service.settings.public_url
    await make_passkey(page, url)
    async with page.expect_response(f"{url}/desk/login/passkey") as answered:
        await page.get_by_role("button", name="Log out").click()
    assert (await answered.value).status == 200
    await expect(page.locator("#status")).to_have_attribute("data-status", "live")
    await expect(page.locator(".who")).to_have_text("ben")


async def make_passkey(page: Page, url: str) -> None:
    await page.goto(f"{url}/desk/account")
    await page.fill("#add-passkey [name=name]", "Key")
    await page.fill("#add-passkey [name=password]", PASSWORD)
    await page.get_by_role("button", name="Add a passkey").click()
    await expect(page.locator(".things b", has_text="Key")).to_be_visible()


async def test_a_passkey_wants_its_user(page: Page, service: Running) -> None:
    """An authenticator that doesn't know its user logs nobody in, and the page says so."""
    await hire(service, "ben")
    await with_password(page, service, "ben")
    session, device = await virtual(page)
    url = service.settings.public_url
    await make_passkey(page, url)
    await session.send(
        "WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False}
    )
    await page.add_init_script(WITHOUT_CONDITIONAL_UI)
    await page.get_by_role("button", name="Log out").click()
    await page.wait_for_url(f"{url}/desk/login?edition=en")
    await page.get_by_role("button", name="Log in with a passkey").click()
    await expect(page.locator("#passkey-fault")).not_to_be_empty()
    assert page.url == f"{url}/desk/login?edition=en"


async def test_at_another_address_the_page_says_where_passkeys_work(
    page: Page, service: Running
) -> None:
    """They are for one address; nobody is left to wonder."""
    await hire(service, "ben")
    other = replace_host(service)
    await page.goto(f"{other}/desk/login?next=/desk/account")
    await page.fill("[name=name]", "ben")
    await page.fill("[name=password]", PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{other}/desk/account")
    url = service.settings.public_url
    await expect(page.get_by_text(f"Passkeys work at {url} only.")).to_be_visible()
    await expect(page.locator("#add-passkey")).to_be_hidden()


def replace_host(service: Running) -> str:
    return service.settings.public_url.replace("localhost", "127.0.0.1")


async def test_ones_own_sessions(browser: Browser, page: Page, service: Running) -> None:
    """Seen in words and local time; ended from here, the other desk is at the login at once."""
    await hire(service, "ben")
    async with another(browser, timezone_id="Asia/Riyadh") as elsewhere:
        await with_password(elsewhere, service, "ben")
        await with_password(page, service, "ben", "/desk/account")
        rows = page.locator("section", has_text="Where you are logged in").locator("li")
        await expect(rows).to_have_count(2)
        await expect(rows.filter(has_text="this browser")).to_have_count(1)
        await expect(rows.filter(has_text=re.compile("Chrom.* on "))).to_have_count(2)
        assert await violations(page) == []
        await page.get_by_role("button", name="End all others").click()
        await expect(rows).to_have_count(1)
        await elsewhere.goto(f"{service.settings.public_url}/desk/account")
        await elsewhere.wait_for_url(re.compile("/desk/login"))


async def test_removing_a_user_asks_first(page: Page, service: Running) -> None:
    """One press shows the question alone; the second does it. By keyboard, too."""
    await hire(service, "adm", Role.ADMIN)
    await hire(service, "ben")
    await with_password(page, service, "adm", "/desk/staff")
    row = page.locator("li", has_text="ben")
    await row.locator("summary", has_text="Remove").focus()
    await page.keyboard.press("Enter")
    await expect(row.get_by_text("Remove ben? They are out at once")).to_be_visible()
    assert await violations(page) == []
    await page.reload()
    await expect(row).to_have_count(1)
    await row.locator("summary", has_text="Remove").click()
    await row.get_by_role("button", name="Remove ben").click()
    await expect(row).to_have_count(0)
