"""What desks are told of a topic: all of it once, then what changes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import given, strategies as st

from tests.support.flashes import flash, record
from ticker.jobs.desk_topics import Queue, Whole
from ticker.news.flash import PubStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ticker.protocol.frames import Frame


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
