"""What desks are told of a topic: all of it once, then what changes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from hypothesis import given, strategies as st

from tests.editing.test_intake import RULES, ask
from tests.support.flashes import NOON, flash, record
from tests.support.traffic import bytes_sent
from ticker.editing.intake import Intake
from ticker.jobs.desk_topics import Queue, Whole, topics
from ticker.news.event import GENESIS
from ticker.news.flash import PubStatus
from ticker.news.stages import PublishOptions
from ticker.store.stories import Stories

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ticker.news.flash import Flash
    from ticker.protocol.frames import Frame
    from ticker.store.archive import Archive
    from ticker.store.client import Store
    from ticker.store.wire import Wire


def queue_of(versions: Mapping[str, int], **fields: Any) -> Queue:
    """The queue of lines at these versions."""
    return Queue(
        [
            record(flash(it, version, pubstatus=PubStatus.WITHHELD, **fields)).as_document()
            for it, version in versions.items()
        ]
    )


class Page:
    """What a desk makes of it, as static/desk/queue.js does."""

    def __init__(self) -> None:
        self.lines: dict[str, int] = {}
        self.shown: dict[str, int] = {}

    def hear(self, frames: Sequence[Frame]) -> None:
        for message in (json.loads(frame.text) for frame in frames):
            if message["reset"]:
                self.lines.clear()
            for it in message["queue"]:
                self.lines[it["flash"]["id"]] = it["flash"]["version"]
            for dropped in message["drops"]:
                del self.lines[dropped]
            if not message["more"]:
                self.shown = dict(self.lines)


queues = st.lists(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 3)), min_size=1, max_size=5
)


@given(queues)
def test_changes_add_up_to_the_queue(states: list[dict[str, int]]) -> None:
    """Whatever happens to a queue, a desk that hears of changes has what one that comes anew has."""
    page, told = Page(), None
    for versions in states:
        state = queue_of(versions)
        page.hear(state.since(told))
        anew = Page()
        anew.hear(state.since(None))
        assert page.shown == anew.shown == versions
        told = state


def test_a_change_costs_what_has_changed() -> None:
    """One line of a full queue is one short message, and nothing new is none."""
    versions = {f"{number:016}": 1 for number in range(500)}
    full = queue_of(versions, headline="語" * 280, url="https://a.example/" + "x" * 2000)
    (changed,) = queue_of(
        versions | {f"{3:016}": 2}, headline="語" * 280, url="https://a.example/" + "x" * 2000
    ).since(full)
    assert changed.size < 5000
    assert not queue_of(versions, headline="語" * 280, url="https://a.example/" + "x" * 2000).since(
        full
    )


def test_a_long_queue_comes_in_parts() -> None:
    """A full queue of the longest lines is no message that is longer than some lines of the board."""
    versions = {f"{number:016}": 1 for number in range(500)}
    frames = queue_of(versions, headline="語" * 280, url="https://a.example/" + "x" * 2000).since(
        None
    )
    assert max(frame.size for frame in frames) < 70_000
    page = Page()
    page.hear(frames[:-1])
    assert page.shown == {}
    page.hear(frames[-1:])
    assert page.shown == versions


def test_an_empty_queue_is_told_too() -> None:
    """A desk that opens hears that nothing waits; so its old list goes after a restart."""
    (frame,) = queue_of({}).since(None)
    assert json.loads(frame.text)["reset"] is True


def test_a_small_topic_is_told_when_it_is_another() -> None:
    """Readers who are as many as before are no news."""
    assert len(Whole("readers", {"readers": 1}).since(None)) == 1
    assert len(Whole("readers", {"readers": 1}).since(Whole("readers", {"readers": 2}))) == 1
    assert not Whole("readers", {"readers": 1}).since(Whole("readers", {"readers": 1}))


DRAFT = PublishOptions(draft=True)


class Board:
    """A hub that shows these lines."""

    def __init__(self) -> None:
        self.shown: list[Flash] = []

    def lines(self, _: object) -> tuple[object, list[Flash]]:
        return GENESIS, self.shown


async def test_what_has_not_changed_is_not_read_again(
    wire: Wire, archive: Archive, store: Store
) -> None:
    """A desk that stands open costs the store next to nothing, however many lines wait or have a story."""
    board, intake = Board(), Intake(wire, archive, RULES)
    stories = Stories(store, ["en", "ar"])
    told = topics(cast("Any", board), archive, stories, cast("Any", None), cast("Any", None))
    for number in range(30):
        await intake.publish(ask(), {"headline": f"Draft {number}"}, DRAFT)
        line = await intake.publish(ask(), {"headline": f"Line {number}"})
        await intake.publish(ask(edition="ar"), {"headline": "سطر", "story": line.id})
        board.shown.append(line)
    for topic in ("queue", "stories"):
        first = await bytes_sent(store, told[topic]("en"))
        again = await bytes_sent(store, told[topic]("en"))
        # Its own figures are some 2 kB of both.
        assert again < first / 3


async def test_whatever_changes_is_read_again(wire: Wire, archive: Archive, store: Store) -> None:
    """Each change of a line that waits, and of a line's versions elsewhere, is told as if all were read."""
    board, intake = Board(), Intake(wire, archive, RULES)
    stories = Stories(store, ["en", "ar"])

    def fresh() -> Any:
        return topics(cast("Any", board), archive, stories, cast("Any", None), cast("Any", None))

    told = fresh()

    async def check() -> None:
        queue, story = await told["queue"]("en"), await told["stories"]("en")
        assert cast("Queue", queue).records == (await fresh()["queue"]("en")).records
        assert cast("Whole", story).frame.text == (await fresh()["stories"]("en")).frame.text

    draft = await intake.publish(ask(), {"headline": "Draft"}, DRAFT)
    await check()
    await intake.correct(ask(), draft.id, {"headline": "Better"})
    await check()
    line = await intake.release(ask(), draft.id)
    board.shown = [line]
    await check()
    other = await intake.publish(ask(edition="ar"), {"headline": "سطر", "story": line.id})
    await check()
    await intake.correct(ask(edition="ar"), other.id, {"headline": "آخر", "correction": "تصحيح"})
    await check()
    await stories.check("en", line.id, NOON.replace(year=2099))
    await check()
    board.shown = []
    await check()
    second = await intake.publish(ask(), {"headline": "Second"}, DRAFT)
    await check()
    await intake.kill(ask(), second.id, "wrong")
    await check()
