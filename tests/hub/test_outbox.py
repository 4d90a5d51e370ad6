"""A reader's outbox."""

from __future__ import annotations

import asyncio

from ticker.hub.outbox import Outbox
from ticker.protocol.frames import CloseCode, Frame


def frame(text: str) -> Frame:
    return Frame({"cursor": "0", "text": text})


async def test_frames_come_out_together_and_in_order() -> None:
    """What waits is taken in one go, as it was said."""
    outbox = Outbox("sse", 1000)
    frames = [frame("a"), frame("b")]
    for each in frames:
        outbox.send(each)
    assert await outbox.take() == frames
    waiting = asyncio.ensure_future(outbox.take())
    await asyncio.sleep(0)
    outbox.send(frames[0])
    assert await waiting == frames[:1]


async def test_an_outbox_that_overflows_closes_as_too_slow() -> None:
    """A reader that is behind by more than its limit is given up, and its frames with it."""
    outbox = Outbox("websocket", 100)
    outbox.send(frame("x" * 500))
    assert outbox.is_open
    outbox.send(frame("y"))
    await outbox.closed()
    assert outbox.code is CloseCode.TOO_SLOW
    outbox.send(frame("z"))
    assert await outbox.take() == []


async def test_closing_lets_out_what_waits() -> None:
    """A goodbye comes after the last line, and the first reason stands."""
    outbox = Outbox("sse", 1000)
    outbox.send(frame("last"))
    outbox.close(CloseCode.SERVICE_RESTART)
    outbox.close(None)
    assert outbox.code is CloseCode.SERVICE_RESTART
    assert len(await outbox.take()) == 1
    assert await outbox.take() == []
