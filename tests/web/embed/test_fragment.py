"""The fragment for server-side includes as it is served."""

from __future__ import annotations

import gzip
import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from tests.support.service import Running, running
from tests.web.embed.test_frame import HOSTILE, headlines, restricted
from ticker.settings import static_dir

if TYPE_CHECKING:
    from ticker.settings import Settings

INCLUDES = '<!--#include virtual="/desk" --><esi:include src="/desk"/><esi:remove>'


async def fragment(service: Running, query: str = "", edition: str = "en") -> str:
    answer = await service.get(f"/embed/{edition}.fragment{query}")
    assert answer.status == 200, answer.body
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return answer.body.decode()


async def test_the_lines_are_in_it_with_absolute_addresses_only(service: Running) -> None:
    """A page of another site that includes it has lines, style, script and a way on, all of them ours."""
    line = await service.post("ar", "ميناء مغلق", source="Port", urgency=1, section="sports")
    await service.post("ar", "خبر", url="https://news.example/a?b=1&c=2", section="sports")
    await service.post("ar", "آخر", section="politics")
    await service.patch("ar", line["id"], correction="تفسير")
    html = await fragment(service, "?mode=stack&max=3&section=sports&theme=dark&text=111111", "ar")
    assert headlines(html) == ["خبر", "ميناء مغلق"]
    for text in ("Port", "تفسير", "خبر عاجل", "تصحيح"):
        assert f">{text}<" in html
    addresses = [unescape(it) for it in re.findall(r'(?:href|src)="([^"]*)"', html)]
    assert all(it.startswith(("http://", "https://")) for it in addresses)
    # Parts of the script are named like it.
    assert [it for it in addresses if "/ticker-" not in it] == [
        f"{service.url}/ticker.js",
        service.url,
        f"{service.url}/ticker.css",
        "https://news.example/a?b=1&c=2",
        f"{service.url}/ar/section/sports",
    ]
    tag = re.search(r"<breaking-ticker (.*?)>\n", html)
    assert tag is not None
    assert dict(re.findall(r'([a-z]+)="([^"]*)"', tag[1])) == {
        "lang": "ar", "dir": "rtl", "edition": "ar", "mode": "stack", "theme": "dark", "max": "3",
        "label": "عاجل", "section": "sports", "src": service.url,
    }  # fmt: skip
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<!--", html)


@pytest.mark.parametrize("headline", [*HOSTILE, INCLUDES, "</template></breaking-ticker>"])
async def test_a_hostile_line_is_text_in_a_fragment(service: Running, headline: str) -> None:
    """Markup in a line is text to the page, and no instruction to the server that includes it."""
    await service.post("en", headline, source=headline, urgency=1)
    for mode in ("rotate", "flash"):
        html = await fragment(service, f"?mode={mode}")
        assert headlines(html) == [headline]
        assert html.count("</template>") == html.count("</breaking-ticker>") == 1
        assert not re.search(r"<!--|<esi|<img|<script>", html)


async def test_what_was_killed_leaves_the_fragment_at_once(service: Running) -> None:
    """Killed and withheld words are in no fragment after the kill; a cache keeps one for six seconds at most."""
    killed = await service.post("en", "Mistaken words", source="Nobody")
    await service.post("en", "Secret words", embargoed="2099-01-01T00:00:00Z")
    before = await service.get("/embed/en.fragment")
    assert b"Mistaken words" in before.body
    assert before.headers["cache-control"] == "public, max-age=1, stale-while-revalidate=5"
    await service.kill("en", killed["id"])
    after = await service.get("/embed/en.fragment", If_None_Match=before.headers["etag"])
    assert after.status == 200
    assert not re.search(rb"Mistaken|Nobody|Secret", after.body)
    assert b">No breaking news<" in after.body
    assert b">No breaking news<" not in (await service.get("/embed/en.fragment?mode=flash")).body


async def test_a_fragment_costs_its_bytes_once(service: Running) -> None:
    """Who asks again is told that nothing changed, and who takes gzip gets it; scripts of any site may read it."""
    for text in ("One", "Two", "Three"):
        await service.post("en", text)
    first = await service.get("/embed/en.fragment?breaking=004488", Accept_Encoding="gzip")
    assert b"Three" in gzip.decompress(first.body)
    assert first.headers["access-control-allow-origin"] == "*"
    assert first.headers["x-robots-tag"] == "noindex"
    etag = first.headers["etag"]
    again = await service.get(
        "/embed/en.fragment?breaking=880044", Accept_Encoding="gzip", If_None_Match=etag
    )
    assert (again.status, again.body) == (304, b"")
    metrics = (await service.get("/metrics")).body.decode()
    assert 'ticker_renders_total{kind="fragment"} 1\n' in metrics


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("nowhere.fragment", 404, "<!--  -->"),
        ("drill-en.fragment", 404, "<!--  -->"),
        ("%3Cb%3E--%3E.fragment", 404, "<!--  -->"),
        ("en.fragment?mode=%2D%2D%3E%3Cb%3E", 422, "<!-- mode must be one of rotate, crawl, stack, flash -->"),
        ("en.fragment?section=--%3E%3Cb%3E", 422, None),
    ],
)  # fmt: skip
async def test_a_mistake_is_a_comment(
    service: Running, path: str, status: int, body: str | None
) -> None:
    """What is wrong with a fragment shows nothing to readers, and tells the webmaster in the source."""
    answer = await service.get(f"/embed/{path}", Accept="text/html")
    assert (answer.status, answer.headers["cache-control"]) == (status, "no-store")
    assert answer.headers["content-type"].startswith("text/html")
    text = answer.body.decode()
    assert re.fullmatch(r"<!-- [^<>]*? -->", text)
    assert "--" not in text.removeprefix("<!--").removesuffix("-->")
    assert body in (None, text)


async def test_an_edition_of_some_sites_says_so_to_scripts(settings: Settings) -> None:
    """Scripts of other sites cannot read the fragment of an edition that names its sites."""
    async with running(restricted(settings, "https://a.example")) as service:
        for origin, allowed in (
            ("https://a.example", "https://a.example"),
            ("https://b.example", None),
        ):
            answer = await service.get("/embed/en.fragment", Origin=origin)
            assert answer.headers.get("access-control-allow-origin") == allowed
            assert "Origin" in answer.headers["vary"]


async def test_its_style_sheet_is_the_banners(service: Running) -> None:
    """A banner that its script has not reached yet looks as it will, down to each rule."""
    answer = await service.get("/ticker.css")
    css = answer.body.decode()
    assert answer.headers["content-type"].startswith("text/css")
    modules = (static_dir() / "ticker").glob("*.js")
    source = "".join(path.read_text("utf-8") for path in modules)
    rules = re.findall(r"^\.\w[^{`(]*\{[^}]*\}$", source, re.MULTILINE)
    assert len(rules) > 20
    assert all(rule in css for rule in rules)
    squeezed = await service.get("/ticker.css", Accept_Encoding="gzip")
    assert gzip.decompress(squeezed.body) == answer.body
    for tag in (answer, squeezed):
        asked = {
            "If_None_Match": tag.headers["etag"],
            "Accept_Encoding": tag.headers.get("content-encoding", ""),
        }
        assert (await service.get("/ticker.css", **asked)).status == 304
