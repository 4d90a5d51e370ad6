"""What open desks are told, and by whom."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import redis
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.support import nodes
from tests.support.desk import Editor, desk_line, form, hire, log_in, until
from tests.support.service import receive, running
from ticker.accounts.principal import Role
from ticker.accounts.sessions import Sessions
from ticker.server.websocket import BoundedWebSocket
from ticker.store.faults import Reason, StoreUnavailableError
from ticker.store.keys import House, Keys

if TYPE_CHECKING:
    from tests.support.service import Running
    from ticker.accounts.sessions import Session
    from ticker.settings import Settings


async def test_all_desks_see_what_one_does(service: Running) -> None:
    """The board, the queue, the stories, the landing and the readers, without asking."""
    for name in ("amal", "ben"):
        await hire(service, name)
    amal, ben = await log_in(service, "amal"), await log_in(service, "ben")
    async with await desk_line(ben) as desk:
        assert (await until(desk, "hello"))["flashes"] == []
        await amal.ask("POST", "/v1/en/flashes?draft=true", {"headline": "A draft"})
        while not (queue := (await until(desk, "queue"))["queue"]):
            pass
        assert (queue[0]["flash"]["headline"], queue[0]["stage"], queue[0]["by"]) == (
            "A draft", "draft", "amal",
        )  # fmt: skip
        async with service.live("en") as reader:
            await receive(reader)
            while (await until(desk, "readers"))["readers"]["readers"] != 1:
                pass
            draft = queue[0]["flash"]
            await amal.ask("POST", f"/v1/en/flashes/{draft['id']}/release")
            assert (await until(desk, "flash"))["flash"]["headline"] == "A draft"
            while not (landings := (await until(desk, "landings"))["landings"]):
                pass
            assert (landings[0]["id"], landings[0]["readers"]) == (draft["id"], 1)
        await service.post("ar", "مسودة", story=draft["id"])
        while draft["id"] not in (stories := (await until(desk, "stories"))["stories"]):
            pass
        assert set(stories[draft["id"]]) == {"en", "ar"}


async def test_a_desk_opens_for_editors_of_ours_only(service: Running) -> None:
    """No session, a foreign page, another's edition and no edition are refused."""
    await hire(service, "rosa", Role.REPORTER, "en")
    rosa = await log_in(service, "rosa")
    for edition, headers, status in (
        ("en", {"Cookie": ""}, 401),
        ("en", {"Origin": "https://evil.example"}, 403),
        ("ar", {}, 403),
        ("xx", {}, 404),
    ):
        with pytest.raises(InvalidStatus) as refused:
            await desk_line(rosa, edition, **headers)
        assert refused.value.response.status_code == status


async def test_a_desk_asks_for_no_more_than_it_may(service: Running) -> None:
    """A query of too many fields is refused by name, as readers' is."""
    await hire(service, "amal")
    amal = await log_in(service, "amal")
    with pytest.raises(InvalidStatus) as refused:
        await desk_line(amal, query="&".join(f"f{number}=1" for number in range(65)))
    assert refused.value.response.status_code == 422
    assert b"query" in refused.value.response.body


async def test_a_desk_sees_its_drill(service: Running) -> None:
    """What no reader is served stands on the desk's own line."""
    await hire(service, "amal")
    amal = await log_in(service, "amal")
    async with await desk_line(amal, "drill-en") as desk:
        await until(desk, "hello")
        await amal.ask("POST", "/v1/drill-en/flashes", {"headline": "This is a drill"})
        assert (await until(desk, "flash"))["flash"]["headline"] == "This is a drill"


async def test_a_desk_is_no_reader(service: Running) -> None:
    """Editors who watch do not count among those who were reached."""
    await hire(service, "amal")
    amal = await log_in(service, "amal")
    async with await desk_line(amal) as desk, service.live("en") as reader:
        await until(desk, "hello")
        await receive(reader)
        line = await service.post("en", "A line")
        while not (landings := (await until(desk, "landings"))["landings"]):
            pass
        assert (landings[0]["id"], landings[0]["readers"]) == (line["id"], 1)


async def test_who_is_logged_out_sees_nothing_more(service: Running) -> None:
    """An open desk ends with its session."""
    await hire(service, "amal")
    amal = await log_in(service, "amal")
    desk = await desk_line(amal)
    await until(desk, "hello")
    await form(service, "/desk/logout", {"csrf": amal.csrf}, Cookie=amal.cookie)
    with pytest.raises(ConnectionClosed) as closed:
        await until(desk, "nothing")
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401


async def test_a_desk_on_a_slow_line_is_not_closed_for_the_queue(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much changes in a long queue meanwhile, a desk that lags hears it all in the end."""
    monkeypatch.setattr("ticker.jobs.desk_feed._LAG_BYTES", 64 * 1024)
    monkeypatch.setattr("ticker.web.desk.live._BUFFER", 512 * 1024)
    # However long the posts take: the kernel gives up on a peer that takes nothing at all.
    monkeypatch.setattr("ticker.server.server._USER_TIMEOUT_MS", 600_000)
    fields = {"url": "https://a.example/" + "x" * 1900, "headline": "語" * 280}
    async with running(replace(settings, posts_burst=5000)) as service:
        await hire(service, "amal")
        amal = await log_in(service, "amal")
        async with await slow_line(amal) as slow, await desk_line(amal) as quick:
            await until(slow, "queue")
            known: dict[str, str] = {}
            behind: dict[str, str] = {}
            for name in "abcde":
                before = list(known)
                for _ in range(50):
                    body = {**fields, "source": name}
                    await service.request("POST", "/v1/en/flashes?draft=true", body=body)
                for it in before:
                    await service.kill("en", it)
                while list(known.values()) != [name] * 50:
                    take(known, await until(quick, "queue"))
                take(behind, await until(slow, "queue"))
            while behind != known:
                take(behind, await until(slow, "queue"))


async def slow_line(editor: Editor) -> ClientConnection:
    """A desk that takes next to nothing of what it isn't waiting for."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.connect(("127.0.0.1", editor.service.port))
    url = f"ws://127.0.0.1:{editor.service.port}/desk/en/live"
    cookie = {"Cookie": editor.cookie}
    # It asks for no pong, which would stand behind all that it doesn't take.
    return await connect(
        url, sock=sock, compression=None, max_queue=1, ping_interval=None, additional_headers=cookie
    )


async def test_a_desk_on_a_slow_line_is_not_taken_for_dead(
    service: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ping stands behind what a slow desk has not taken yet: it has its time to come to it."""
    timed_out: asyncio.Queue[BoundedWebSocket] = asyncio.Queue()
    timeout = BoundedWebSocket.keepalive_timeout

    def and_tell(connection: BoundedWebSocket) -> None:
        if connection.writable.is_set():  # A busy machine: nothing is in its way yet.
            connection.loop.call_later(0.1, connection.keepalive_timeout)
            return
        timed_out.put_nowait(connection)
        timeout(connection)

    monkeypatch.setattr(BoundedWebSocket, "keepalive_timeout", and_tell)
    service.server.config.ws_ping_interval = service.server.config.ws_ping_timeout = 0.1
    await hire(service, "amal")
    amal = await log_in(service, "amal")
    body = {"url": "https://a.example/" + "x" * 1900, "headline": "語" * 280, "source": "a"}
    for _ in range(120):
        await service.request("POST", "/v1/en/flashes?draft=true", body=body)
    async with await slow_line(amal) as slow:
        for _ in range(3):
            connection = await timed_out.get()
            assert not connection.transport.is_closing()
        connection.ping_timeout = 600
        known: dict[str, str] = {}
        while len(known) < 120:
            take(known, await until(slow, "queue"))


def take(known: dict[str, str], message: dict[str, Any]) -> None:
    """Take in what a desk is told of the queue: id → source."""
    if message["reset"]:
        known.clear()
    for it in message["queue"]:
        known[it["flash"]["id"]] = it["flash"]["source"]
    for it in message["drops"]:
        del known[it]


async def _failed(log: pytest.LogCaptureFixture, job: str) -> None:
    await asyncio.to_thread(nodes.until, lambda: f"job {job} failed" in log.text, "it failed")


async def test_the_desk_channel_is_heard_again(
    service: Running, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """After a message that nobody can read, an open desk still sees at once what others do."""
    monkeypatch.setattr("ticker.jobs.desk_feed._LOOK_SECONDS", 3600)
    await hire(service, "amal")
    amal = await log_in(service, "amal")
    channel = Keys("en").desk
    with redis.Redis.from_url(service.settings.redis_url) as client:

        def is_heard() -> bool:
            return bool(client.pubsub_numsub(channel)[0][1])

        async with await desk_line(amal) as desk:
            await until(desk, "queue")
            await asyncio.to_thread(nodes.until, is_heard, "the desk channel is heard")
            client.publish(channel, b"\xff")
            await _failed(caplog, "desk channel")
            await asyncio.to_thread(nodes.until, is_heard, "the desk channel is heard")
            await amal.ask("POST", "/v1/en/flashes?draft=true", {"headline": "A draft"})
            assert (await until(desk, "queue"))["queue"][0]["flash"]["headline"] == "A draft"


async def test_sessions_are_watched_again(
    service: Running, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """After a record that nobody can read, an open desk still ends with its session."""
    monkeypatch.setattr("ticker.jobs.desk_feed._SESSIONS_SECONDS", 0.05)
    await hire(service, "amal")
    amal = await log_in(service, "amal")
    desk = await desk_line(amal)
    await until(desk, "hello")
    with redis.Redis.from_url(service.settings.redis_url) as client:
        record = client.hget(House().users, "amal")
        client.hset(House().users, "amal", "no record")
        await _failed(caplog, "sessions")
        client.hset(House().users, "amal", record)
    await form(service, "/desk/logout", {"csrf": amal.csrf}, Cookie=amal.cookie)
    with pytest.raises(ConnectionClosed) as closed:
        await until(desk, "nothing")
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401


async def test_a_session_that_cannot_be_looked_at_keeps_no_other_open(
    service: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a Cluster one may lie on a shard that is away; who is logged out elsewhere is out."""
    monkeypatch.setattr("ticker.jobs.desk_feed._SESSIONS_SECONDS", 0.05)
    for name in ("amal", "ben"):
        await hire(service, name)
    amal, ben = await log_in(service, "amal"), await log_in(service, "ben")
    is_open = Sessions.is_open

    async def is_open_but_for_amal(self: Sessions, session: Session) -> bool:
        if session.principal.name == "amal":
            raise StoreUnavailableError
        return await is_open(self, session)

    monkeypatch.setattr(Sessions, "is_open", is_open_but_for_amal)
    async with await desk_line(amal) as first:
        await until(first, "hello")
        desk = await desk_line(ben)
        await until(desk, "hello")
        await form(service, "/desk/logout", {"csrf": ben.csrf}, Cookie=ben.cookie)
        with pytest.raises(ConnectionClosed):
            await until(desk, "nothing")


async def test_a_desk_that_the_store_refuses_is_counted(
    service: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An editor who cannot open a desk is seen in the metric that the operator watches."""
    await hire(service, "amal")
    amal = await log_in(service, "amal")

    async def away(*_: object) -> None:
        raise StoreUnavailableError(reason=Reason.MEMORY)

    monkeypatch.setattr(Sessions, "find", away)
    with pytest.raises(InvalidStatus) as refused:
        await desk_line(amal)
    assert refused.value.response.status_code == 503
    metrics = (await service.get("/metrics")).body.decode()
    assert 'ticker_store_refusals_total{reason="memory"} 1' in metrics
