"""oEmbed 1.0: what an editor that is given an address of ours gets for it."""

from __future__ import annotations

from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from tests.support.service import Running, running

if TYPE_CHECKING:
    from ticker.settings import Settings


async def ask(service: Running, url: str, more: str = "") -> Any:
    answer = await service.get(f"/oembed?url={quote(url, safe='')}{more}")
    assert answer.status == 200, answer.body
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == "*"
    return answer.json


def source(body: Any) -> str:
    return unescape(body["html"].partition('src="')[2].partition('"')[0])


async def test_the_answer_has_all_that_the_specification_asks_for(service: Running) -> None:
    """An editor gets a rich response with a title, a size, and the frame."""
    body = await ask(service, f"{service.url}/ar")
    markup = body.pop("html")
    assert body == {
        "type": "rich",
        "version": "1.0",
        "title": "أخبار عاجلة · العربية",
        "provider_name": "أخبار عاجلة",
        "provider_url": service.url,
        "cache_age": 3600,
        "width": 800,
        "height": 44,
    }
    instead, _, frame = markup.partition("<iframe ")
    link = f'<a href="{service.url}/ar">أخبار عاجلة · العربية</a>'
    assert instead == f"<blockquote hidden>{link}</blockquote>"
    assert frame.startswith(f'src="{service.url}/embed/ar" title="أخبار عاجلة · العربية" ')
    assert 'width="800" height="44" loading="lazy" sandbox="allow-scripts ' in frame
    assert frame.endswith(' frameborder="0"></iframe>')


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("", "/embed/en"),
        ("/", "/embed/en"),
        ("/ar", "/embed/ar"),
        ("/ar?section=sports&utm_source=x", "/embed/ar?section=sports"),
        ("/ar/section/sports", "/embed/ar?section=sports"),
        ("/ar/region/asia?before=x", "/embed/ar?region=asia"),
        ("/en?mode=crawl&before=x", "/embed/en"),
        ("/en/coverage/storm-2026?before=x", "/embed/en?coverage=storm-2026"),
        ("/en/coverage/a%20%22b", "/embed/en?coverage=a+%22b"),
        ("/en/f/01ABC", "/embed/en"),
        ("/embed/es?mode=stack&max=3&region=asia", "/embed/es?mode=stack&max=3&region=asia"),
    ],
)
async def test_every_page_of_ours_becomes_a_banner(
    service: Running, path: str, wanted: str
) -> None:
    """A page's banner shows what the page shows, as its address says it."""
    found = source(await ask(service, service.url + path))
    assert found == service.url + wanted
    assert (await service.get(wanted)).status == 200


async def test_the_size_keeps_to_the_limits(service: Running) -> None:
    """A frame is never larger than an editor has room for, and higher where it is narrow."""
    url = f"{service.url}/en"
    sizes = [
        (body["width"], body["height"])
        for more in ("", "&maxwidth=2000", "&maxwidth=500", "&maxwidth=500&maxheight=50")
        for body in [await ask(service, url, more)]
    ]
    assert sizes == [(800, 44), (800, 44), (500, 91), (500, 50)]
    stack = await ask(service, f"{service.url}/embed/en?mode=stack&max=4", "&maxheight=200")
    assert (stack["height"], 'height="200"' in stack["html"]) == (200, True)


@pytest.mark.parametrize(
    ("query", "status", "fields"),
    [
        ("", 422, ["url"]),
        ("url=", 422, ["url"]),
        ("url={base}/en&format=xml", 501, ["format"]),
        ("url={base}/en&maxwidth=0", 422, ["maxwidth"]),
        ("url={base}/en&maxheight=wide", 422, ["maxheight"]),
        ("url=https%3A%2F%2Fother.example%2Fen", 404, ["url"]),
        ("url={base}%40other.example%2Fen", 404, ["url"]),
        ("url=javascript%3Aalert(1)", 404, ["url"]),
        ("url=%2Fen", 404, ["url"]),
        ("url=http%3A%2F%2F%5Bx", 404, ["url"]),
        ("url={base}/nowhere", 404, ["url"]),
        ("url={base}/healthz", 404, ["url"]),
        ("url={base}/embed", 404, ["url"]),
        ("url={base}/en/f/a/b", 404, ["url"]),
        ("url={base}/en%3Fsection%3Dgossip", 404, ["url"]),
        ("url={base}/embed/en%3Fmode%3Dspin", 404, ["url"]),
    ],
)
async def test_what_is_wrong_is_named(
    service: Running, query: str, status: int, fields: list[str]
) -> None:
    """A script of any site can read why there is nothing to embed."""
    answer = await service.get(f"/oembed?{query.replace('{base}', service.url)}")
    assert (answer.status, answer.fields) == (status, fields)
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_the_public_address_is_ours_too(settings: Settings) -> None:
    """Behind a proxy, addresses are those that readers know."""
    async with running(replace(settings, public_url="https://ticker.example")) as service:
        body = await ask(service, "https://ticker.example/en")
        assert source(body) == "https://ticker.example/embed/en"
        assert source(await ask(service, f"{service.url}/en")) == source(body)


async def test_pages_say_where_to_ask(service: Running) -> None:
    """Frame, builder, board, section, line and running story can be found by oEmbed discovery."""
    line = await service.post("en", "Line", coverage="flood")
    pages = ("/en", "/en/section/sports", f"/en/f/{line['id']}", "/en/coverage/flood")
    for path in ("/embed/en?mode=crawl", "/embed?mode=crawl", *pages):
        html = (await service.get(path)).body.decode()
        link = html.partition('type="application/json+oembed" href="')[2].partition('"')[0]
        answer = await service.get(unescape(link).removeprefix(service.url))
        assert answer.status == 200
        assert source(answer.json).startswith(f"{service.url}/embed/en")
