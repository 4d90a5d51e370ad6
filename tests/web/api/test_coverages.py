"""Titles of running stories: given by editors, seen by readers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from tests.support.service import Running, receive, running
from ticker.accounts.principal import Role

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

    from ticker.settings import Settings

SLUG = "north-korea-missile"
TITLE = "North Korea missile"


async def entitle(
    service: Running, title: str | None, slug: str = SLUG, edition: str = "en", token: str = ""
) -> tuple[int, Any]:
    path = f"/v1/{edition}/coverages/{quote(slug)}"
    answer = await service.request("PUT", path, body={"title": title}, token=token)
    return answer.status, answer.json


async def news_of_titles(reader: ClientConnection) -> dict[str, Any]:
    while (message := await receive(reader))["type"] != "titles":
        pass
    return message


async def html(service: Running, path: str) -> str:
    return (await service.get(path)).body.decode()


async def test_an_editor_gives_a_story_its_title(service: Running) -> None:
    """A title stands on the board, the story's page, its lines' pages and frame, and goes again."""
    line = await service.post("en", "Launch", coverage=SLUG)
    await service.post("en", "It fell into the sea", coverage=SLUG)
    body = {"edition": "en", "coverage": SLUG, "title": TITLE}
    assert await entitle(service, TITLE) == (200, body)
    answer = await service.request("GET", f"/v1/en/coverages/{SLUG}")
    assert answer.json == body
    story = await html(service, f"/en/coverage/{SLUG}")
    assert f"<title>{TITLE} · Breaking news · English</title>" in story
    assert f'<h1 data-story="{SLUG}"><bdi>{TITLE}</bdi></h1>' in story
    for path in ("/en", f"/en/f/{line['id']}", f"/en?coverage={SLUG}", "/en/section/health"):
        assert (f"<bdi>{TITLE}</bdi>" in await html(service, path)) is ("health" not in path)
    assert f"<title>{TITLE} · Breaking news · English</title>" in (
        await html(service, f"/embed/en?coverage={SLUG}")
    )
    assert await entitle(service, None) == (200, {**body, "title": None})
    assert '<h1 data-story="north-korea-missile"><bdi>North korea missile</bdi></h1>' in (
        await html(service, f"/en/coverage/{SLUG}")
    )
    assert TITLE not in await html(service, "/en")


async def test_each_edition_has_its_own_title(service: Running) -> None:
    """A story of one slug is titled in the words of each edition."""
    for edition, title in (("en", TITLE), ("ar", "صاروخ كوريا الشمالية")):
        await service.post(edition, "Line", coverage=SLUG)
        assert (await entitle(service, title, edition=edition))[0] == 200
    assert "صاروخ كوريا الشمالية" in await html(service, f"/ar/coverage/{SLUG}")
    assert "صاروخ" not in await html(service, f"/en/coverage/{SLUG}")


@pytest.mark.parametrize(
    ("body", "status", "fields"),
    [
        ({}, 422, ["title"]),
        ({"title": 7}, 422, ["title"]),
        ({"title": "  "}, 422, ["title"]),
        ({"title": "n" * 81}, 422, ["title"]),
        ({"title": "a\u202eb"}, 422, ["title"]),
        ({"title": "One", "mood": "x"}, 422, ["mood"]),
        (["One"], 422, ["body"]),
    ],
)
async def test_what_is_no_title(
    service: Running, body: Any, status: int, fields: list[str]
) -> None:
    """A title is one short line of clean text; what is wrong is named."""
    await service.post("en", "Line", coverage=SLUG)
    answer = await service.request("PUT", f"/v1/en/coverages/{SLUG}", body=body)
    assert (answer.status, answer.fields) == (status, fields)


async def test_what_is_no_story(service: Running) -> None:
    """Only a story that readers have can be titled: not one of drafts, killed lines or none."""
    await service.post("en", "Held", coverage="held", embargoed="2099-01-01T00:00:00Z")
    killed = await service.post("en", "Killed", coverage="killed")
    await service.kill("en", killed["id"])
    for slug in ("held", "killed", "none"):
        assert (await entitle(service, "Secret", slug))[0] == 404
        assert (await service.request("GET", f"/v1/en/coverages/{slug}")).status == 404


async def test_who_may_title_a_story(service: Running) -> None:
    """Editors title the stories of their editions; reporters may read the title, strangers not."""
    await service.post("en", "Line", coverage=SLUG)
    reporter = await service.token_for(Role.REPORTER)
    elsewhere = await service.token_for(Role.EDITOR, ["ar"])
    assert (await entitle(service, TITLE, token=reporter))[0] == 403
    assert (await entitle(service, TITLE, token=elsewhere))[0] == 403
    path = f"/v1/en/coverages/{SLUG}"
    assert (await service.request("GET", path, token=reporter)).status == 200
    assert (await service.get(path)).status == 401


async def test_the_audit_log_says_who_gave_a_title(service: Running) -> None:
    """Each change of a title is one entry, with the title; what changes nothing is none."""
    await service.post("en", "Line", coverage=SLUG)
    for title in (TITLE, TITLE, None, None):
        assert (await entitle(service, title))[0] == 200
    admin = await service.token_for(Role.ADMIN)
    log = (await service.request("GET", "/v1/audit", token=admin)).body.decode()
    entries = [json.loads(json.loads(line)["entry"]) for line in log.splitlines()]
    told = [(it["who"], it["action"], it["target"], it["detail"]) for it in entries
            if it["action"].startswith("story")]  # fmt: skip
    assert told == [
        ("tester", "story titled", f"en/{SLUG}", TITLE),
        ("tester", "story untitled", f"en/{SLUG}", ""),
    ]


async def test_readers_hear_of_a_title(service: Running, settings: Settings) -> None:
    """A hello has the titles of its lines, and a change is told at once, by every hub (P34)."""
    await service.post("en", "Line", coverage=SLUG)
    await service.post("en", "Other", coverage="storm")
    async with running(settings) as second, service.live("en") as one, second.live("en") as two:
        for reader in (one, two):
            assert "titles" not in await receive(reader)
        await entitle(second, TITLE)
        for reader in (one, two):
            told = await news_of_titles(reader)
            assert told["titles"] == {SLUG: TITLE}
        async with second.live("en", f"cursor={told['cursor']}") as third:
            hello = await receive(third)
            assert (hello["reset"], hello["titles"]) == (False, {SLUG: TITLE})
        async with second.live("en", "coverage=storm") as third:
            assert "titles" not in await receive(third)
        await entitle(second, None)
        for reader in (one, two):
            assert (await news_of_titles(reader))["titles"] == {SLUG: None}


async def test_the_title_comes_before_the_line_that_needs_it(service: Running) -> None:
    """When an old story goes on, readers have its title before its new line, and miss no line (P34)."""
    line = await service.post("en", "Old", coverage=SLUG)
    await entitle(service, TITLE)
    await service.patch("en", line["id"], coverage="other")
    async with service.live("en") as reader:
        hello = await receive(reader)
        assert "titles" not in hello
        await service.post("en", "New", coverage=SLUG)
        told, flash = await receive(reader), await receive(reader)
        assert (told["type"], told["titles"]) == ("titles", {SLUG: TITLE})
        assert told["cursor"] == hello["cursor"]
        assert flash["flash"]["headline"] == "New"


async def test_a_service_that_starts_has_the_titles(settings: Settings) -> None:
    """A title outlives the service that took it."""
    async with running(settings) as service:
        await service.post("en", "Line", coverage=SLUG)
        await entitle(service, TITLE)
    async with running(settings) as service:
        while f"<bdi>{TITLE}</bdi>" not in await html(service, f"/en/coverage/{SLUG}"):
            pass


async def test_a_hostile_title_is_escaped(service: Running) -> None:
    """Markup in a title is text on every page."""
    title = "</script><b>\"'&amp;{{ 7*7 }}"
    line = await service.post("en", "Line", coverage=SLUG)
    await service.post("en", "Line 2", coverage=SLUG)
    await entitle(service, title)
    for path in (
        "/en",
        f"/en/coverage/{SLUG}",
        f"/en/f/{line['id']}",
        f"/embed/en?coverage={SLUG}",
    ):
        page = await html(service, path)
        assert "</script><b>" not in page
        assert "&lt;b&gt;" in page
