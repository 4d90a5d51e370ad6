"""Everything that is broken on purpose, and what everybody saw of it."""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from redis.exceptions import RedisClusterException, RedisError

from tests.faults.child import spawn
from tests.faults.hub import EDITION, PATIENCE
from tests.faults.promise import Ack, Entry, Line, Promise, read_log, shown, version_of
from tests.faults.publisher import answers, read
from ticker.accounts.principal import Principal, Role
from ticker.accounts.tokens import Tokens
from ticker.news.document import utcnow
from ticker.store.client import Store
from ticker.store.keys import House, Keys

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.faults.hub import HubProcess
    from tests.faults.store import StoreProcess
    from tests.faults.swarm import Swarm
    from tests.support.link import Link
    from tests.support.replicated import Replicated


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
    def _journal(self) -> Path:
        return self.folder / "journal"

    @property
    def acks(self) -> list[Ack]:
        """All that editors were told so far."""
        found, asked = [], ""
        for entry in read(self._journal):
            if "verb" in entry:
                asked = entry["verb"]
            elif "flash" in entry:
                flash = entry["flash"]
                withheld = flash["pubstatus"] == "withheld"
                found.append(Ack(asked, version_of(flash), entry["at"], withheld))
        return found

    @property
    def answers(self) -> int:
        """How many answers editors have had so far."""
        return answers(read(self._journal))

    def post(self, count: int, pace: float) -> None:
        """Have editors do so much more, one after another."""
        self._wanted = self.answers + count
        urls = [f"http://127.0.0.1:{hub.port}" for hub in self.hubs]
        self._posts = (str(self._journal), str(self._wanted), str(pace))
        self._posts += (EDITION, self._token, self.seed, *urls)
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
        board = shown(log, None)
        for hub in self.hubs:
            seen = await hub.board()
            if seen != board:
                wrong = sorted(dict(seen.items() ^ board.items()))
                self.promise.blame(hub.name, f"shows other lines than the log: {wrong[:5]}")

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

    def _is_excused(self, ack: Ack) -> bool:
        """Whether what was acknowledged was destroyed, or while something was."""
        during = any(start <= ack.at <= end for start, end in self._losses)
        before = ack.withheld and self._losses and ack.at < self._losses[-1][1]
        return bool(ack.line in self._gone or during or before)

    async def log(self) -> list[Entry]:
        """The whole log, its chain verified."""
        return read_log(await self._ask("xrange", Keys(EDITION).wire))

    async def _ask(self, command: str, *args: Any, **named: Any) -> Any:
        """The store's answer, as soon as there is one: between two primaries there is none."""
        store, deadline = Store(self.url), time.monotonic() + PATIENCE
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

    async def make_token(self) -> None:
        store = Store(self.url)
        principal = Principal("editors", Role.EDITOR, frozenset(), utcnow(), None)
        self._token = await Tokens(store).create(principal)
        commands: Any = store.commands
        self._accounts = await commands.hgetall(store.house.digests)
        await store.close()

    async def restore_accounts(self) -> None:
        """Let the editors in again, where the store lost that it knew them."""
        await self._ask("hset", House().digests, mapping=self._accounts)

    def _said(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()[-3000:]
