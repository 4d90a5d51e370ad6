"""One line through its life, as everything that readers and programs ask for shows it: whoever adds an output adds it here."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from ticker.news.document import format_time, utcnow
from ticker.news.ids import uri_of

if TYPE_CHECKING:
    from tests.support.service import Running

FEEDS = ("feed.json", "feed.rss", "feed.atom", "feed.ninjs")
# What shows the board, and what shows a line or its story however old they are.
BOARDS = ("/v1/ar/flashes", "/v1/ar/flashes?wait=0", "/v1/ar/flashes?tag=ميناء&wait=0", "/ar", "/embed/ar",
          "/embed/ar?mode=stack", "/embed/ar.fragment", "/embed/ar.fragment?mode=stack", *(f"/ar/{it}" for it in FEEDS),
          *(f"/ar/{it}?tag=ميناء&urgency=2" for it in FEEDS))  # fmt: skip
LASTING = ("/ar/f/{id}", "/v1/ar/flashes/{id}", "/v1/ar/flashes/{id}.ninjs", "/v1/ar/flashes/{id}.newsml",
           "/ar/coverage/storm", *(f"/ar/coverage/storm/{it}" for it in FEEDS), "/sitemap-news.xml",
           "/v1/ar/flashes?q=الإسكندرية", "/ar?before=now")  # fmt: skip
PARTS = ("/v1/ar/flashes?section={}", "/ar/section/{}", *(f"/ar/section/{{}}/{it}" for it in FEEDS))
# A Latin name first, and numbers: what turns round where directions are forgotten.
FIRST = "Reuters: إغلاق ميناء الإسكندرية بعد تصادم 3 سفن"
SECOND = "Reuters: إغلاق ميناء الإسكندرية بعد تصادم 4 سفن"
THIRD = "Reuters: إغلاق مينائي الإسكندرية بعد تصادم 4 سفن"


class Line:
    """A line of the Arabic edition, and what is seen of it."""

    def __init__(self, service: Running, flash_id: str) -> None:
        self.service = service
        self.id = flash_id

    async def shown(self, words: str, paths: tuple[str, ...]) -> set[str]:
        """Those of some outputs that have these words."""
        asked = [quote(it.format(id=self.id), safe="/?=&") for it in paths]
        answers = [await self.service.get(it) for it in asked]
        assert all(it.status in {200, 404, 410} for it in answers)
        return {path for path, it in zip(paths, answers, strict=True) if words.encode() in it.body}

    async def change(self, **fields: object) -> None:
        answer = await self.service.patch("ar", self.id, **fields)
        assert answer.status == 200, answer.body

    async def expire(self) -> None:
        """Soon; on a busy machine that may be over before the service is asked."""
        for seconds in (1, 5, 25):
            ends = format_time(utcnow() + timedelta(seconds=seconds))
            answer = await self.service.patch("ar", self.id, expires=ends)
            if answer.status != 422:
                break
        assert answer.status == 200, answer.body


async def test_a_line_through_its_life(service: Running) -> None:
    """Embargoed it is nowhere, published everywhere, corrected with its new words alone, killed nowhere again."""
    everywhere = BOARDS + LASTING
    ends = format_time(utcnow() + timedelta(hours=1))
    posted = await service.post("ar", FIRST, embargoed=ends, urgency=2, source="Reuters", pinned=True,
                                section="politics", tags=["ميناء"], coverage="storm")  # fmt: skip
    line = Line(service, posted["id"])
    assert await line.shown(FIRST, everywhere) == set()
    released = await service.request("POST", f"/v1/ar/flashes/{line.id}/release", body={})
    assert released.status == 200, released.body
    assert await line.shown(FIRST, everywhere) == set(everywhere)

    await line.change(headline=SECOND, correction="كان العدد 3")
    assert await line.shown(SECOND, everywhere) == set(everywhere)
    assert await line.shown(FIRST, everywhere) == set()
    await line.change(headline=THIRD)  # a refile
    await line.change(pinned=False)
    assert await line.shown(THIRD, everywhere) == set(everywhere)
    assert await line.shown(SECOND, everywhere) == set()

    old, new = (tuple(it.format(code) for it in PARTS) for code in ("politics", "sports"))
    assert await line.shown(THIRD, old + new) == set(old)
    await line.change(section="sports")
    assert await line.shown(THIRD, old + new) == set(new)

    await line.expire()
    await line.shown(THIRD, BOARDS)  # kept from now on, until the moment
    while await line.shown(THIRD, (BOARDS[0],)):
        pass
    assert await line.shown(THIRD, everywhere) == set(LASTING)

    await service.kill("ar", line.id)
    for words in (FIRST, SECOND, THIRD, "الإسكندرية بعد", "كان العدد"):
        assert await line.shown(words, everywhere + old + new) == set()
    named = {"/ar/feed.atom", "/ar/feed.ninjs", "/ar/section/sports/feed.atom", "/ar/coverage/storm/feed.atom"}  # fmt: skip
    assert await line.shown(uri_of(line.id), tuple(named)) == named
