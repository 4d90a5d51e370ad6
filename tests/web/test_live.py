"""The live endpoint: both transports, on the fast path and on the portable one."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.support.service import Running, receive, running
from ticker.hub.hub import Hub
from ticker.protocol.frames import CloseCode

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from tests.web.conftest import Connect
    from ticker.settings import Settings


async def test_hello_comes_first_even_on_an_empty_wire(either: Running, connect: Connect) -> None:
    """A reader of an edition without lines is greeted all the same (P1, P2, P12, P13)."""
    async with connect(either, "ar") as reader:
        hello = await reader.message()
    assert (hello["type"], hello["reset"], hello["flashes"]) == ("hello", True, [])


async def test_a_line_its_correction_and_its_kill(either: Running, connect: Connect) -> None:
    """Each version of a line reaches the screen, and a kill takes the words away (P24)."""
    async with connect(either, "en") as reader:
        await reader.message()
        posted = await either.post("en", "A line")
        assert (await reader.message())["flash"] == posted
        await either.patch("en", posted["id"], headline="Better", correction="It was worse")
        assert (await reader.message())["flash"]["headline"] == "Better"
        await either.kill("en", posted["id"])
        killed = await reader.message()
        assert killed["flash"].keys() == {
            "id", "edition", "version", "pubstatus", "firstcreated", "versioncreated",
        }  # fmt: skip


async def test_a_reader_who_was_away_gets_exactly_what_was_missed(
    either: Running, connect: Connect
) -> None:
    """Resuming by cursor brings the latest version of what changed, once, in order (P15, P28, P29)."""
    first = await either.post("en", "First")
    async with connect(either, "en") as reader:
        cursor = (await reader.message())["cursor"]
    second = await either.post("en", "Second")
    await either.patch("en", first["id"], headline="First, corrected")
    async with connect(either, "en", f"cursor={cursor}") as reader:
        hello = await reader.message()
        assert hello["reset"] is False
        assert [(it["id"], it["version"]) for it in hello["flashes"]] == [
            (second["id"], 1),
            (first["id"], 2),
        ]
        third = await either.post("en", "Third")
        assert (await reader.message())["flash"]["id"] == third["id"]


@pytest.mark.parametrize(
    "cursor",
    ["", "nonsense", "1", "1.", "99.0123456789abcdef", "1.0123456789abcdef", "-1.0", "1.0%00"],
)
async def test_a_position_we_do_not_know_gets_the_board(
    either: Running, connect: Connect, cursor: str
) -> None:
    """A malformed, foreign or future position is never an error and never a wrong silence (P14, P29)."""
    await either.post("en", "A line")
    async with connect(either, "en", f"cursor={cursor}") as reader:
        hello = await reader.message()
    assert hello["reset"] is True
    assert len(hello["flashes"]) == 1


async def test_last_event_id_wins(either: Running) -> None:
    """A browser's own EventSource resumes from where it was, whatever the address says (P11)."""
    await either.post("en", "First")
    async with either.sse("en") as reader:
        cursor = (await reader.message())["cursor"]
    await either.post("en", "Second")
    async with either.sse("en", "cursor=nonsense", Last_Event_ID=cursor) as reader:
        hello = await reader.message()
    assert hello["reset"] is False
    assert [it["headline"] for it in hello["flashes"]] == ["Second"]


async def test_filters(either: Running, connect: Connect) -> None:
    """Different filters must all match, one value of each is enough; leaving a filter drops (P3, P22, P23)."""
    query = "section=sports&section=politics&region=mena&tag=final&coverage=cup&urgency=3"
    wanted = {
        "section": "sports", "region": "mena", "tags": ["final"], "coverage": "cup", "urgency": 3,
    }  # fmt: skip
    others: list[dict[str, object]] = [
        {"section": "health"}, {"region": "africa"}, {"tags": ["x"]}, {"coverage": "y"},
        {"urgency": 4}, {"section": None},
    ]  # fmt: skip
    async with connect(either, "en", query) as reader:
        await reader.message()
        for other in others:
            await either.post("en", "Not wanted", **(wanted | other))
        line = await either.post("en", "Wanted", **wanted)
        message = await reader.message()
        assert message["flash"]["id"] == line["id"]
        await either.patch("en", line["id"], section="health")
        dropped = await reader.message()
        assert (dropped["type"], dropped["id"]) == ("drop", line["id"])
    async with connect(either, "en", f"{query}&cursor={message['cursor']}") as reader:
        hello = await reader.message()
        assert (hello["reset"], hello["flashes"], hello["drops"]) == (False, [], [line["id"]])


async def test_beats_carry_the_position_past_what_filters_hid(
    settings: Settings, connect: Connect, *, portable: bool
) -> None:
    """A reader that hears nothing for its filters still knows where it is (P28)."""
    async with running(replace(settings, beat=0.05), portable=portable) as service:
        async with connect(service, "en", "section=sports") as reader:
            await reader.message()
            await service.post("en", "Politics", section="politics")
            while not (beat := await reader.until("beat"))["cursor"].startswith("1."):
                pass
        async with connect(service, "en", f"cursor={beat['cursor']}") as reader:
            hello = await reader.message()
            assert (hello["reset"], hello["flashes"]) == (False, [])


@pytest.mark.parametrize("sent", ["text", b"binary"], ids=["text", "binary"])
async def test_a_reader_that_talks_is_closed(either: Running, sent: str | bytes) -> None:
    """Readers listen; one that sends data is closed with 1008, and reads what to do (P9)."""
    async with either.live("en") as reader:
        await receive(reader)
        await reader.send(sent)
        with pytest.raises(ConnectionClosed):
            await reader.recv()
    assert (reader.close_code, reader.close_reason) == (1008, CloseCode.POLICY_VIOLATION.reason)


async def test_a_ping_is_answered(either: Running) -> None:
    """A client that checks the line finds it alive (P9)."""
    async with either.live("en") as reader:
        await receive(reader)
        await (await reader.ping())


async def test_deflate_changes_nothing_but_the_size(either: Running) -> None:
    """With and without compression a reader is told the same (P7)."""
    async with either.live("en") as packed, either.live("en", compression=None) as plain:
        for _ in range(2):
            await receive(packed)
            await receive(plain)
            posted = await either.post("en", "A line " * 20)
            one, other = await receive(packed), await receive(plain)
            assert one == other
            assert one["flash"]["id"] == posted["id"]
            break


@pytest.mark.parametrize(
    ("edition", "query", "status", "fields"),
    [
        ("nowhere", "", 404, ["edition"]),
        ("en", "section=nowhere&region=moon&urgency=ten", 422, ["section", "region", "urgency"]),
        ("en", "urgency=0", 422, ["urgency"]),
        ("en", "&".join(f"x{n}=1" for n in range(100)), 422, ["query"]),
    ],
    ids=["edition", "filters", "urgency", "too many"],
)
async def test_who_is_refused_learns_why(
    either: Running, edition: str, query: str, status: int, fields: list[str]
) -> None:
    """A wrong address is refused before the upgrade, with the fields that are wrong (P5, P6)."""
    with pytest.raises(InvalidStatus) as refused:
        async with either.live(edition, query):
            pass
    assert refused.value.response.status_code == status
    answer = await either.get(f"/v1/{edition}/live?{query}")
    assert (answer.status, answer.fields) == (status, fields)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_full_server_says_when_to_come_back(settings: Settings, *, portable: bool) -> None:
    """Over its capacity a server refuses with 503 and Retry-After, and takes the next who fits (P6)."""
    async with running(replace(settings, max_readers=1), portable=portable) as service:
        async with service.live("en") as reader:
            await receive(reader)
            with pytest.raises(InvalidStatus) as refused:
                async with service.live("ar"):
                    pass
            assert refused.value.response.status_code == 503
            assert int(refused.value.response.headers["Retry-After"]) > 0
            answer = await service.get("/v1/en/live")
            assert (answer.status, int(answer.headers["retry-after"]) in range(5, 31)) == (
                503,
                True,
            )
        while True:
            try:
                async with service.live("ar") as reader:
                    assert (await receive(reader))["type"] == "hello"
                    break
            except InvalidStatus:
                continue


async def test_streams_come_back_at_various_times(either: Running) -> None:
    """Event streams that break together don't all come back together, on both paths (P10)."""
    told: set[int] = set()
    while len(told) < 5:
        async with either.sse("en") as reader:
            told.add(int((await reader.event())["retry"]))
    assert told <= set(range(1500, 4501))


async def test_an_edition_may_be_for_some_sites_only(settings: Settings, *, portable: bool) -> None:
    """With origins configured, pages of other sites are refused and the named ones are not."""
    newsroom = settings.newsroom
    english = replace(newsroom.editions["en"], origins=("https://news.example",))
    newsroom = replace(newsroom, editions={**newsroom.editions, "en": english})
    async with running(replace(settings, newsroom=newsroom), portable=portable) as service:
        for origin in ("https://evil.example", "https://news.example.evil.example", "null"):
            with pytest.raises(InvalidStatus) as refused:
                async with service.live("en", origin=origin):
                    pass
            assert refused.value.response.status_code == 403
            assert (await service.get("/v1/en/live", Origin=origin)).status == 403
        for allowed in ("https://news.example", f"http://127.0.0.1:{service.port}", None):
            async with service.live("en", origin=allowed) as reader:
                assert (await receive(reader))["type"] == "hello"
        async with service.live("ar", origin="https://evil.example") as reader:
            assert (await receive(reader))["type"] == "hello"


@pytest.mark.parametrize("said", ["http", "https"])
async def test_a_page_is_ours_by_its_scheme_too(
    settings: Settings, said: str, *, portable: bool
) -> None:
    """Behind a proxy that says how it was asked, the same host by the other scheme is another site."""
    newsroom = settings.newsroom
    english = replace(newsroom.editions["en"], origins=("https://news.example",))
    newsroom = replace(newsroom, editions={**newsroom.editions, "en": english})
    trusting = replace(settings, newsroom=newsroom, trusted_proxies="127.0.0.1")
    async with running(trusting, portable=portable) as service:
        for scheme in ("http", "https"):
            origin = f"{scheme}://127.0.0.1:{service.port}"
            asked = {
                "Origin": origin,
                "X-Forwarded-Proto": said,
                "Host": f"127.0.0.1:{service.port}",
            }
            answer = await service.request("HEAD", "/v1/en/live", headers=asked, token=None)
            assert answer.status == (200 if scheme == said else 403)
            del asked["Host"]
            refusal = pytest.raises(InvalidStatus, match="403")
            outcome: AbstractContextManager[object] = nullcontext() if scheme == said else refusal
            with outcome:
                async with service.live("en", additional_headers=asked) as reader:
                    assert (await receive(reader))["type"] == "hello"


async def test_a_stop_sends_readers_away_in_good_order(
    settings: Settings, *, portable: bool
) -> None:
    """When the service stops, WebSockets close with 1012 and streams end; nobody is cut off (P30)."""
    async with running(settings, portable=portable) as service, service.sse("en") as stream:
        reader = await service.live("en")
        await receive(reader)
        await stream.message()
        service.server.should_exit = True
        service.server.wake()
        with pytest.raises(ConnectionClosed):
            await reader.recv()
        with pytest.raises(EOFError):
            await stream.message()
    assert reader.close_code == 1012


async def test_a_slow_reader_is_closed_and_the_others_miss_nothing(
    settings: Settings, *, portable: bool
) -> None:
    """A screen that takes nothing is closed with 4008, and costs the others not one line."""
    small = replace(settings, reader_buffer=32 * 1024, posts_burst=5000)
    async with running(small, portable=portable) as service:
        slow = service.live("en", max_queue=1, compression=None)
        async with slow as stuck, service.live("en") as reader:
            await receive(reader)
            posted = 0
            while not (await service.get("/metrics")).body.count(b'code="4008"'):
                await service.post("en", "x" * 280, tags=[f"{n:064d}" for n in range(20)])
                posted += 1
            for number in range(posted):
                assert (await receive(reader))["cursor"].startswith(f"{number + 1}.")
            with suppress(ConnectionClosed):
                async for _ in stuck:
                    pass
            assert stuck.close_code == 4008


async def test_a_head_of_a_stream_ends(either: Running) -> None:
    """A monitor that asks for the headers of the live address gets them and no reader is made."""
    answer = await either.request("HEAD", "/v1/en/live", token=None)
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert b"ticker_readers{" not in (await either.get("/metrics")).body


async def test_a_long_hello_is_no_reason_to_call_a_newcomer_slow(
    settings: Settings, connect: Connect, *, portable: bool
) -> None:
    """A board that is longer than what may wait for a reader still lets it in."""
    async with running(replace(settings, reader_buffer=4096), portable=portable) as service:
        for _ in range(30):
            await service.post("en", "x" * 280, source="y" * 120)
        async with connect(service, "en") as reader:
            assert len((await reader.message())["flashes"]) == 30
            await service.post("en", "One more")
            assert (await reader.message())["flash"]["headline"] == "One more"


async def test_a_fault_of_our_own_does_not_end_the_beats(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A beat that fails once is not the last one."""
    beat, faults = Hub.beat, [ValueError("a fault of ours")]

    def failing_once(hub: Hub) -> None:
        if faults:
            raise faults.pop()
        beat(hub)

    monkeypatch.setattr(Hub, "beat", failing_once)
    async with running(replace(settings, beat=0.05)) as service, service.live("en") as reader:
        while (await receive(reader))["type"] != "beat":
            pass
    assert not faults
