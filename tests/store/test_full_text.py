"""Search of all that was published: what a look at every line tells, for a price that does not grow."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings as examples, strategies as st

from tests.support.flashes import NOON, after, flash, record
from tests.support.traffic import bytes_sent
from ticker.hub.hub import Hub
from ticker.jobs import full_text as job
from ticker.metrics import Metrics
from ticker.news.event import GENESIS, Record
from ticker.news.flash import PubStatus, Stage, correct, kill, release
from ticker.news.hands import Hands
from ticker.news.search_query import SearchQuery, typed
from ticker.store.full_text import FullText, NoSuchPlaceError
from ticker.store.full_text_index import FullTextIndex, IndexState
from ticker.store.wire import IdempotencyKey, Wire

if TYPE_CHECKING:
    from ticker.settings import Settings
    from ticker.store.client import Store
    from ticker.store.full_text import Results

# Blocks of four places: small logs have many.
BITS = 2
WORDS = ["bridge", "bridges", "storm", "año", "ano", "الحرب", "حرب", "東京", "東京都", "br"]


class Newsroom:
    """Writes versions of lines, and finds by looking at each of them."""

    def __init__(self, store: Store) -> None:
        self.wire = Wire(store)
        self.versions: dict[str, list[Record]] = {}
        # Ids of lines in the order in which they came to the log.
        self.order: list[str] = []

    async def file(self, headline: str, *, draft: bool = False, by: str = "amal") -> str:
        flash_id, now = f"{len(self.versions)}", after(len(self.versions))
        status = PubStatus.WITHHELD if draft else PubStatus.USABLE
        line = flash(flash_id, headline=headline, firstcreated=now, pubstatus=status)
        self.versions[flash_id] = []
        item = record(line, "draft" if draft else "publish", by)
        await self._append(replace(item, stage=Stage.DRAFT if draft else None))
        return flash_id

    async def change(self, flash_id: str, headline: str | None, by: str = "badr") -> None:
        """Correct or, without words, kill a line; a draft goes out."""
        now = self.versions[flash_id][-1].flash
        if now.pubstatus is PubStatus.CANCELED:
            return
        moment = now.versioncreated + timedelta(seconds=1)
        if now.pubstatus is PubStatus.WITHHELD:
            await self._append(record(release(now, moment), "release", by))
        elif headline is None:
            await self._append(record(kill(now, moment), "kill", by))
        elif headline != now.headline:
            await self._append(record(correct(now, {"headline": headline}, moment), "correct", by))

    async def _append(self, item: Record) -> None:
        line, before = item.flash, self.versions[item.flash.id]
        mode = "file" if line.pubstatus is PubStatus.WITHHELD else "announce"
        key = IdempotencyKey(f"{line.id}.{line.version}", "", 60)
        hands = Hands.fold([*before, item]) if before else None
        await self.wire.append(item, mode, key, hands=hands)  # type: ignore[arg-type]
        before.append(item)
        if mode == "announce" and line.id not in self.order:
            self.order.append(line.id)

    def found(self, query: SearchQuery, *, everything: bool) -> list[str]:
        """Ids of the lines that are to be found, newest first."""
        ids = []
        for flash_id in reversed(self.order):
            versions = self.versions[flash_id]
            some = versions if everything else versions[-1:]
            shown = everything or versions[-1].flash.pubstatus is PubStatus.USABLE
            if shown and any(query.matches(it) for it in some):
                ids.append(flash_id)
        return ids


def ids(results: Results) -> list[str]:
    return [it.newest.flash.id for it in results.hits]


def said(text: str, **facets: Any) -> SearchQuery:
    return SearchQuery(words=typed(text), **facets)


async def names_of(store: Store) -> list[str]:
    """Names of all keys."""
    return [name async for name in store.commands.scan_iter(match=store.house.pattern(""))]


async def indexed(store: Store, bits: int = BITS) -> IndexState:
    """Have the index as far as the log."""
    index = FullTextIndex(store, "hub", bits)
    state = await index.extend("en")
    while state != (state := await index.extend("en")):
        pass
    assert state is not None
    return state


steps = st.lists(
    st.tuples(
        st.sampled_from(["file", "file", "draft", "change", "change", "kill", "index"]),
        st.integers(0, 9),
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=3),
    ),
    min_size=5,
    max_size=30,
)


@examples(max_examples=40)
@given(steps, st.lists(st.sampled_from(WORDS), min_size=1, max_size=2), st.integers(1, 3))
async def test_what_is_found_is_what_a_look_at_each_line_finds(
    valkey_store: Store, played: list[tuple[str, int, list[str]]], text: list[str], limit: int
) -> None:
    """However far the index is: lines as they are now to readers, and all that they ever said to editors."""
    await valkey_store.commands.flushall()
    newsroom = Newsroom(valkey_store)
    for kind, which, words in played:
        if kind == "index":
            await FullTextIndex(valkey_store, "hub", BITS).extend("en")
        elif kind in {"file", "draft"} or not newsroom.versions:
            await newsroom.file(" ".join(words), draft=kind == "draft")
        else:
            line = f"{which % len(newsroom.versions)}"
            await newsroom.change(line, None if kind == "kill" else " ".join(words))
    search = FullText(valkey_store, BITS)
    for query in (
        said(" ".join(text)),
        said(f"{text[0]} "),
        SearchQuery(authors=frozenset({"badr"})),
    ):
        for everything in (False, True):
            seen: list[str] = []
            before = None
            while True:
                page = await search.find("en", query, before, limit, everything=everything)
                assert page.complete
                seen += ids(page)
                assert len(page.hits) <= limit
                if page.more is None:
                    break
                before = page.more
            assert seen == newsroom.found(query, everything=everything)


async def test_a_kill_holds_before_the_index_hears_of_it(store: Store) -> None:
    """From the moment a kill is stored no reader finds the line; editors find its words and whose they were."""
    newsroom = Newsroom(store)
    line = await newsroom.file("Secret words")
    await newsroom.change(line, "Other words", by="badr")
    await indexed(store)
    search = FullText(store, BITS)
    assert ids(await search.find("en", said("other"), None, 9)) == [line]
    assert ids(await search.find("en", said("secret"), None, 9)) == []
    await newsroom.change(line, None, by="chaf")
    for _ in range(2):
        for text in ("other", "secret", "words"):
            assert ids(await search.find("en", said(text), None, 9)) == []
        [hit] = (await search.find("en", said("secret"), None, 9, everything=True)).hits
        assert (hit.newest.flash.pubstatus, hit.matched.flash.version) == (PubStatus.CANCELED, 1)
        assert (hit.author, hit.newest.by) == ("badr", "chaf")
        await indexed(store)


async def test_a_draft_is_found_once_it_is_out(store: Store) -> None:
    """What was never published is no part of the past, to nobody."""
    newsroom = Newsroom(store)
    draft, killed = (
        await newsroom.file("Storm", draft=True),
        await newsroom.file("Storm", draft=True),
    )
    await indexed(store)
    search = FullText(store, BITS)
    assert ids(await search.find("en", said("storm"), None, 9, everything=True)) == []
    await newsroom.change(draft, None)
    for _ in range(2):
        assert ids(await search.find("en", said("storm"), None, 9)) == [draft]
        await indexed(store)
    with pytest.raises(NoSuchPlaceError):
        await search.find("en", said("storm"), killed, 9)


async def test_the_index_of_another_log_is_made_anew(store: Store) -> None:
    """Where a log was replaced, what was told of the old one is forgotten."""
    newsroom = Newsroom(store)
    for number in range(9):
        await newsroom.file(f"Old line {number}")
    old = await indexed(store)
    assert old.cursor.offset == 9
    keys = store.keys("en")
    for name in await names_of(store):
        if ":search" not in name and ":words:" not in name:
            await store.commands.delete(name)
    newsroom, search = Newsroom(store), FullText(store, BITS)
    assert ids(await search.find("en", said("line"), None, 9)) == []
    line = await newsroom.file("New line")
    assert ids(await search.find("en", said("line"), None, 9)) == [line]
    new = await indexed(store)
    assert new.generation != old.generation
    assert ids(await search.find("en", said("line"), None, 9)) == [line]
    postings = [name for name in await names_of(store) if ":words:" in name]
    assert postings
    assert all(name.startswith(f"{{ticker:en}}:words:{new.generation}:") for name in postings)
    assert await store.commands.hgetall(keys.places(new.generation)) == {line: "1"}


async def test_an_index_of_an_older_kind_is_made_anew(valkey_store: Store) -> None:
    """A release that folds words otherwise does not look them up under the old ones."""
    await Newsroom(valkey_store).file("Line")
    state = await indexed(valkey_store)
    key = valkey_store.keys("en").full_text
    await valkey_store.commands.hset(key, "generation", f"0-{state.generation}")
    search = FullText(valkey_store, BITS)
    assert ids(await search.find("en", said("line"), None, 9)) == ["0"]
    assert (await indexed(valkey_store)).generation[:2] == state.generation[:2]


async def test_a_broken_entry_hides_no_other(valkey_store: Store) -> None:
    """What `ticker verify` finds broken is not found, and everything else is, indexed or not."""
    newsroom = Newsroom(valkey_store)
    keys = valkey_store.keys("en")
    await newsroom.file("Line 0")
    await valkey_store.commands.xadd(keys.wire, {"tag": "x", "record": "{}"}, id="2-0")
    await valkey_store.commands.hset(keys.head, "offset", 2)
    await newsroom.file("Line 1")
    search = FullText(valkey_store, BITS)
    for _ in range(2):
        assert ids(await search.find("en", said("line"), None, 9)) == ["1", "0"]
        await indexed(valkey_store)


async def test_one_process_adds_at_a_time(store: Store) -> None:
    """Hubs that index at once do nothing twice."""
    newsroom = Newsroom(store)
    for number in range(5):
        await newsroom.file(f"Line {number}")
    one, two = (FullTextIndex(store, name, BITS) for name in ("one", "two"))
    state = await one.extend("en")
    assert state is not None
    assert state.cursor.offset == 5
    assert await two.extend("en") is None
    await store.commands.delete(store.keys("en").full_text_lease)
    assert await two.extend("en") == state
    # One that has lost its lease meanwhile comes too late.
    await newsroom.file("Line 5")
    [entry] = await one._entries("en", state.cursor)
    assert await two.extend("en") is not None
    assert await one._add("en", state, [entry]) is None
    postings = await store.commands.get(store.keys("en").postings(state.generation, 1, "line."))
    assert [ord(it) for it in postings] == [0, 1, 2]


async def test_a_changed_line_is_posted_once(valkey_store: Store) -> None:
    """Corrections of a line fill the index with what is new, and not with all of it again."""
    newsroom = Newsroom(valkey_store)
    line = await newsroom.file("Harbour bridge closed")
    for number in range(6):
        await newsroom.change(line, f"Harbour bridge closed {number % 2}")
        if number % 3 == 0:
            await indexed(valkey_store)
    state = await indexed(valkey_store)
    key = valkey_store.keys("en").postings(state.generation, 0, "harbour.")
    assert await valkey_store.commands.get(key) == chr(1)


async def test_a_search_looks_at_so_many_lines_and_no_more(
    valkey_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A search that finds nothing among many that might do ends, and can be gone on with."""
    monkeypatch.setattr("ticker.store.full_text.LOOKED_MAX", 40)
    newsroom = Newsroom(valkey_store)
    for number in range(100):
        line = await newsroom.file(
            f"internationalism {number}" if number == 3 else "internationally"
        )
    await indexed(valkey_store)
    search, query = FullText(valkey_store, BITS), said("internationalis")
    pages = [await search.find("en", query, None, 9)]
    while pages[-1].more is not None:
        pages.append(await search.find("en", query, pages[-1].more, 9))
    assert line == "99"
    assert [ids(it) for it in pages] == [[], [], ["3"]]
    assert [it.more for it in pages] == ["60", "20", None]


async def test_what_the_index_lacks_is_bounded(
    valkey_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While an index is made the newest lines are found, and the answer says that there may be more."""
    monkeypatch.setattr("ticker.store.full_text.UNINDEXED_MAX", 10)
    newsroom = Newsroom(valkey_store)
    for number in range(20):
        await newsroom.file(f"Line {number}")
    search = FullText(valkey_store, BITS)
    found = await search.find("en", said("line"), None, 99)
    assert not found.complete
    assert ids(found) == [f"{number}" for number in range(19, 8, -1)]
    await indexed(valkey_store)
    found = await search.find("en", said("line"), None, 99)
    assert found.complete
    assert len(ids(found)) == 20


async def test_a_search_costs_the_same_after_many_lines(valkey_store: Store) -> None:
    """A rare word and a common one are found for the same, whatever came before."""
    sent = {}
    for lines in (300, 3000):
        await valkey_store.commands.flushall()
        newsroom = Newsroom(valkey_store)
        for number in range(lines):
            await newsroom.file(f"Bank {number}" + (" comet" if number == 7 else ""))
        await indexed(valkey_store, bits=8)
        search = FullText(valkey_store, bits=8)
        assert ids(await search.find("en", said("comet bank"), None, 9)) == ["7"]
        sent[lines] = await bytes_sent(valkey_store, search.find("en", said("bank"), None, 9))
    assert sent[3000] < sent[300] * 1.25


async def test_hubs_index_what_is_missing(valkey_store: Store, settings: Settings) -> None:
    """A store of an older version is indexed while the hub runs, and the hub says how far it is."""
    newsroom = Newsroom(valkey_store)
    for number in range(205):
        await newsroom.file(f"Line {number}")
    metrics = Metrics()
    hub = Hub(settings, metrics)
    for edition in settings.newsroom.all_editions:
        hub.load(edition, [], GENESIS, [])
    follower = job.FullTextFollower(hub, FullTextIndex(valkey_store, "hub"), ["ar", "en"], metrics)
    task = asyncio.create_task(follower.run())
    index = FullTextIndex(valkey_store)
    while (state := await index.state("en")) is None or state.cursor.offset < 205:  # noqa: ASYNC110 - the store knows no events
        await asyncio.sleep(0)
    task.cancel()
    page = await FullText(valkey_store).find("en", said("204"), None, 9)
    assert ids(page) == ["204"]
    assert page.hits[0].newest.flash.firstcreated > NOON
