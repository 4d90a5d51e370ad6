"""The page of a running story as it is served."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.support.flashes import flash, record
from ticker.news.document import utcnow
from ticker.store.client import Store
from ticker.store.wire import IdempotencyKey, Wire

if TYPE_CHECKING:
    from tests.support.service import Running


def headlines(html: bytes) -> list[str]:
    return re.findall(r'class="headline"[^>]*>([^<]*)<', html.decode())


async def test_a_story_reads_newest_first_over_days(service: Running) -> None:
    """A story has its lines of all days, those too that no board holds any more, a page at a time."""
    store = Store(service.settings.redis_url)
    start = utcnow() - timedelta(days=150)
    for n in range(130):
        item = flash(f"{n:03}", headline=f"Line {n}", coverage="flood", section="sports",
                     firstcreated=start + timedelta(days=n))  # fmt: skip
        await Wire(store).append(record(item), "announce", IdempotencyKey(f"{n}", "", 60))
    await store.close()
    await service.post("en", "Other", coverage="storm")
    answer = await service.get("/en/coverage/flood")
    assert headlines(answer.body) == [f"Line {n}" for n in range(129, 29, -1)]
    assert b'<h1 data-story="flood"><bdi>Flood</bdi></h1>' in answer.body
    more = re.search(rb'<a href="([^"]*)" rel="next">', answer.body)
    assert more is not None
    older = await service.get(more[1].decode())
    assert headlines(older.body) == [f"Line {n}" for n in range(29, -1, -1)]
    assert b'rel="next"' not in older.body
    assert f'<link rel="canonical" href="{service.url}{more[1].decode()}">' in older.body.decode()


async def test_lines_come_and_go(service: Running) -> None:
    """A story follows corrections, moves and kills; one without lines is none."""
    one = await service.post("en", "One", coverage="flood")
    two = await service.post("en", "Two", coverage="flood")
    await service.post("en", "Held", coverage="flood", embargoed="2099-01-01T00:00:00Z")
    assert headlines((await service.get("/en/coverage/flood")).body) == ["Two", "One"]
    await service.patch("en", one["id"], coverage="storm", headline="Moved")
    assert headlines((await service.get("/en/coverage/flood")).body) == ["Two"]
    assert headlines((await service.get("/en/coverage/storm")).body) == ["Moved"]
    await service.kill("en", two["id"])
    answer = await service.get("/en/coverage/flood", Accept="text/html")
    assert (answer.status, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert b"Two" not in answer.body


@pytest.mark.parametrize(
    ("slug", "title"),
    [("harbour-bridge-2026", "Harbour bridge 2026"), ("جسر-المرفأ", "جسر المرفأ")],
)
async def test_a_story_is_named_by_its_slug(service: Running, slug: str, title: str) -> None:
    """A slug of any script becomes a title, and the page's one address."""
    await service.post("en", "Line", coverage=slug)
    html = (await service.get(f"/en/coverage/{quote(slug)}")).body.decode()
    assert f"<title>{title} · Breaking news · English</title>" in html
    assert f'<link rel="canonical" href="{service.url}/en/coverage/{quote(slug)}">' in html


async def test_what_is_no_story(service: Running) -> None:
    """A story that is unknown, of another edition or begun at no line is not found."""
    line = await service.post("en", "Line", coverage="flood")
    for path in ("/en/coverage/none", "/ar/coverage/flood", "/xx/coverage/flood",
                 "/en/coverage/flood?before=x", f"/en/coverage/flood?before={line['id']}"):  # fmt: skip
        assert (await service.get(path)).status == 404
