"""Boards of the past, the log, and timelines, over HTTP."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.support.desk import hire, log_in
from tests.support.traffic import bytes_sent
from ticker.accounts.principal import Role
from ticker.news.event import GENESIS, Cursor
from ticker.store.client import Store
from ticker.web.desk.timeline import diff
from ticker.web.render_queue import RenderQueue, _FairQueue

if TYPE_CHECKING:
    from tests.support.service import Running

HOSTILE = "<script>alert(1)</script>"


async def test_the_board_of_then(service: Running) -> None:
    """Between two changes stood what stood; words killed since are told to editors."""
    first = await service.post("en", "First")
    then = (await service.post("en", "Second"))["versioncreated"]
    await service.kill("en", first["id"])
    answer = await service.request("GET", f"/v1/en/board?at={then}")
    assert [it["headline"] for it in answer.json["flashes"]] == ["Second", "First"]
    now = await service.request("GET", "/v1/en/board?at=2999-01-01T00:00:00Z")
    assert now.json["flashes"] == []
    assert (await service.request("GET", "/v1/en/board?at=noon")).fields == ["at"]
    assert (await service.request("GET", "/v1/en/board?at=", token=None)).status == 401


async def test_the_log_proves_itself(service: Running) -> None:
    """Anybody can recompute the tags from what is exported; it goes on after a cursor."""
    for number in range(5):
        await service.post("en", f"Line {number} ع")
    answer = await service.request("GET", "/v1/en/log")
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    entries = [json.loads(line) for line in answer.body.splitlines()]
    reached = GENESIS
    for entry in entries:
        reached = reached.follows(entry["record"])
        assert entry["cursor"] == str(reached)
    rest = await service.request("GET", f"/v1/en/log?after={entries[2]['cursor']}&limit=1")
    assert [json.loads(line) for line in rest.body.splitlines()] == [entries[3]]
    assert Cursor.parse(entries[4]["cursor"]) == reached
    wrong = f"after=2.{entries[2]['cursor'].partition('.')[2]}"
    for query, field in (
        ("after=x", "after"), (wrong, "after"), ("after=9.0123456789abcdef", "after"),
        ("limit=0", "limit"), ("limit=10001", "limit"),
    ):  # fmt: skip
        assert (await service.request("GET", f"/v1/en/log?{query}")).fields == [field]
    reporter = await service.token_for(Role.REPORTER)
    assert (await service.request("GET", "/v1/en/log", token=reporter)).status == 403


async def test_what_costs_much_waits_for_its_turn(
    service: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where too many wait, a board of the past, the log, versions and queue are refused; lines are not."""
    line = await service.post("en", "A line")
    monkeypatch.setattr(_FairQueue, "add", lambda _queue, _client, turn: turn)
    monkeypatch.setattr(RenderQueue, "_leave", lambda _queue, _seconds: None)
    dear = ("board?at=2026-11-27T12:00:00Z", "log", f"flashes/{line['id']}/versions", "queue")
    # One has its turn, and doesn't give it back.
    assert (await service.request("GET", f"/v1/en/{dear[0]}")).status == 200
    for path in dear:
        refused = await service.request("GET", f"/v1/en/{path}")
        assert refused.status == 503
        assert int(refused.headers["retry-after"]) > 0
    assert (await service.get(f"/v1/en/flashes/{line['id']}")).status == 200
    assert (await service.kill("en", line["id"])).status == 200
    assert (await service.post("en", "Another"))["headline"] == "Another"


async def test_the_log_says_where_it_goes_on(service: Running) -> None:
    """Whoever follows the links has every entry once, and knows when there are no more."""
    for number in range(5):
        await service.post("en", f"Line {number}")
    whole = (await service.request("GET", "/v1/en/log")).body
    found, url = b"", "/v1/en/log?limit=2"
    for size in (2, 2, 1):
        answer = await service.request("GET", url)
        assert len(answer.body.splitlines()) == size
        found += answer.body
        link = re.fullmatch(r'<(/v1/en/log\?after=[^&>]+&limit=2)>; rel="next"', answer.headers.get("link", ""))  # fmt: skip
        assert (link is not None) == (size == 2)
        url = link[1] if link else ""
    assert found == whole
    full = await service.request("GET", "/v1/en/log?limit=5")
    assert "link" not in full.headers
    empty = await service.request("GET", "/v1/es/log")
    assert (empty.status, empty.body) == (200, b"")


async def test_a_timeline_tells_who_did_what(service: Running) -> None:
    """Each version with its maker, its place, its reason, and what changed; markup is text."""
    await hire(service, "amal")
    editor = await log_in(service, "amal")
    line = (await editor.ask("POST", "/v1/en/flashes", {"headline": f"Seven {HOSTILE}"})).json
    path = f"/v1/en/flashes/{line['id']}"
    change = {"headline": f"Eight {HOSTILE}", "source": HOSTILE, "correction": HOSTILE}
    await editor.ask("PATCH", path, change)
    await editor.ask("DELETE", f"{path}?reason=%3Cb%3Ewithdrawn")
    for url in ("/desk/en/timeline", f"/desk/en/timeline/{line['id']}"):
        page = (await editor.ask("GET", url)).body.decode()
        assert HOSTILE not in page
        assert "<b>withdrawn" not in page
        assert page.index("Killed") < page.index("Corrected") < page.index("Published")
        assert "amal" in page
        assert "127.0.0.1" in page
    assert "<del>Seven</del>" in page
    assert "<ins>Eight</ins>" in page
    then = line["versioncreated"]
    past = (await editor.ask("GET", f"/desk/en/timeline?at={then}")).body.decode()
    assert "The board at" in past
    assert past.count("Seven") >= 2


async def test_a_long_timeline_has_pages(service: Running) -> None:
    """Older entries are a link away; a stranger is sent to log in, another edition is closed."""
    await hire(service, "rosa", Role.REPORTER, "en")
    rosa = await log_in(service, "rosa")
    for number in range(51):
        await service.post("en", f"Line {number}.")
    first = (await rosa.ask("GET", "/desk/en/timeline")).body.decode()
    assert "?before=2" in first
    second = (await rosa.ask("GET", "/desk/en/timeline?before=2")).body.decode()
    assert "Line 0." in second
    assert (await service.get("/desk/en/timeline")).status == 303
    assert (await rosa.ask("GET", "/desk/ar/timeline")).status == 403
    assert (await rosa.ask("GET", "/desk/en/timeline/none")).status == 404
    assert (await rosa.ask("GET", "/desk/en/timeline?before=x")).status == 422


async def test_a_line_with_many_versions_has_pages(service: Running) -> None:
    """Old versions and old corrections are not read for a page that does not show them."""
    await hire(service, "amal")
    amal = await log_in(service, "amal")
    line = await service.post("en", "Line 1")
    for number in range(2, 121):
        await service.patch("en", line["id"], headline=f"Line {number}")
    path = f"/desk/en/timeline/{line['id']}"
    first = (await amal.ask("GET", path)).body.decode()
    assert first.count('class="row"') == 50
    assert "<del>70</del> <ins>71</ins>" in first
    assert "?before=71" in first
    last = (await amal.ask("GET", f"{path}?before=21")).body.decode()
    assert "?before=" not in last
    assert "<del>19</del> <ins>20</ins>" in last
    page = (await service.get(f"/en/f/{line['id']}")).body.decode()
    assert page.count("<span>Corrected</span>") == 50
    assert "Earlier corrections are not listed" in page
    store = Store(service.settings.redis_url)
    sent = await bytes_sent(store, service.get(f"/en/f/{line['id']}"))
    assert sent < 60 * len(str(line)) + 10_000
    await store.close()


@pytest.mark.parametrize(
    ("before", "after", "parts"),
    [
        ("a b", "a b", [("", "a b")]),
        ("a b c", "a x c", [("", "a"), ("del", "b"), ("ins", "x"), ("", "c")]),
        ("a", "a b", [("", "a"), ("ins", "b")]),
    ],
)
def test_what_changed(before: str, after: str, parts: list[tuple[str, str]]) -> None:
    """Word by word."""
    assert diff(before, after) == parts


async def test_reading_has_no_conditions(service: Running) -> None:
    """Header fields of a change mean nothing to a request that changes nothing."""
    line = await service.post("en", "A line")
    given = {"If-Match": '"7"', "Idempotency-Key": "two words"}
    for path in ("queue", f"flashes/{line['id']}/versions"):
        assert (await service.request("GET", f"/v1/en/{path}", headers=given)).status == 200
