"""Everything that is broken on purpose, and what everybody saw of it."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from redis.exceptions import RedisClusterException, RedisError

from tests.faults.child import spawn
from tests.faults.hub import EDITION, LISTED, PATIENCE
from tests.faults.promise import Ack, Entry, Line, Promise, board, read_log, version_of
from tests.faults.publisher import answers, read
from tests.support.service import Remote
from ticker.accounts.principal import Principal, Role
from ticker.accounts.tokens import Tokens
from ticker.news.document import utcnow
from ticker.store.client import Store
from ticker.store.keys import NAMESPACE, House, Keys

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping
    from pathlib import Path

    from tests.faults.hub import HubProcess
    from tests.faults.store import StoreProcess
    from tests.faults.swarm import Swarm
    from tests.support.link import Link
    from tests.support.replicated import Replicated

# What may come of anything that a stranger asks for.
_TO_STRANGERS = frozenset({200, 204, 401, 404, 429, 503})
# As many as an edition may have, and bytes that each heavy line has, of the 4,000 that it may have.
_PINS = 10
_TRIES = 3
# Hubs that live tell how many read there each 10 s.
_COUNTING = 30.0
_HEAVY = 3900


@dataclass(slots=True)
class Stage:
    """One set-up, alive.

    Attributes:
        url: Of the store, past every link.
        single: The store's process, where there is one.
        replicated: The store, where several processes make it up.
        links: From each hub to the store.
        hubs: The hub processes.
        swarm: The readers.
        promise: What they saw.
        seed: Decides what editors post.
        may_lose: Whether what is being played destroys what was acknowledged, by its nature.
        edition: What is posted to and read.
        namespace: Of the service.
        beside: Others that are played at the same time: other editions of these hubs, or other
            services on this store. None of their lines is ever ours.
        filled: Lines that were acknowledged before anything was played.
        mortal: The hubs that may be killed; all of them, unless somebody watches one.
    """

    folder: Path
    url: str
    single: StoreProcess | None
    replicated: Replicated | None
    links: list[Link]
    hubs: list[HubProcess]
    swarm: Swarm
    promise: Promise
    seed: str
    edition: str = EDITION
    namespace: str = NAMESPACE
    beside: list[Stage] = field(default_factory=list)
    filled: list[Ack] = field(default_factory=list)
    mortal: list[HubProcess] = field(init=False)
    may_lose: bool = False
    _token: str = ""
    _editors: subprocess.Popen[bytes] | None = None
    _posts: tuple[str, ...] = ()
    _wanted: int = 0
    _patience: float = PATIENCE
    _accounts: dict[str, str] = field(default_factory=dict)
    _kept: list[Entry] = field(default_factory=list)
    _kept_at: float = 0.0
    _gone: set[Line] = field(default_factory=set)
    _losses: list[tuple[float, float]] = field(default_factory=list)
    _judged: int = 0

    def __post_init__(self) -> None:
        self.mortal = list(self.hubs)

    @property
    def store(self) -> StoreProcess:
        assert self.single is not None
        return self.single

    @property
    def replicas(self) -> Replicated:
        assert self.replicated is not None
        return self.replicated

    @property
    def messages(self) -> int:
        """How many were heard, here and beside."""
        return sum(each.promise.messages for each in (self, *self.beside))

    @property
    def _journal(self) -> Path:
        return self.folder / "journal"

    @property
    def acks(self) -> list[Ack]:
        """All that editors were told so far."""
        found, asked = list(self.filled), ""
        for entry in read(self._journal):
            if "verb" in entry:
                asked = entry["verb"]
            elif "flash" in entry:
                flash = entry["flash"]
                withheld = flash["pubstatus"] == "withheld"
                found.append(Ack(asked, version_of(flash), entry["at"], withheld))
        return found

    @property
    def on_show(self) -> list[str]:
        """Ids of the lines that editors know to be out."""
        newest = {ack.line.id: ack for ack in self.acks}
        return [it.line.id for it in newest.values() if it.line.headline and not it.withheld]

    @property
    def answers(self) -> int:
        """How many answers editors have had so far."""
        return answers(read(self._journal))

    @property
    def is_done(self) -> bool:
        """Whether editors have had all the answers that they are to have."""
        return self.answers >= self._wanted

    def post(self, count: int, pace: float) -> None:
        """Have editors do so much more, one after another."""
        self._wanted = self.answers + count
        urls = [f"http://127.0.0.1:{hub.port}" for hub in self.hubs]
        self._posts = (str(self._journal), str(self._wanted), str(pace))
        self._posts += (self.edition, self._token, self.seed, *urls)
        self._patience = PATIENCE + 2 * count * pace
        self.start_editors()

    def start_editors(self) -> None:
        """Start them, or start them again where they were killed."""
        line = [sys.executable, "-m", "tests.faults.publisher", *self._posts]
        self._editors = spawn(line, self.folder / "editors.log")

    @property
    def editors(self) -> subprocess.Popen[bytes]:
        assert self._editors is not None
        return self._editors

    def end_editors(self) -> None:
        """No more posts."""
        if self._editors is not None:
            self._editors.kill()
            self._editors.wait()

    async def progress(self, answers: int, seconds: float = PATIENCE) -> None:
        """Wait until editors have had so many more answers, or all of them."""
        goal = min(self.answers + answers, self._wanted)
        async with asyncio.timeout(seconds):
            while self.answers < goal:
                assert self.editors.poll() in {None, 0}, self._said("editors")
                await asyncio.sleep(0.02)

    async def finish_posts(self) -> None:
        """Wait until editors have all their answers."""
        await asyncio.to_thread(self.editors.wait, self._patience)
        assert self.editors.returncode == 0, self._said("editors")

    async def settle(self) -> None:
        """Wait until everybody has everything there is."""
        await self.finish_posts()
        for hub in self.hubs:
            await hub.ready()
        await self._embargoes_end()
        head = (await self.log())[-1:]
        goal = head[0].cursor if head else ""
        late = await self.swarm.until(
            lambda seat: seat.is_connected and (not goal or seat.reader.cursor == goal), PATIENCE
        )
        for seat in late:
            self.promise.blame(seat.reader, "did not come back to where all others are")

    async def _embargoes_end(self) -> None:
        """Wait until every embargo that was acknowledged has ended."""
        waiting = {it.line.id for it in self.acks if it.withheld and not self._is_excused(it)}
        deadline = time.monotonic() + PATIENCE
        while not waiting <= {entry.line.id for entry in await self.log()}:
            assert time.monotonic() < deadline, "an embargo does not end"
            await asyncio.sleep(0.1)

    async def judge(self) -> None:
        """Compare what everybody saw; call when settled."""
        log = await self.log()
        there = [seat.reader for seat in self.swarm.seats if not seat.away]
        # What an isolated primary took may have been on screens before it was lost.
        whole = not self.may_lose and self.replicated is None
        self.promise.judge(log, self.acks, there, self._is_excused, whole=whole)
        self._judge_refusals(log)
        self.promise.judge_apart(log, there, await self._of_others())
        due = board(log, None)[:LISTED]
        for hub in self.hubs:
            seen = await hub.board(self.edition)
            if seen != due:
                wrong = sorted(set(seen) ^ set(due)) or "in another order"
                self.promise.blame(hub.name, f"shows other lines than the log: {wrong[:5]}")

    async def _of_others(self) -> set[str]:
        """Ids of the lines that editors beside us were told of."""
        return {ack.line.id for other in self.beside for ack in other.acks}

    def _judge_refusals(self, log: list[Entry]) -> None:
        """Editors are refused only what is not there any more, and an embargo that a fault has outlasted."""
        there = {entry.line.id for entry in log}
        asked: dict[str, Any] = {}
        for entry in read(self._journal)[self._judged :]:
            self._judged += 1
            if "verb" in entry:
                asked = entry
            elif entry.get("refused") == 422 and "embargoed" in asked["fields"]:
                continue
            elif "refused" in entry and (entry["refused"] != 404 or asked["id"] in there):
                self.promise.blame("editors", f"{asked['verb']} got {entry['refused']}: {asked}")
            elif "fault" in entry and not (self.may_lose and entry["fault"] == 401):
                self.promise.blame("editors", f"got {entry['fault']}: {asked}")

    def judge_strangers(self, hub: HubProcess, answers: Mapping[int, int]) -> None:
        """Whoever asks for something without a pause is refused in order, and nothing breaks."""
        for status in answers.keys() - _TO_STRANGERS:
            self.promise.blame(hub.name, f"answered strangers {status}, {answers[status]} times")

    def _is_excused(self, ack: Ack) -> bool:
        """Whether what was acknowledged was destroyed, or while something was."""
        during = any(start <= ack.at <= end for start, end in self._losses)
        before = ack.withheld and self._losses and ack.at < self._losses[-1][1]
        return bool(ack.line in self._gone or during or before)

    async def log(self) -> list[Entry]:
        """The whole log, its chain verified."""
        return read_log(await self._ask("xrange", Keys(self.edition, self.namespace).wire))

    async def _ask(self, command: str, *args: Any, **named: Any) -> Any:
        """The store's answer, as soon as there is one: between two primaries there is none."""
        store, deadline = Store(self.url, self.namespace), time.monotonic() + PATIENCE
        try:
            while True:
                try:
                    return await getattr(store.commands, command)(*args, **named)
                except (RedisError, RedisClusterException, OSError):
                    assert time.monotonic() < deadline
                    await asyncio.sleep(0.05)
        finally:
            await store.close()

    def jump(self, seconds: int) -> None:
        """Set the clocks of hubs and store, where they can be set."""
        (self.folder / "offset").write_text(f"{seconds:+d}")

    async def keep_history(self) -> None:
        """Remember the log before a fault that destroys its end."""
        self._kept_at, self._kept = time.monotonic(), await self.log()
        self.promise.remember(self._kept)

    async def lose(self) -> None:
        """A fault has destroyed what the log does not have any more of what was remembered."""
        log, kept = await self.log(), self._kept
        await self.restore_accounts()
        if not self.may_lose:
            return
        same = next((n for n, it in enumerate(kept) if it not in log[n : n + 1]), len(kept))
        self._gone |= {entry.line for entry in kept[same:]}
        self._losses.append((self._kept_at, time.monotonic()))

    async def fill(self, edition: str, lines: int) -> None:
        """Make a board as heavy as it may be: lines with all that a line may have, some pinned."""
        hub = Remote(self.hubs[0].port, self._token)
        for number in range(lines):
            made = await hub.post(edition, **_heavy(f"heavy {edition} {number}", number < _PINS))
            size = len(json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode())
            assert size > _HEAVY, size
            if edition == self.edition:
                self.filled.append(Ack("publish", version_of(made), time.monotonic()))

    async def count(self) -> None:
        """Wait until our readers are counted, and nobody else's."""
        hub, deadline = Remote(self.hubs[0].port, self._token), time.monotonic() + _COUNTING
        while True:
            answer = await hub.request("GET", f"/v1/{self.edition}/readers")
            counted, there = answer.json, len(self.swarm.seats)
            # Sums may be right for a moment while readers come and go; hubs of others tell on.
            is_theirs = answer.status == HTTPStatus.OK and len(counted["hubs"]) <= len(self.hubs)
            if is_theirs and counted["readers"] == there:
                return
            if time.monotonic() > deadline:
                self.promise.blame("log", f"counted are {counted}, where {there} readers are")
                return
            await asyncio.sleep(0.1)

    async def reach_over(self, others: Stage) -> None:
        """Our editors try to change and to kill lines of another service; no hub lets them."""
        for flash_id in others.on_show[-_TRIES:]:
            path = f"/v1/{others.edition}/flashes/{flash_id}"
            for hub, due in ((self.hubs[0], 404), (others.hubs[0], 401)):
                for method, more in (("PATCH", ""), ("DELETE", "?reason=wrong")):
                    status = await self._try(hub, method, path + more)
                    if status != due:
                        others.promise.blame(hub.name, f"answered strange editors {status}")

    async def _try(self, hub: HubProcess, method: str, path: str) -> int:
        """The status of a request, as soon as there is a definite one."""
        body = {"headline": f"taken over by {self.folder.name}"} if method == "PATCH" else None
        async with asyncio.timeout(PATIENCE):
            while True:
                with suppress(OSError, IndexError):
                    remote = Remote(hub.port, self._token)
                    answer = await remote.request(method, path, body=body)
                    if answer.status != HTTPStatus.SERVICE_UNAVAILABLE:
                        return answer.status
                await asyncio.sleep(0.05)

    async def make_token(self) -> None:
        store = Store(self.url, self.namespace)
        principal = Principal(
            f"editors of {self.edition}", Role.EDITOR, frozenset(), utcnow(), None
        )
        self._token = await Tokens(store).create(principal)
        commands: Any = store.commands
        self._accounts = await commands.hgetall(store.house.digests)
        await store.close()

    async def restore_accounts(self) -> None:
        """Let the editors in again, where the store lost that it knew them."""
        await self._ask("hset", House(self.namespace).digests, mapping=self._accounts)

    def _said(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()[-3000:]


def _heavy(headline: str, is_pinned: bool) -> dict[str, Any]:
    """A line that weighs almost what a line may weigh."""
    return {
        "headline": f"{headline} {'€' * 200}",
        "source": "س" * 120,
        "located": "界" * 120,
        "tags": [f"{number} {'ж' * 50}" for number in range(12)],
        "url": f"https://example.org/{'x' * 1090}",
        "urgency": 2,
        "pinned": is_pinned,
    }
