"""Public reading over plain HTTP."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.support.flashes import flash, record
from tests.support.service import Running, receive, running
from ticker.news.document import utcnow
from ticker.store.client import Store
from ticker.store.wire import IdempotencyKey, Wire

if TYPE_CHECKING:
    from ticker.settings import Settings

FLASHES = "/v1/en/flashes"
TOMBSTONE = {"id", "edition", "version", "pubstatus", "firstcreated", "versioncreated"}


async def test_the_board(service: Running) -> None:
    """The listing is what readers see, with the position it stands for."""
    assert (await service.get(FLASHES)).json["flashes"] == []
    lines = [await service.post("en", f"Line {n}") for n in range(3)]
    answer = await service.get(FLASHES)
    assert answer.status == 200
    assert answer.json["flashes"] == lines[::-1]
    async with service.sse("en", f"cursor={answer.json['cursor']}") as reader:
        assert (await reader.message())["flashes"] == []
    assert (await service.get(f"{FLASHES}?limit=2")).json["flashes"] == lines[:0:-1]
    assert (await service.get(f"{FLASHES}?section=sports")).json["flashes"] == []


@pytest.mark.parametrize(
    "limit",
    [
        "0",
        "201",
        "-1",
        "x",
        "1e1",
        "%D9%A3",
        "%C2%B2",
        "9" * 5000,
        "000000001999",
        f"000000001{'9' * 5000}",
    ],
    ids=[
        "none",
        "over",
        "minus",
        "word",
        "float",
        "arabic digit",
        "superscript",
        "endless",
        "zeros",
        "endless zeros",
    ],
)
async def test_a_bad_limit_is_named(service: Running, limit: str) -> None:
    """A limit that is none is refused by name."""
    answer = await service.get(f"{FLASHES}?limit={limit}")
    assert (answer.status, answer.fields) == (422, ["limit"])


@pytest.mark.parametrize("limit", ["", "1", "200"])
async def test_a_limit_within_bounds_is_kept(service: Running, limit: str) -> None:
    """A reader may ask for one line, for the most there is, or leave the limit empty."""
    lines = [await service.post("en", f"Line {n}") for n in range(2)]
    answer = await service.get(f"{FLASHES}?limit={limit}")
    assert answer.json["flashes"] == (lines[1:] if limit == "1" else lines[::-1])


async def test_unchanged_boards_cost_no_bytes(service: Running) -> None:
    """A browser or a CDN that has the board is told that it still holds, until it doesn't."""
    first = await service.get(FLASHES)
    etag = first.headers["etag"]
    assert "max-age" in first.headers["cache-control"]
    for tag in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        again = await service.get(FLASHES, If_None_Match=tag)
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", etag)
    await service.post("en", "News")
    changed = await service.get(FLASHES, If_None_Match=etag)
    assert changed.status == 200
    assert changed.headers["etag"] != etag


async def test_one_flash(service: Running) -> None:
    """A line has an address of its own, an ETag, and a tombstone when it is killed."""
    line = await service.post("en", "Secret words", source="Secret source")
    one = f"{FLASHES}/{line['id']}"
    answer = await service.get(one)
    assert (answer.status, answer.json, answer.headers["etag"]) == (200, line, '"1"')
    assert (await service.get(one, If_None_Match='"1"')).status == 304
    assert (await service.get(f"/v1/ar/flashes/{line['id']}")).status == 404
    await service.kill("en", line["id"])
    killed = await service.get(one, If_None_Match='"2"')
    assert (killed.status, killed.json.keys()) == (410, TOMBSTONE)
    assert (await service.get(f"{FLASHES}/nowhere")).fields == ["id"]


async def test_killed_words_are_nowhere(service: Running) -> None:
    """After a kill no list, page, stream or replay holds a word of any version of the line."""
    start = (await service.get(FLASHES)).json["cursor"]
    line = await service.post(
        "en", "Secret words", source="Secret source", tags=["Secret"], section="sports",
        region="asia", coverage="nk-story",
    )  # fmt: skip
    title = {"title": "Secret story"}
    await service.request("PUT", "/v1/en/coverages/nk-story", body=title)
    await service.patch("en", line["id"], headline="Secret again", correction="Secret note")
    await service.kill("en", line["id"], "Secret")
    newer = await service.post("en", "Newer")
    one = f"{FLASHES}/{line['id']}"
    pages = ("/en", "/", "/en/section/sports", "/en/region/asia", "/en/coverage/nk-story",
             "/en?coverage=nk-story", "/embed/en?coverage=nk-story", "/embed/en.fragment", "/embed/en.fragment?coverage=nk-story")  # fmt: skip
    line_page = f"/en/f/{line['id']}"
    machines = ("/sitemap-news.xml", line_page, f"{line_page}.v2.png",
                "/en/coverage/nk-story/picture.png", "/en/feed.json", "/en/feed.rss?coverage=nk-story",
                "/en/section/sports/feed.atom", "/en/region/asia/feed.rss",
                "/en/coverage/nk-story/feed.atom", "/en/feed.ninjs",
                f"{one}.ninjs", f"{one}.newsml")  # fmt: skip
    found = (f"{FLASHES}?q=secret", f"{FLASHES}?source=secret", "/en?q=secret+words")
    for path in (FLASHES, one, f"{FLASHES}?before={newer['id']}", *pages, *machines, *found):
        assert b"Secret" not in (await service.get(path)).body
    assert (await service.request("GET", one)).status == 410
    assert b"Secret" not in (await service.request("GET", one)).body
    for query in ("", f"cursor={start}"):
        async with service.sse("en", query) as events, service.live("en", query) as socket:
            hello = await events.message()
            assert (hello["type"], await receive(socket)) == ("hello", hello)
        assert "Secret" not in str(hello)
        assert newer in hello["flashes"]
    assert {len(it) for it in hello["flashes"] if it["id"] == line["id"]} <= {len(TOMBSTONE)}
    told = await service.request("GET", f"{one}/versions")
    assert b"Secret words" in told.body


async def test_the_past_page_by_page(settings: Settings) -> None:
    """Walking back through the archive meets every line once, however many share a moment."""
    store = Store(settings.redis_url)
    now = utcnow().replace(microsecond=0)
    for n in range(250):
        moment = now - timedelta(seconds=(250 - n) // 7)
        item = flash(f"{n:03d}", firstcreated=moment, expires=moment if n % 5 == 0 else None)
        await Wire(store).append(record(item), "announce", IdempotencyKey(f"{n}", "", 60))
    await store.close()
    async with running(settings) as service:
        page = (await service.get(f"{FLASHES}?limit=20")).json["flashes"]
        assert all(it["expires"] is None for it in page)
        seen = [page[0]["id"]]
        while page := (await service.get(f"{FLASHES}?limit=40&before={seen[-1]}")).json["flashes"]:
            seen += [it["id"] for it in page]
        assert seen == [f"{n:03d}" for n in range(249, -1, -1)]
        answer = await service.get(f"{FLASHES}?before=nowhere")
        assert (answer.status, answer.fields) == (404, ["before"])


async def test_other_sites_may_read(service: Running) -> None:
    """Scripts of any site may read, ask again cheaply, and send nothing."""
    answer = await service.get(FLASHES, Origin="https://elsewhere.example")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    for path in (FLASHES, f"{FLASHES}/x", "/v1/en/live"):
        preflight = await service.request("OPTIONS", path, token=None)
        assert preflight.status == 204
        assert preflight.headers["access-control-allow-methods"] == "GET, HEAD"
        assert "If-None-Match" in preflight.headers["access-control-allow-headers"]
    posted = await service.request("POST", FLASHES, body={"headline": "x"})
    assert "access-control-allow-origin" not in posted.headers


async def test_an_edition_may_be_for_some_sites_only(settings: Settings) -> None:
    """With origins configured, only scripts of those sites may read."""
    newsroom = settings.newsroom
    english = replace(newsroom.editions["en"], origins=("https://news.example",))
    newsroom = replace(newsroom, editions={**newsroom.editions, "en": english})
    async with running(replace(settings, newsroom=newsroom)) as service:
        named = await service.get(FLASHES, Origin="https://news.example")
        other = await service.get(FLASHES, Origin="https://evil.example")
    assert named.headers["access-control-allow-origin"] == "https://news.example"
    assert "access-control-allow-origin" not in other.headers
    assert named.headers["vary"] == other.headers["vary"] == "Accept-Encoding, Origin"


async def test_the_editions(service: Running) -> None:
    """Programs learn the editions and vocabularies without a manual."""
    editions = (await service.get("/v1/editions")).json["editions"]
    assert [(it["code"], it["dir"], it["label"]) for it in editions] == [
        ("en", "ltr", "Breaking"),
        ("ar", "rtl", "عاجل"),
        ("es", "ltr", "Última hora"),
    ]
    assert editions[2]["sections"]["sports"] == "Deportes"
    assert len(editions[0]["sections"]) == len(editions[0]["regions"]) == 8


async def test_a_draft_that_was_taken_back_never_was(service: Running) -> None:
    """Readers cannot tell it from a line that there never was; editors can read what was filed."""
    made = await service.request(
        "POST", "/v1/en/flashes?draft=true", body={"headline": "Never mind"}
    )
    path = f"/v1/en/flashes/{made.json['id']}"
    assert (await service.request("DELETE", f"{path}?reason=no")).status == 200
    for url in (path, f"/v1/en/flashes?before={made.json['id']}", f"/en/f/{made.json['id']}"):
        assert (await service.get(url)).status == 404, url
    versions = (await service.request("GET", f"{path}/versions")).json["versions"]
    assert [it["action"] for it in versions] == ["draft", "kill"]
