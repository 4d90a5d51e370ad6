"""Screen reports over HTTP, as pages send them."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.support.service import receive, running
from tests.web.api.test_reach import landed

if TYPE_CHECKING:
    from tests.support.service import Answer, Running
    from ticker.settings import Settings

SITE = "https://partner.example"


async def report(
    service: Running, flash_id: str, query: str = "version=1&state=painted", **headers: str
) -> Answer:
    sent = {"Content-Length": "0", "Origin": SITE, **headers}
    sent = {name: value for name, value in sent.items() if value}
    path = f"/v1/en/flashes/{flash_id}/screens?{query}"
    return await service.request("POST", path, token=None, headers=sent)


async def test_two_hubs_count_as_one(settings: Settings) -> None:
    """A line asks its readers, in the frame that is one for all; any hub may hear it (P37)."""
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(running(settings))
        second = await stack.enter_async_context(running(settings))
        first.token = second.token
        reader = await stack.enter_async_context(
            second.live("en", additional_headers={"Origin": SITE})
        )
        program = await stack.enter_async_context(second.live("en"))
        for each in (reader, program):
            await receive(each)
        line = await second.post("en", "A line")
        messages = [await receive(each) for each in (reader, program)]
        assert messages[0] == messages[1]
        assert messages[0]["ask"] == [1, 1]
        # The other hub, too, knows which version is asked about.
        await landed(first, line, lambda it: it["screens"]["asked"] == 1)
        while (answer := await report(first, line["id"])).status == 404:
            pass
        assert (answer.status, answer.body) == (204, b"")
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "set-cookie" not in answer.headers
        await report(second, line["id"])
        found = await landed(second, line, lambda it: it["screens"]["painted"] == 1)
        one = {"asked": 1, "painted": 1, "unseen": 0, "gone": 0}
        assert found["screens"] == {"one_in": 1, **one, "sites": {SITE: one}}


async def test_only_what_is_asked_is_answered(settings: Settings) -> None:
    """A report comes from a page that may show the edition, about a version that is asked about."""
    english = replace(settings.newsroom.editions["en"], origins=(SITE,))
    newsroom = replace(settings.newsroom, editions={**settings.newsroom.editions, "en": english})
    async with running(replace(settings, newsroom=newsroom)) as service:
        line = await service.post("en", "A line")
        killed = await service.kill("en", line["id"])
        assert killed.status == 200
        own = f"http://127.0.0.1:{service.port}"
        for query, origin, status in (
            ("version=1&state=painted", SITE, 204),
            ("version=1&state=unseen", own, 204),
            ("version=2&state=gone", SITE, 204),
            ("version=2&state=painted", SITE, 404),
            ("version=3&state=gone", SITE, 404),
            ("version=1&state=read", SITE, 422),
            ("version=one&state=painted", SITE, 422),
            ("state=painted", SITE, 422),
            ("version=1&state=painted", "https://evil.example", 403),
            ("version=1&state=painted", "", 403),
        ):
            answer = await report(service, line["id"], query, Origin=origin)
            assert answer.status == status, (query, origin)
        assert (await report(service, "nowhere")).status == 404
        flood = [(await report(service, line["id"])).status for _ in range(150)]
        assert 429 in flood
