"""Clicks on the links of lines, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from starlette.requests import Request

from tests.support.flashes import NOON, flash
from ticker.hub.hub import Hub
from ticker.metrics import Metrics
from ticker.news.event import GENESIS
from ticker.store.clicks import Clicks
from ticker.web.api.clicks import ClicksApi
from ticker.web.problems import ProblemError

if TYPE_CHECKING:
    from tests.support.service import Answer, Running
    from ticker.settings import Settings
    from ticker.store.client import Store

LINK = "https://news.example/a"


async def click(service: Running, flash_id: str, edition: str = "en") -> Answer:
    path = f"/v1/{edition}/flashes/{flash_id}/clicks"
    return await service.request("POST", path, token=None, headers={"Content-Length": "0"})


async def test_a_click_is_counted(service: Running) -> None:
    """A click on a line that is on show is taken without a word, and without a cookie."""
    line = await service.post("en", "Linked", url=LINK)
    answer = await click(service, line["id"])
    assert (answer.status, answer.body) == (204, b"")
    assert "set-cookie" not in answer.headers


async def test_only_lines_on_show_count(service: Running) -> None:
    """Unknown, withheld, killed and unlinked lines have no clicks, nor has another edition."""
    line = await service.post("en", "Linked", url=LINK)
    bare = await service.post("en", "Not linked")
    held = await service.post("en", "Held", url=LINK, embargoed="2099-01-01T00:00:00Z")
    killed = await service.post("en", "Killed", url=LINK)
    await service.kill("en", killed["id"])
    for flash_id in ("nowhere", bare["id"], held["id"], killed["id"]):
        answer = await click(service, flash_id)
        assert (answer.status, answer.fields) == (404, ["id"])
    assert (await click(service, line["id"], "ar")).status == 404
    assert (await click(service, line["id"], "xx")).fields == ["edition"]
    assert (await service.get(f"/v1/en/flashes/{line['id']}/clicks")).status == 405


async def test_a_flood_is_refused(store: Store, settings: Settings) -> None:
    """Too many clicks at once are refused, and told when to come again."""
    hub = Hub(settings, Metrics())
    hub.load("en", [flash("a", url=LINK)], GENESIS, [])
    face = ClicksApi(Clicks(store, ["en"], lambda: NOON, per_second=2), hub, settings)
    request = Request({"type": "http", "path_params": {"edition": "en", "id": "a"}})
    assert [(await face.count(request)).status_code for _ in range(2)] == [204, 204]
    with pytest.raises(ProblemError) as refused:
        await face.count(request)
    assert (refused.value.status, refused.value.headers) == (429, {"Retry-After": "2"})
