"""Readers that are told the same, one by one."""

from __future__ import annotations

from tests.hub.test_hub import Reader
from ticker.hub.audience import QueuedAudience
from ticker.protocol.frames import Frame


def test_everybody_is_told_at_once() -> None:
    """Who is in hears it, who left does not, and leaving in the middle harms nobody."""
    audience = QueuedAudience()

    class Leaver(Reader):
        def send(self, frame: Frame) -> None:
            super().send(frame)
            audience.discard(self)

    readers = [Reader(), Leaver(), Reader()]
    for reader in readers:
        audience.add(reader)
    for _ in range(2):
        audience.send(Frame({"cursor": "0"}), 3)
    assert [len(reader.frames) for reader in readers] == [2, 1, 2]
    assert len(audience) == len(audience.readers()) == 2
