"""The search page as it is served, before any script runs."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.web.api.test_search import until_indexed

if TYPE_CHECKING:
    from tests.support.service import Running


def headlines(html: str) -> list[str]:
    found = re.findall(r'class="headline"[^>]*>(.*?)</(?:bdi|a)>', html)
    return [unescape(re.sub(r"</?mark>", "", it)) for it in found]


async def test_the_box_is_on_every_list(service: Running) -> None:
    """Who reads the board or the past can search from there, and what is chosen stays chosen."""
    for path in ("/en", "/en?before=now", "/en?section=sports", "/en?q="):
        html = (await service.get(path)).body.decode()
        assert re.search(
            '<form class="search"( data-meant="yes")? role="search" action="/en">', html
        )
        assert ("data-meant" in html) is path.endswith("q=")
        assert re.search('<a class="seek" href="/en\\?q=[^"]*">', html)
        assert ('name="section" value="sports"' in html) is ("section" in path)
        assert "form-action 'self'" in (await service.get(path)).headers["content-security-policy"]


@pytest.mark.parametrize(
    ("edition", "line", "text", "heading"),
    [
        ("en", "Café owners strike", "CAFE", "Lines found: 1"),
        ("ar", "الحربُ في غزّة", "حرب غزه", "نتائج البحث: 1"),
        ("es", "Año nuevo en Peñíscola", "peñis", "Noticias encontradas: 1"),
    ],
)
async def test_what_is_found(
    service: Running, edition: str, line: str, text: str, heading: str
) -> None:
    """Lines are found in each language, with their permalinks; robots keep no such page."""
    posted = await service.post(edition, line)
    other = await service.post(edition, "Other")
    answer = await service.get(f"/{edition}?q={quote(text)}&section=&utm=x")
    html = answer.body.decode()
    assert answer.status == 200
    assert headlines(html) == [line]
    assert f'href="/{edition}/f/{posted["id"]}"' in html
    assert other["id"] not in html
    assert f"<h1>{heading}</h1>" in html
    assert f'type="search" value="{text}"' in html
    assert '<meta name="robots" content="noindex">' in html
    assert "canonical" not in html


async def test_what_was_sought_is_marked(service: Running) -> None:
    """In the words, the note and the source of a line; markup in them stays text."""
    line = await service.post("en", "Strike at <b>Café</b> Central", source="Cafe News")
    await service.patch("en", line["id"], correction="The cafés differ")
    html = (await service.get("/en?q=cafe+central")).body.decode()
    assert "Strike at &lt;b&gt;<mark>Café</mark>&lt;/b&gt; <mark>Central</mark>" in html
    assert "<mark>Cafe</mark> News" in html
    html = (await service.get("/en?q=differ")).body.decode()
    assert "The cafés <mark>differ</mark>" in html
    assert "<mark>" not in (await service.get("/en")).body.decode()


async def test_how_many_were_found(service: Running) -> None:
    """All of them, or how many of them are on this page."""
    for number in range(53):
        await service.post("en", f"Storm {number}")
    await until_indexed(service)
    html = (await service.get("/en?q=storm")).body.decode()
    assert "<h1>50 of the lines found</h1>" in html
    more = re.search(r'<a href="([^"]*)" rel="next">', html)
    assert more is not None
    assert "<h1>3 of the lines found</h1>" in (await service.get(unescape(more[1]))).body.decode()
    assert "<h1>Lines found: 1</h1>" in (await service.get("/en?q=storm+17")).body.decode()


async def test_nothing_is_found(service: Running) -> None:
    """An empty box says what can be typed, a search without lines what to do, a bad one what is wrong."""
    words = {
        "/en?q=": (200, "Words of a line"),
        "/en?q=%20": (200, "Words of a line"),
        "/en?q=none": (200, "No line has all of this"),
        "/en?q=%E2%80%94": (422, "This can’t be searched for"),
        f"/en?q={'x' * 201}": (422, "This can’t be searched for"),
        "/es?q=%21": (422, "Esto no se puede buscar"),
        "/ar?q=%21": (422, "لا يمكن البحث"),
    }
    for path, (status, said) in words.items():
        answer = await service.get(path)
        assert (answer.status, said in answer.body.decode()) == (status, True), path
    for path, status, field in (
        ("/en?q=x&section=none", 422, "section"),
        ("/en?q=x&before=nowhere", 404, "before"),
        ("/en?q=x&author=x", 401, "author"),
    ):
        answer = await service.get(path)
        assert (answer.status, answer.fields) == (status, [field])


async def test_page_by_page(service: Running) -> None:
    """Following the links of its pages, a reader meets every line that is found once, newest first."""
    posted = [
        (await service.post("en", f"Storm {n}", section="sports"))["headline"] for n in range(53)
    ]
    await service.post("en", "Storm of others")
    await until_indexed(service)
    path, seen = "/en?q=storm&section=sports", list[str]()
    while path:
        html = (await service.get(path)).body.decode()
        seen += headlines(html)
        more = re.search(r'<a href="([^"]*)" rel="next">', html)
        path = unescape(more[1]) if more else ""
    assert seen == posted[::-1]


async def test_a_killed_line_is_on_no_page(service: Running) -> None:
    """A page that was found before does not bring a killed line back."""
    line = await service.post("en", "Secret words")
    assert headlines((await service.get("/en?q=secret")).body.decode()) == ["Secret words"]
    await service.kill("en", line["id"])
    for _ in range(2):
        html = (await service.get("/en?q=secret")).body.decode()
        assert line["id"] not in html
        assert "Secret words" not in html
        await until_indexed(service)


async def test_what_is_typed_stays_text(service: Running) -> None:
    """Whatever somebody types is shown as it is, and is no part of the page."""
    typed = '"><script>alert(1)</script>'
    html = (await service.get(f"/en?q={quote(typed)}")).body.decode()
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html
