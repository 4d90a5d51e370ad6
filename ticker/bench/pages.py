"""What pages cost, and whether a flood of their readers keeps anybody out.

First each kind of page by itself; then a flood of it on many keep-alive connections, and amid that
new readers come, an editor posts on a new connection, and kills.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from ticker.bench import kernel
from ticker.bench.errors import BenchError
from ticker.bench.flood import FloodPlan, flood
from ticker.bench.kernel import Cpu
from ticker.bench.numbers import Range
from ticker.bench.reading import WEBSOCKET, request
from ticker.news.document import format_time, utcnow

if TYPE_CHECKING:
    from ticker.bench.flood import Flood
    from ticker.bench.lines import Lines
    from ticker.bench.subject import Subject

# Name → path; {id} is a line's, {n} another number for each request, {then} a moment ago.
KINDS: Final = {
    "board": "/en",
    "embed": "/embed/en",
    "listing": "/v1/en/flashes",
    "feed": "/en/feed.rss",
    "line": "/en/f/{id}",
    "filter": "/en?before=now&tag=zz",
    "other filters": "/en?before=now&tag=zz{n}",
    "flash": "/v1/en/flashes/{id}",
    "board then": "/v1/en/board?at={then}",
    "log": "/v1/en/log?limit=1000",
    "search": "/en?q=newsroom",
    "other searches": "/en?q=newsroom+{n:08d}",
}
# What an editor's token is needed for.
_EDITORS: Final = frozenset({"board then", "log"})
_FEW: Final = 4  # connections that keep one core at work
_STAYING: Final = 5
_WARM_SECONDS: Final = 0.5
_PATIENCE: Final = 60.0
_BATCH: Final = 100


@dataclass(frozen=True, slots=True)
class PagesPlan:
    """How to measure: readers who come into a flood of so many connections, over stored lines."""

    readers: int = 20
    connections: int = 40
    lines: int = 1500
    seconds: float = 3.0
    rounds: int = 3


@dataclass(frozen=True, slots=True)
class PageFigures:
    """One kind of page.

    Attributes:
        kind: Its name.
        per_second: Pages a second to four connections.
        cpu_us: CPU of the server for one.
        page_bytes: Size of one with its head.
        flood_per_second: Answers a second in the flood.
        flood_refused: Share of them that were 503.
        readers_ms: Until the last of the new readers had its hello or a refusal.
        readers_refused: How many of all of them were refused.
        post_ms: Until a post on a new connection was acknowledged.
        kill_ms: From before a kill was sent until all who watch had it.
    """

    kind: str
    per_second: float
    cpu_us: float
    page_bytes: float
    flood_per_second: float
    flood_refused: float
    readers_ms: Range
    readers_refused: int
    post_ms: Range
    kill_ms: Range


@dataclass(frozen=True, slots=True)
class Pages:
    """One server's figures."""

    server: str
    kinds: list[PageFigures]


class _Reader(asyncio.Protocol):
    """A WebSocket reader that looks for its hello, and for the kill of one line."""

    def __init__(self, host: str, path: str) -> None:
        loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[bool] = loop.create_future()
        self.killed: asyncio.Future[None] = loop.create_future()
        self.marker = b"never"
        self._hello = request(host, path, WEBSOCKET)
        self._received = b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - TCP it is
        self.transport = transport
        transport.write(self._hello)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self.ready.done() and b'"type":"hello"' in self._received:
            self.ready.set_result(True)
        if not self.killed.done() and self.marker in self._received:
            self.killed.set_result(None)

    def await_kill(self, flash_id: str) -> None:
        """Wait for the kill of this line from here on."""
        self._received = b""
        self.marker = f'"id":"{flash_id}","edition":"en","version":2,"pubstatus":"canc'.encode()
        self.killed = asyncio.get_running_loop().create_future()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_result(False)


class _Amid:
    """What an editor and readers see of a server that is flooded."""

    def __init__(self, subject: Subject, lines: Lines) -> None:
        self._subject = subject
        self._lines = lines
        self._watching: list[_Reader] = []
        self.readers_ms: list[float] = []
        self.post_ms: list[float] = []
        self.kill_ms: list[float] = []
        self.refused = 0

    async def watch(self) -> None:
        """Have some readers in before the flood."""
        self._watching = [await self._reader() for _ in range(_STAYING)]
        if not all([await reader.ready for reader in self._watching]):
            raise BenchError("a reader was refused before the flood")

    async def round(self, readers: int) -> None:
        """New readers come, an editor posts, and kills."""
        begun = time.perf_counter()
        coming = await asyncio.gather(*(self._reader() for _ in range(readers)))
        let_in = await asyncio.gather(*(reader.ready for reader in coming))
        self.readers_ms.append(_since(begun))
        self.refused += let_in.count(False)
        begun = time.perf_counter()
        flash_id = await self.post()
        self.post_ms.append(_since(begun))
        for reader in self._watching:
            reader.await_kill(flash_id)
        begun = time.perf_counter()
        killing = asyncio.ensure_future(
            self._ask("DELETE", f"/v1/en/flashes/{flash_id}?reason=bench", b"")
        )
        await asyncio.gather(*(reader.killed for reader in self._watching))
        self.kill_ms.append(_since(begun))
        await killing
        self._leave(coming)

    async def post(self) -> str:
        """Post a line on a new connection; its id."""
        body = json.dumps(self._lines.fields(0)).encode()
        answer = json.loads(await self._ask("POST", "/v1/en/flashes", body))
        return str(answer["id"])

    def leave(self) -> None:
        """Go without a word."""
        self._leave(self._watching)

    def _leave(self, readers: list[_Reader]) -> None:
        for reader in readers:
            if reader.transport is not None:
                reader.transport.abort()

    async def _reader(self) -> _Reader:
        subject = self._subject
        loop = asyncio.get_running_loop()
        _, reader = await loop.create_connection(
            lambda: _Reader(subject.host, subject.path), subject.host, subject.port
        )
        return reader

    async def _ask(self, method: str, path: str, body: bytes) -> bytes:
        """One request of an editor, on a connection of its own."""
        subject = self._subject
        incoming, outgoing = await asyncio.open_connection(subject.host, subject.port)
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {subject.host}\r\nConnection: close\r\n"
            f"Authorization: Bearer {subject.token}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        outgoing.write(head.encode() + body)
        answer = await incoming.read()
        outgoing.close()
        if not answer.startswith(b"HTTP/1.1 2"):
            raise BenchError(f"an editor was refused: {answer[:40].decode('latin-1')}")
        return answer.partition(b"\r\n\r\n")[2]


def measure_pages(subject: Subject, lines: Lines, plan: PagesPlan) -> Pages:
    """Measure one server.

    Raises:
        BenchError: It refused an editor, or did not answer in time.
    """
    for start in range(0, plan.lines, _BATCH):
        subject.poster.post(range(start, min(start + _BATCH, plan.lines)))
    return Pages(subject.name, [_kind(subject, lines, plan, name) for name in KINDS])


def _kind(subject: Subject, lines: Lines, plan: PagesPlan, name: str) -> PageFigures:
    path = KINDS[name].replace("{id}", asyncio.run(_Amid(subject, lines).post()))
    path = path.replace("{then}", format_time(utcnow()))
    token = subject.token if name in _EDITORS else ""
    asked = FloodPlan(subject.host, subject.port, path, _FEW, token=token)
    per_second, cpu_us, page_bytes = _alone(subject, asked, plan.seconds)
    kernel.calm(subject.pid)
    asked = replace(asked, connections=plan.connections)
    try:
        amid, answers_per_second, refused = asyncio.run(_flooded(subject, lines, plan, asked))
    except TimeoutError:
        raise BenchError(f"nothing came for {_PATIENCE:.0f} s in a flood of {path}") from None
    kernel.calm(subject.pid)
    return PageFigures(
        name,
        per_second,
        cpu_us,
        page_bytes,
        answers_per_second,
        refused,
        Range.of(amid.readers_ms),
        amid.refused,
        Range.of(amid.post_ms),
        Range.of(amid.kill_ms),
    )


def _alone(subject: Subject, asked: FloodPlan, seconds: float) -> tuple[float, float, float]:
    """Pages a second, CPU microseconds and bytes of each."""
    with flood(asked) as asking:
        _warm_up(asking, asked.path)
        cpu, begun = Cpu(subject.pid), time.perf_counter()
        time.sleep(seconds)
        answers, spent = asking.lap(), cpu.lap()
        took = time.perf_counter() - begun
    pages = max(1, answers.pages)
    return pages / took, spent / 1e3 / pages, answers.size / max(1, answers.statuses.total())


def _warm_up(asking: Flood, path: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not (answers := asking.lap()).pages:
        if answers.statuses or time.monotonic() > deadline:
            raise BenchError(f"{path} was answered {dict(answers.statuses) or 'by nothing'}")
        time.sleep(_WARM_SECONDS)


async def _flooded(
    subject: Subject, lines: Lines, plan: PagesPlan, asked: FloodPlan
) -> tuple[_Amid, float, float]:
    """What is seen amid the flood, its answers a second, and the share of them that were 503."""
    amid = _Amid(subject, lines)
    async with asyncio.timeout(_PATIENCE * plan.rounds):
        await amid.watch()
        with flood(asked) as asking:
            await asyncio.sleep(plan.seconds)
            asking.lap()
            begun = time.perf_counter()
            for _ in range(plan.rounds):
                await amid.round(plan.readers)
            answers = asking.lap()
            took = time.perf_counter() - begun
        amid.leave()
    total = answers.statuses.total()
    return amid, total / took, answers.statuses[503] / max(1, total)


def _since(begun: float) -> float:
    return 1000 * (time.perf_counter() - begun)
