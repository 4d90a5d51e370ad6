"""Clicks on the links of lines, over HTTP."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from starlette.requests import Request

from tests.support.flashes import NOON, flash
from tests.support.service import running
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


async def click(service: Running, flash_id: str, edition: str = "en", **headers: str) -> Answer:
    path = f"/v1/{edition}/flashes/{flash_id}/clicks"
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = sent or {"Sec-Fetch-Site": "same-origin"}
    return await service.request("POST", path, token=None, headers={"Content-Length": "0", **sent})


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

    async def one(number: int) -> int:
        scope = {
            "type": "http",
            "path_params": {"edition": "en", "id": "a"},
            "headers": [(b"sec-fetch-site", b"same-origin")],
            "client": (f"192.0.2.{number}", 1),
        }
        return (await face.count(Request(scope))).status_code

    assert [await one(number) for number in range(2)] == [204, 204]
    with pytest.raises(ProblemError) as refused:
        await one(3)
    assert (refused.value.status, refused.value.headers) == (429, {"Retry-After": "2"})


async def test_other_sites_cannot_click(settings: Settings) -> None:
    """Clicks count on pages of ours, in old browsers too, and on the sites that the edition names."""
    english = replace(settings.newsroom.editions["en"], origins=("https://partner.example",))
    newsroom = replace(settings.newsroom, editions={**settings.newsroom.editions, "en": english})
    public = "https://ticker.example"
    async with running(replace(settings, newsroom=newsroom, public_url=public)) as service:
        line = await service.post("en", "Linked", url=LINK)
        for headers, status in (
            ({"Sec_Fetch_Site": "same-origin"}, 204),
            ({"Sec_Fetch_Site": "same-site", "Origin": "https://www.example"}, 403),
            ({"Sec_Fetch_Site": "same-site", "Origin": "https://partner.example"}, 204),
            ({"Sec_Fetch_Site": "cross-site", "Origin": "https://partner.example"}, 204),
            ({"Sec_Fetch_Site": "cross-site", "Origin": "https://evil.example"}, 403),
            ({"Sec_Fetch_Site": "cross-site", "Origin": public}, 403),
            ({"Sec_Fetch_Site": "none"}, 403),
            ({"Origin": public}, 204),
            ({"Origin": f"http://127.0.0.1:{service.port}"}, 204),
            ({"Origin": "https://partner.example"}, 204),
            ({"Origin": "https://evil.example"}, 403),
            ({"Origin": "null"}, 403),
            ({"Origin": "http://ticker.example"}, 403),
            ({"Origin": f"ftp://127.0.0.1:{service.port}"}, 403),
            ({"Accept": "*/*"}, 403),
        ):
            assert (await click(service, line["id"], **headers)).status == status, headers
