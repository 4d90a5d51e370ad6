"""Pictures of lines, stories and editions as they are served."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.support.service import Running, running
from ticker.formats.picture import Card

if TYPE_CHECKING:
    from ticker.settings import Settings


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Card]:
    """What was drawn, in place of pictures: the words as bytes."""
    cards: list[Card] = []

    def draw(card: Card) -> bytes:
        cards.append(card)
        return card.words.encode()

    monkeypatch.setattr("ticker.formats.picture.draw", draw)
    return cards


async def test_a_line_is_shown_with_all_that_readers_see(
    service: Running, drawn: list[Card]
) -> None:
    """Words, urgency, time, source, newsroom and correction, in the direction of line and edition."""
    line = await service.post("ar", "France 24: عاجل", urgency=2, source="رويترز")
    await service.patch("ar", line["id"], correction="ملاحظة")
    assert (await service.get(f"/ar/f/{line['id']}.v2.png")).status == 200
    day, clock = line["firstcreated"][:10], line["firstcreated"][11:16]
    assert drawn == [
        Card(
            words="France 24: عاجل", site="أخبار عاجلة", dir="rtl", words_dir="rtl", lang="ar",
            label="تنبيه", moment=f"{day} {clock} UTC", mark="تصحيح", source="رويترز",
        )
    ]  # fmt: skip


async def test_a_corrected_line_has_another_address(service: Running, drawn: list[Card]) -> None:
    """The picture before a correction leads to the one after it, and its words are not shown again."""
    line = await service.post("en", "Old words")
    first, second = (f"/en/f/{line['id']}.v{it}.png" for it in (1, 2))
    assert (await service.get(second)).status == 404
    assert b"Old" in (await service.get(first)).body
    await service.patch("en", line["id"], headline="New words")
    answer = await service.get(first)
    assert (answer.status, answer.headers["location"], answer.body) == (302, second, b"")
    assert b"New words" in (await service.get(second)).body
    for path in (f"/en/f/{line['id']}.v0.png", f"/en/f/{line['id']}.v3.png", "/en/f/x.v1.png"):
        assert (await service.get(path)).status == 404
    assert len(drawn) == 2


async def test_a_killed_line_has_no_picture_at_once(service: Running, drawn: list[Card]) -> None:
    """Once a kill is acknowledged every version's picture is gone, also for who has it in a cache."""
    line = await service.post("en", "Secret words", coverage="storm")
    await service.patch("en", line["id"], headline="Secret again")
    addresses = [f"/en/f/{line['id']}.v{it}.png" for it in (1, 2)]
    tag = (await service.get(addresses[1])).headers["etag"]
    story = "/en/coverage/storm/picture.png"
    assert (await service.get(story)).status == 200
    await service.kill("en", line["id"])
    for path in (*addresses, f"/en/f/{line['id']}.v3.png"):
        answer = await service.get(path, If_None_Match=tag)
        assert answer.status == 410
        assert b"Secret" not in answer.body
        assert answer.headers["cache-control"] == "no-store"
    assert (await service.get(story)).status == 404


async def test_no_cache_keeps_a_picture_longer_than_its_page(service: Running) -> None:
    """What a cache in front may do with a picture is what it may do with the line's page."""
    line = await service.post("en", "Harbour closed")
    page = await service.get(f"/en/f/{line['id']}")
    picture = await service.get(f"/en/f/{line['id']}.v1.png")
    assert picture.headers["cache-control"] == page.headers["cache-control"]
    same = await service.get(f"/en/f/{line['id']}.v1.png", If_None_Match=picture.headers["etag"])
    assert (same.status, same.body) == (304, b"")
    squeezed = await service.get(f"/en/f/{line['id']}.v1.png", Accept_Encoding="gzip")
    assert "content-encoding" not in squeezed.headers


async def test_many_who_ask_at_once_have_one_drawn(service: Running, drawn: list[Card]) -> None:
    """A picture is drawn once, however many ask, and what does not exist is not drawn at all."""
    line = await service.post("en", "Harbour closed")
    paths = [f"/en/f/{line['id']}.v1.png"] * 20 + [
        "/en/f/none.v1.png",
        "/en/coverage/none/picture.png",
    ]
    answers = await asyncio.gather(*map(service.get, paths))
    assert [it.status for it in answers] == [200] * 20 + [404] * 2
    assert len(drawn) == 1


async def test_embargoed_words_are_not_drawn(service: Running, drawn: list[Card]) -> None:
    """A line that is not out has no picture, of any version."""
    line = await service.post("en", "Secret words", embargoed="2099-01-01T00:00:00Z")
    assert (await service.get(f"/en/f/{line['id']}.v1.png")).status == 404
    assert drawn == []


async def test_a_story_has_its_title(service: Running, drawn: list[Card]) -> None:
    """A running story's picture says what the story is called, and no line of it."""
    await service.post("es", "Cierran el puerto", coverage="tormenta-norte")
    assert (await service.get("/es/coverage/tormenta-norte/picture.png")).status == 200
    assert [(it.words, it.label) for it in drawn] == [("Tormenta norte", "Cobertura")]


async def test_what_cannot_be_set_has_a_plain_picture(settings: Settings) -> None:
    """A line in a script that the fonts lack leads to the plain picture, which has no words."""
    async with running(replace(settings, board_lines=3)) as service:
        line = await service.post("en", "速報: 地震")
        answer = await service.get(f"/en/f/{line['id']}.v1.png")
        assert answer.status == 302
        plain = await service.get(answer.headers["location"])
        assert plain.headers["content-type"] == "image/png"
