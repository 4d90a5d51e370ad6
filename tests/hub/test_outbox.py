"""A reader's outbox."""

from __future__ import annotations

import asyncio

from tests.support.process import PATIENCE
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
    """A reader that is behind by more than its limit is given up, and its frames with it.

    The first frame, a long hello, is not held against it until it has gone out.
    """
    outbox = Outbox("websocket", 100)
    outbox.send(frame("x" * 500))
    outbox.send(frame("y"))
    assert len(await outbox.take()) == 2
    outbox.send(frame("y" * 20))
    assert outbox.is_open
    outbox.send(frame("y" * 20))
    await asyncio.wait_for(outbox.closed(), PATIENCE)
    assert outbox.code is CloseCode.TOO_SLOW
    outbox.send(frame("z"))
    assert await outbox.take() == []


async def test_what_has_gone_out_counts_no_more() -> None:
    """Once a long hello has gone out, the limit is the limit again."""
    outbox = Outbox("websocket", 100)
    outbox.send(frame("x" * 500))
    await outbox.take()
    outbox.send(frame("y" * 20))
    await outbox.take()
    outbox.send(frame("y" * 20))
    assert outbox.is_open
    outbox.send(frame("y" * 20))
    assert not outbox.is_open


async def test_closing_lets_out_what_waits() -> None:
    """A goodbye comes after the last line, and the first reason stands."""
    outbox = Outbox("sse", 1000)
    outbox.send(frame("last"))
    outbox.close(CloseCode.SERVICE_RESTART)
    outbox.close(None)
    assert outbox.code is CloseCode.SERVICE_RESTART
    assert len(await outbox.take()) == 1
    assert await outbox.take() == []
