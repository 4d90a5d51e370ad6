"""Search over HTTP, for readers and for editors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from tests.support.desk import hire, log_in
from tests.support.flashes import NOON
from ticker.accounts.principal import Role
from ticker.hub.hub import Hub
from ticker.news.event import GENESIS
from ticker.store.client import Store
from ticker.store.full_text import FullText
from ticker.store.full_text_index import FullTextIndex

if TYPE_CHECKING:
    from tests.support.service import Answer, Running

FLASHES = "/v1/en/flashes"


async def find(service: Running, text: str, more: str = "", edition: str = "en") -> list[str]:
    """Headlines that a reader finds."""
    answer = await service.get(f"/v1/{edition}/flashes?q={quote(text)}{more}")
    assert answer.status == 200, answer.body
    return [it["headline"] for it in answer.json["flashes"]]


async def editors(service: Running, query: str, **options: Any) -> Answer:
    return await service.request("GET", f"{FLASHES}?{query}", **options)


async def until_indexed(service: Running, edition: str = "en") -> None:
    """Wait until the service's own follower has come to the end of the log."""
    store = Store(service.settings.redis_url)
    try:
        index, position = FullTextIndex(store), None
        newest = (await service.get(f"/v1/{edition}/flashes?limit=1")).json["cursor"]
        while position != newest:
            state = await index.state(edition)
            position = str(state.cursor) if state else None
    finally:
        await store.close()


async def test_readers_find_what_they_may_see(service: Running) -> None:
    """Each line is found by its words, in any of the forms that people write, indexed or not."""
    lines = [
        await service.post("en", "Café owners strike", source="Reuters", tags=["food"]),
        await service.post("en", "Harbour bridge closed", section="politics", urgency=2),
    ]
    await service.post("ar", "الحربُ في غزّة")
    await service.post("en", "Embargoed café", embargoed="2099-01-01T00:00:00Z")
    for _ in range(2):
        answer = await service.get(f"{FLASHES}?q=CAFE+stri")
        assert answer.status == 200
        assert answer.json["flashes"] == lines[:1]
        assert answer.json["matches"] == [
            {"id": lines[0]["id"], "version": 1, "headline": "Café owners strike",
             "ranges": [[0, 4], [12, 18]]}]  # fmt: skip
        assert answer.json["complete"] is True
        assert answer.headers["vary"] == "Accept-Encoding, Authorization, Cookie"
        assert await find(service, "غزه حرب", edition="ar") == ["الحربُ في غزّة"]
        assert await find(service, "حرب") == []
        assert (await service.get(f"{FLASHES}?source=reuters&tag=Food&urgency=4")).json[
            "flashes"
        ] == lines[:1]
        assert (await service.get(f"{FLASHES}?q=bridge&section=sports")).json["flashes"] == []
        day = lines[0]["firstcreated"][:10]
        assert (await service.get(f"{FLASHES}?day={day}&day=2020-01-01")).json["flashes"] == lines[
            ::-1
        ]
        await until_indexed(service)
        await until_indexed(service, "ar")


async def test_killed_words_are_found_by_editors_only(service: Running) -> None:
    """No reader finds a line from the moment its kill is acknowledged; editors find all it ever said."""
    line = await service.post("en", "Secret words", source="Secret source", tags=["Secret"])
    other = await service.post("en", "Secret of others")
    await service.patch("en", line["id"], headline="Later words", correction="Secret note")
    for _ in range(2):
        assert await find(service, "secret words") == ["Later words"]
        await until_indexed(service)
    await service.kill("en", line["id"], "Wrong%20one")
    for _ in range(2):
        for text in ("secret", "later", "words", "note", "source"):
            answer = await service.get(f"{FLASHES}?q={text}")
            assert line["id"] not in answer.body.decode()
            assert b"Later" not in answer.body
            assert b"Later" not in (await service.get(f"/en?q={text}")).body
        answer = await editors(service, "q=secret+words")
        assert answer.headers["cache-control"] == "no-store"
        assert [it["id"] for it in answer.json["flashes"]] == [line["id"]]
        [killed] = answer.json["flashes"]
        assert (killed["pubstatus"], killed["version"], killed["headline"]) == (
            "canceled",
            3,
            "Later words",
        )
        [match] = answer.json["matches"]
        assert match | {"at": ""} == {
            "id": line["id"], "version": 3, "headline": "Later words", "ranges": [[6, 11]],
            "author": "tester", "action": "kill", "by": "tester", "at": "", "reason": "Wrong one"}  # fmt: skip
        [match] = (
            await editors(service, "q=secret+words&tag=secret&urgency=3&q=%22Secret+words%22")
        ).json["matches"]
        assert match["version"] == 3
        await until_indexed(service)
    assert [it["id"] for it in (await editors(service, "q=secret")).json["flashes"]] == [
        other["id"],
        line["id"],
    ]


async def test_earlier_versions_are_found_by_editors_only(service: Running) -> None:
    """What a line said before is found by editors, with the version that said it."""
    line = await service.post("en", "Ship strikes pier")
    await service.patch("en", line["id"], headline="Ferry strikes pier", correction="No cargo")
    await until_indexed(service)
    assert await find(service, "ship") == []
    assert await find(service, "ferry strikes") == ["Ferry strikes pier"]
    answer = await editors(service, "q=ship")
    assert answer.json["flashes"][0]["headline"] == "Ferry strikes pier"
    assert answer.json["matches"][0]["version"] == 1
    assert answer.json["matches"][0]["headline"] == "Ship strikes pier"
    assert answer.json["matches"][0]["ranges"] == [[0, 4]]


async def test_who_made_a_line(service: Running) -> None:
    """Editors find lines by who wrote or changed them; readers are not told."""
    mine = await service.post("en", "Mine")
    token = await service.token_for(Role.EDITOR)
    await service.request("POST", FLASHES, body={"headline": "Other"}, token=token)
    await service.request("PATCH", f"{FLASHES}/{mine['id']}", body={"urgency": 5}, token=token)
    await until_indexed(service)
    for author, found in (("tester", ["Mine"]), ("EDITOR-0", ["Other", "Mine"]), ("edito", [])):
        answer = await editors(service, f"author={author}")
        assert [it["headline"] for it in answer.json["flashes"]] == found
    match = (await editors(service, "q=mine")).json["matches"][0]
    assert (match["author"], match["by"]) == ("tester", "editor-0")
    answer = await service.get(f"{FLASHES}?q=mine&author=tester")
    assert (answer.status, answer.fields) == (401, ["author"])


async def test_whose_search_it_is(service: Running) -> None:
    """A token or a login of the edition finds killed lines; one of another edition finds what readers do."""
    line = await service.post("en", "Killed")
    await service.kill("en", line["id"])
    await hire(service, "amal", Role.REPORTER)
    browser = await log_in(service, "amal")
    for token, found in (
        (await service.token_for(Role.REPORTER), 1),
        (await service.token_for(Role.REPORTER, ["en"]), 1),
        (await service.token_for(Role.ADMIN, ["ar"]), 0),
        (None, 0),
    ):
        answer = await editors(
            service, "q=killed", token=token, headers={"Origin": "https://x.example"}
        )
        assert len(answer.json["flashes"]) == found
        assert ("access-control-allow-origin" in answer.headers) is (found == 0)
    answer = await browser.ask("GET", f"{FLASHES}?q=killed")
    assert len(answer.json["flashes"]) == 1
    assert (await editors(service, "q=killed", token="tkr_unknown")).status == 401
    drill = await service.request("GET", "/v1/drill-en/flashes?q=killed")
    assert (drill.status, drill.json["flashes"]) == (200, [])
    assert (await service.get("/v1/drill-en/flashes?q=killed")).status == 404


async def test_page_by_page(service: Running) -> None:
    """`Link` leads through all that is found, newest first, and each line once."""
    posted = [(await service.post("en", f"Storm {n}"))["headline"] for n in range(7)]
    for n in range(2):
        path: str | None = f"{FLASHES}?q=storm&urgency=5&limit=3&utm_source=x"
        seen, pages = list[str](), 0
        while path is not None:
            answer = await service.get(path)
            seen += [it["headline"] for it in answer.json["flashes"]]
            link = answer.headers.get("link")
            path = re.fullmatch('<(.*)>; rel="next"', link)[1] if link else None  # type: ignore[index]
            assert path is None or "utm" not in path
            pages += 1
        assert (seen, pages) == (posted[::-1], 3), n
        await until_indexed(service)
    assert answer.headers["access-control-expose-headers"] == "Date, ETag, Link"


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("q=", ["q"]),
        ("q", ["q"]),
        ("q=%20&author=x", ["q"]),
        ("q=%E2%80%94", ["q"]),
        ("q=%FF", ["q"]),
        (f"q={'x' * 201}", ["q"]),
        (f"q={'+'.join(map(str, range(13)))}", ["q"]),
        ("q=x&limit=0", ["limit"]),
        ("q=x&limit=101", ["limit"]),
        ("q=&section=none&urgency=x&day=2026-02-30&source=%21", ["section", "urgency", "q", "source", "day"]),
        ("day=20260101", ["day"]),
        ("day=today", ["day"]),
        (f"source={'+'.join(map(str, range(13)))}", ["source"]),
    ],
)  # fmt: skip
async def test_a_bad_search_is_refused(service: Running, query: str, fields: list[str]) -> None:
    """Every field that is wrong is named, for readers as for editors."""
    for token in ("", None):
        answer = await editors(service, query, token=token)
        assert (answer.status, answer.fields) == (422, fields)
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_search_goes_on_at_published_lines_only(service: Running) -> None:
    """A page begins at a line that was published; a draft or an unknown id is none."""
    draft = (await service.request("POST", f"{FLASHES}?draft=true", body={"headline": "x"})).json
    for before in (draft["id"], "nowhere"):
        answer = await service.get(f"{FLASHES}?q=x&before={before}")
        assert (answer.status, answer.fields) == (404, ["before"])


async def test_expired_lines_are_of_the_past(service: Running) -> None:
    """What has left the board is found, as it is listed among earlier lines."""
    line = await service.post("en", "Over")
    await service.patch("en", line["id"], expires="2000-01-01T00:00:00Z")
    assert await find(service, "over") == ["Over"]


async def test_an_unchanged_search_is_rendered_once(service: Running) -> None:
    """Who asks for the same again gets the same bytes, until anything changes in the edition."""
    await service.post("en", "Storm")
    await until_indexed(service)
    first = await service.get(f"{FLASHES}?q=storm")
    again = await service.get(f"{FLASHES}?q=storm", If_None_Match=first.headers["etag"])
    assert again.status == 304
    await service.post("en", "Second storm")
    assert await find(service, "storm") == ["Second storm", "Storm"]


async def test_nobody_waits_for_a_store_that_is_away(
    service: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While an edition is not followed, a search is refused at once, and takes no turn from pages."""
    await service.post("en", "Storm")
    monkeypatch.setattr(Hub, "revision", lambda *_: (True, 1, GENESIS, NOON))
    monkeypatch.setattr(FullText, "find", None)
    for path in (f"{FLASHES}?q=storm", "/en?q=storm"):
        for token in ("", None):
            answer = await service.request("GET", path, token=token)
            assert answer.status == 503
            assert int(answer.headers["retry-after"]) > 0
    assert (await service.get("/en?q=")).status == 200
