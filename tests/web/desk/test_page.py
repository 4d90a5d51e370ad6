"""The desk's page, its questions, and drills."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.desk import Editor, hire, log_in
from ticker.accounts.principal import Role
from ticker.news.flash import CHANGEABLE

if TYPE_CHECKING:
    from tests.support.service import Running

HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
async def editor(service: Running) -> Editor:
    await hire(service, "amal")
    return await log_in(service, "amal")


@pytest.mark.parametrize("path", ["/desk", "/desk/en", "/desk/drill-ar", "/desk/login"])
async def test_no_page_of_the_desk_is_framed_kept_or_scripted(editor: Editor, path: str) -> None:
    """Whoever is logged in or not, framing, caching and foreign scripts are out."""
    for answer in (await editor.ask("GET", path), await editor.service.get(path)):
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert "access-control-allow-origin" not in answer.headers


async def test_strangers_are_sent_to_log_in(service: Running) -> None:
    """And come back to where they wanted to go."""
    answer = await service.get("/desk/ar")
    assert answer.headers["location"] == "/desk/login?next=%2Fdesk%2Far"
    answer = await service.get("/desk/en/timeline?at=2026-11-27T12:00:00Z&before=7")
    assert parse_qs(urlsplit(answer.headers["location"]).query) == {
        "next": ["/desk/en/timeline?at=2026-11-27T12:00:00Z&before=7"]
    }


async def test_the_page_is_in_the_editions_language(editor: Editor) -> None:
    """Arabic is written from right to left, with Arabic words around it."""
    page = (await editor.ask("GET", "/desk/ar")).body.decode()
    assert '<html lang="ar" dir="rtl"' in page
    assert "نص الخبر" in page
    assert (await editor.ask("GET", "/desk/xx")).status == 404


async def test_all_that_can_be_said_of_a_line_can_be_said_here(editor: Editor) -> None:
    """Every field of a new line has its input, and so has the note of a correction."""
    page = (await editor.ask("GET", "/desk/en")).body.decode()
    form = page[page.index('<form id="form"') : page.index("</form>", page.index('id="form"'))]
    fields = set(CHANGEABLE)
    assert set(re.findall(r' name="(\w+)"', form)) == fields


async def test_a_hostile_name_is_only_a_name(service: Running) -> None:
    """What is in a user's name stays text."""
    await hire(service, HOSTILE)
    page = (await (await log_in(service, HOSTILE)).ask("GET", "/desk/en")).body.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


async def test_what_to_look_at_is_told(editor: Editor) -> None:
    """Warnings name the likest line of the board and of the queue, but not the draft itself."""
    await editor.service.post("en", "Quake of magnitude 7.1 off Honshu")
    draft = await editor.ask(
        "POST", "/v1/en/flashes?draft=true", {"headline": "Oil falls below 70"}
    )
    line = {"headline": "Quake of magnitude 7.1  off HONSHU", "urgency": 2, "source": None}
    answer = await editor.ask("POST", "/desk/en/lint", line)
    assert [it["kind"] for it in answer.json["warnings"]] == ["source", "similar"]
    oil = {"headline": "Oil falls below 70!", "urgency": 3}
    answer = await editor.ask("POST", "/desk/en/lint", oil)
    assert [it["line"] for it in answer.json["warnings"]] == ["Oil falls below 70"]
    answer = await editor.ask("POST", "/desk/en/lint", {**oil, "id": draft.json["id"]})
    assert answer.json["warnings"] == []
    assert (await editor.ask("POST", "/desk/en/lint", {"headline": 1})).status == 422
    assert (await editor.ask("POST", "/desk/en/lint", oil, csrf="")).status == 403


async def test_versions_of_a_story_are_told_where_none_is_here(editor: Editor) -> None:
    """A desk that begins a version knows which editions have one, before its own has any."""
    line = await editor.service.post("en", "A line")
    path = f"/desk/es/stories/{line['id']}"
    assert list((await editor.ask("GET", path)).json["versions"]) == ["en"]
    await editor.service.post("ar", "خبر", story=line["id"])
    await editor.service.patch("en", line["id"], headline="Another line")
    versions = (await editor.ask("GET", path)).json["versions"]
    assert {code: it["check"] for code, it in versions.items()} == {"en": [], "ar": ["en"]}
    assert (await editor.ask("GET", "/desk/es/stories/none")).json == {"versions": {}}


async def test_a_line_is_checked_once_it_was_looked_at(editor: Editor) -> None:
    """Only a line that there is."""
    line = await editor.service.post("en", "A line")
    assert (await editor.ask("POST", f"/desk/en/checked/{line['id']}")).status == 204
    assert (await editor.ask("POST", "/desk/en/checked/none")).status == 404


async def test_no_reader_sees_a_drill(editor: Editor) -> None:
    """A drill is served to the desk alone: every readers' URL knows no such edition."""
    service = editor.service
    made = await editor.ask("POST", "/v1/drill-en/flashes", {"headline": "This is a drill"})
    assert made.status == 201
    flash_id = made.json["id"]
    paths = [
        "/v1/drill-en/flashes", f"/v1/drill-en/flashes/{flash_id}", "/v1/drill-en/live",
        "/drill-en", f"/drill-en/f/{flash_id}", "/embed/drill-en", "/drill-en/coverage/x",
        f"/oembed?url={service.url}/drill-en",
    ]  # fmt: skip
    for path in paths:
        answer = await service.get(path)
        assert answer.status in {403, 404}, path
        assert b"This is a drill" not in answer.body
    for path in ("/", "/en", "/v1/editions", "/v1/en/flashes"):
        assert b"drill" not in (await service.get(path)).body, path
    posted = await service.request("POST", f"/v1/drill-en/flashes/{flash_id}/clicks", token=None)
    assert posted.status == 404


async def test_a_drill_takes_the_rights_of_its_edition(service: Running) -> None:
    """Who may write in an edition may drill there, and nowhere else."""
    await hire(service, "rosa", Role.REPORTER, "en")
    rosa = await log_in(service, "rosa")
    drill = {"headline": "Drill"}
    assert (await rosa.ask("POST", "/v1/drill-en/flashes", drill)).status == 201
    assert (await rosa.ask("POST", "/v1/drill-ar/flashes", drill)).status == 403
    assert (await rosa.ask("GET", "/desk/drill-en")).status == 200
