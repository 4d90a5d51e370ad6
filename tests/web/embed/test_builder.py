"""The snippet builder as it is served."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.service import Running


async def page(service: Running, path: str) -> str:
    answer = await service.get(path)
    assert answer.status == 200
    return answer.body.decode()


def snippets(html: str) -> list[str]:
    return [unescape(it) for it in re.findall(r"<code[^>]*>(.*?)</code>", html, re.DOTALL)]


async def test_the_usual_snippets_are_there_at_once(service: Running) -> None:
    """Without a choice, and without script, the page has code that works."""
    html = await page(service, "/embed")
    assert f'<script type="module" src="{service.url}/ticker.js"></script>' in snippets(html)[0]
    pinned = re.search(r'src="([^"]*)"\s+integrity="(sha384-[^"]*)"', snippets(html)[2])
    assert pinned is not None
    assert (await service.get(pinned[1].removeprefix(service.url))).status == 200
    assert 'src="/embed/en"' in html


async def test_a_shared_address_makes_the_choices(service: Running) -> None:
    """Whoever opens a builder's address sees its choices made, in form, preview and code."""
    query = "kind=frame&edition=ar&mode=stack&max=3&theme=dark&section=sports&breaking=004488"
    html = await page(service, f"/embed?{query}&utm_source=x")
    for control in ("frame", "stack", "dark", "sports"):
        assert re.search(rf'value="{control}" checked', html), control
    assert '<option value="ar" lang="ar" selected' in html
    assert 'name="breaking" value="#004488" data-own="#b00020" data-set' in html
    src = "/embed/ar?mode=stack&max=3&theme=dark&section=sports&breaking=004488"
    found = re.search(r'<iframe id="frame" src="([^"]*)"', html)
    assert found is not None
    assert set(unescape(found[1]).split("?")[1].split("&")) == set(src.split("?")[1].split("&"))
    assert unescape(found[1]) in unescape(snippets(html)[0])
    canonical = re.search(r'rel="canonical" href="([^"]*)"', html)
    assert canonical is not None
    again = await page(service, unescape(canonical[1]).removeprefix(service.url))
    assert snippets(again) == snippets(html)


@pytest.mark.parametrize(
    ("query", "status", "fields"),
    [("kind=applet", 422, ["kind"]), ("mode=spin", 422, ["mode"]), ("edition=x", 404, ["edition"])],
)
async def test_a_wrong_choice_is_named(
    service: Running, query: str, status: int, fields: list[str]
) -> None:
    """A mistake in a shared address is told by name."""
    answer = await service.get(f"/embed?{query}")
    assert (answer.status, answer.fields) == (status, fields)


async def test_a_hostile_address_is_text(service: Running) -> None:
    """What an address brings is shown, never run."""
    hostile = "%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E"
    html = await page(service, f"/embed?label={hostile}&tag={hostile}&coverage={hostile}")
    assert "<script>alert" not in html
    assert 'label="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"' in snippets(html)[0]


async def test_low_contrast_is_told_in_words(service: Running) -> None:
    """A pair of colours that is hard to read says so beside its figure."""
    html = await page(service, "/embed?breaking=ffdddd")
    row = html.partition('id="contrast-on-breaking"')[2].partition("</span>\n")[0]
    assert "<b>1.2</b>" in row
    assert "Below AA" in row
    assert "Below AA" not in await page(service, "/embed")


async def test_the_page_keeps_a_strict_policy(service: Running) -> None:
    """The builder runs our own files alone, and frames nothing but our own pages."""
    answer = await service.get("/embed")
    policy = answer.headers["content-security-policy"]
    assert policy.endswith("frame-ancestors 'self'; frame-src 'self'")
    assert "unsafe" not in policy
    assert not re.search(rb"<style|<script(?![^>]*\bsrc=)|\son[a-z]+=|\sstyle=", answer.body)
