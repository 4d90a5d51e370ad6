"""Listeners of the tests themselves leave nothing behind."""

from __future__ import annotations

import asyncio
import gc
import warnings

from tests.support.listening import listening


async def test_a_connection_on_which_nothing_was_said_ends() -> None:
    """A browser connects beforehand: found unclosed, that would fail whichever test comes later."""
    begun = asyncio.Event()

    async def handle(incoming: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        begun.set()
        await incoming.readuntil(b"\r\n\r\n")

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        async with listening(handle) as port:
            incoming, outgoing = await asyncio.open_connection("127.0.0.1", port)
            await begun.wait()
        assert await incoming.read() == b""
        outgoing.close()
        await outgoing.wait_closed()
        gc.collect()
    assert [str(warning.message) for warning in caught] == []
