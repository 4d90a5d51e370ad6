"""A newsroom that plays a history, and all that a backup is to bring back of it."""

from __future__ import annotations

import asyncio
import io
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from secrets import token_hex
from typing import TYPE_CHECKING, Any

import redis
from hypothesis import strategies as st

from tests.editing.test_intake import RULES, ask
from tests.support.clock import Clock
from tests.support.flashes import NOON
from ticker.accounts.audit import Audit
from ticker.accounts.principal import Principal, Role
from ticker.accounts.tokens import Tokens
from ticker.backup.format import Writer
from ticker.editing.intake import Intake
from ticker.news.document import format_time
from ticker.news.flash import IllegalChangeError
from ticker.news.stages import PublishOptions
from ticker.settings import Settings
from ticker.store.archive import Archive
from ticker.store.client import Store
from ticker.store.coverage_titles import CoverageTitles
from ticker.store.stories import Stories
from ticker.store.verification import Verification
from ticker.store.wire import Wire

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine


KINDS = ("publish", "draft", "hold", "embargo", "correct", "move", "pin", "kill", "release")


steps = st.lists(
    st.tuples(
        st.sampled_from([*KINDS, "twin", "check", "title", "account"]),
        st.sampled_from(["en", "drill-ar"]),
        st.integers(0, 5),
    ),
    max_size=25,
)


EVERYTHING = [
    *(
        (kind, "en", which)
        for which in (0, 1, 2)
        for kind in (*KINDS, "twin", "check", "title", "account")
    ),
    # A line leaves the coverage that it began in; a draft is the newest version of a story.
    *(("publish", "en", 4), ("move", "en", -1), ("twin", "en", 1)),
]


class Newsroom:
    """Plays a history of two editions."""

    def __init__(self, store: Store) -> None:
        self.clock = Clock()
        self.store = store
        self.intake = Intake(Wire(store), Archive(store), RULES, self.clock)
        self.ids: dict[str, list[str]] = {"en": [], "drill-ar": []}
        self.asked = 0

    async def do(self, kind: str, edition: str, which: int) -> None:
        self.clock.forward(0.5)
        self.asked += 1
        request = ask(edition=edition, key=token_hex(8) if which % 2 else None)
        ids, data = self.ids[edition], {"headline": f"{kind} {self.asked} «ك» \u2028"[:-1]}
        with suppress(IllegalChangeError):
            match kind:
                case "publish" | "draft" | "hold" | "embargo" | "twin":
                    ids.append(await self._new(request, kind, data, which))
                case "check":
                    for flash_id in ids[:1]:
                        await Stories(self.store, []).check(edition, flash_id, self.clock())
                case "title" if ids:
                    await CoverageTitles(self.store).set(edition, "storm", f"Storm {self.asked}")
                case "account":
                    await self._account()
                case _:
                    await self._change(request, kind, ids, which)

    async def _new(self, request: Any, kind: str, data: dict[str, Any], which: int) -> str:
        more: dict[str, Any] = {"coverage": "storm"} if which > 2 else {}
        if kind == "embargo":
            more["embargoed"] = format_time(self.clock() + timedelta(hours=1))
        if kind == "twin" and self.ids["en"]:
            more["story"] = self.ids["en"][0]
        options = PublishOptions(draft=kind == "draft" or (kind == "twin" and which == 1))
        options = replace(options, hold=5.0 if kind == "hold" else 0.0)
        return (await self.intake.publish(request, {**data, **more}, options)).id

    async def _change(self, request: Any, kind: str, ids: list[str], which: int) -> None:
        if not ids:
            return
        flash_id = ids[which % len(ids)]
        match kind:
            case "correct":
                await self.intake.correct(request, flash_id, {"headline": f"New {which}"})
            case "move":
                await self.intake.correct(request, flash_id, {"coverage": f"other-{which % 2}"})
            case "pin":
                await self.intake.correct(request, flash_id, {"pinned": which % 2 == 0})
            case "kill":
                await self.intake.kill(request, flash_id, "why")
            case _:
                await self.intake.release(request, flash_id)

    async def _account(self) -> None:
        principal = Principal(f"program {token_hex(8)}", Role.EDITOR, frozenset({"en"}), NOON, None)
        await Tokens(self.store).create(principal)
        await Audit(self.store).note("somebody \udcff", "create token", principal.name)


def run(url: str, job: Callable[[Store], Coroutine[None, None, Any]]) -> Any:
    async def opened() -> Any:
        store = Store(url)
        try:
            return await job(store)
        finally:
            await store.close()

    return asyncio.run(opened())


def play(url: str, played: list[tuple[str, str, int]]) -> None:
    async def job(store: Store) -> None:
        newsroom = Newsroom(store)
        for step in played:
            await newsroom.do(*step)

    run(url, job)


def kept(url: str) -> dict[str, Any]:
    """Everything in a store that a backup is to bring back."""
    found = {}
    with redis.Redis.from_url(url, decode_responses=True) as client:
        for key in client.scan_iter(count=1000):
            value: Any
            match client.type(key):
                case "hash":
                    value = client.hgetall(key)
                case "zset":
                    value = client.zrange(key, 0, -1, withscores=True)
                case "list":
                    value = client.lrange(key, 0, -1)
                case "stream":
                    value = client.xrange(key)
                case other:
                    value = other
            if ":idempotency:" in key and (value == "none" or not value.get("fingerprint")):
                continue  # of the store client's own retries, for a minute; or it has ended
            if ":unchanged:" in key:
                continue  # counts of a day, as of a rate limit
            if key.endswith(":head") and "changes" in value:
                del value["changes"]  # a validator: it only has to be another each time
            if key.endswith(":head"):
                value.pop("titles", None)  # another one
            found[key] = value, client.pexpiretime(key)
    return found


def empty(url: str) -> None:
    with redis.Redis.from_url(url) as client:
        client.flushdb()


def at(url: str) -> Settings:
    return replace(Settings(), redis_url=url)


async def write(lines: AsyncIterator[tuple[str, dict[str, Any]]]) -> bytes:
    out = io.BytesIO()
    writer = Writer(out)
    async for kind, values in lines:
        writer.write(kind, values)
    writer.end()
    return out.getvalue()


async def faults(store: Store) -> dict[str, Any]:
    return {
        edition: (await Verification(store, edition).run())[1] for edition in ("en", "drill-ar")
    }
