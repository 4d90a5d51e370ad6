"""The reader page as it is served, before any script runs."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.service import Running


@pytest.mark.parametrize(
    ("path", "lang", "direction"),
    [("/", "en", "ltr"), ("/en", "en", "ltr"), ("/ar", "ar", "rtl"), ("/es", "es", "ltr")],
)
async def test_each_edition_has_its_page(
    service: Running, path: str, lang: str, direction: str
) -> None:
    """Every edition has a page in its language and direction, that names the others."""
    answer = await service.get(path)
    html = answer.body.decode()
    assert answer.status == 200
    assert answer.headers["content-language"] == lang
    assert f'<html lang="{lang}" dir="{direction}">' in html
    assert re.findall(r'<a href="/([a-z]+)" hreflang', html) == ["en", "ar", "es"]
    assert html.count('aria-current="page"') == 1


async def test_the_lines_are_in_the_page(service: Running) -> None:
    """A reader or a crawler without scripts sees the lines, with time, source, link and note."""
    line = await service.post(
        "en",
        "Harbour closed",
        source="Port",
        url="https://news.example/a?b=1&c=2",
        section="economy",
    )
    await service.patch("en", line["id"], correction="It is the harbour")
    html = (await service.get("/en")).body.decode()
    assert ">Harbour closed</a>" in html
    assert 'href="https://news.example/a?b=1&amp;c=2"' in html
    assert f'datetime="{line["firstcreated"]}"' in html
    for text in ("Port", "Economy", "It is the harbour", "Corrected"):
        assert f">{text}<" in html


@pytest.mark.parametrize(
    "headline", ["<script>alert(1)</script>", "\"'><img src=x onerror=a>", "{{ 7*7 }}"]
)
async def test_a_hostile_line_is_escaped(service: Running, headline: str) -> None:
    """Markup in a line is text in the page's source."""
    await service.post("en", headline, source=headline)
    html = (await service.get("/en")).body.decode()
    shown = re.search(r'<bdi class="headline">(.*?)</bdi>', html)
    assert shown is not None
    assert unescape(shown[1]) == headline
    assert "<" not in shown[1]
    assert "alert(1)</script>" not in html


async def test_the_page_keeps_a_strict_policy(service: Running) -> None:
    """The page has no inline script or style, and its policy would not run one."""
    answer = await service.get("/en")
    html = answer.body.decode()
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\son[a-z]+=|\sstyle=", html)


async def test_an_edition_that_is_none_has_no_page(service: Running) -> None:
    """A wrong address says which editions there are."""
    answer = await service.get("/nowhere")
    assert (answer.status, answer.fields) == (404, ["edition"])
    assert "en, ar, es" in answer.json["detail"]
