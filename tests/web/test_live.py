"""The live endpoint over WebSocket and Server-Sent Events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.service import receive

if TYPE_CHECKING:
    from tests.support.service import Running


async def test_hello_comes_first_on_an_empty_wire(service: Running) -> None:
    """A reader of an edition without lines is greeted all the same."""
    async with service.live("ar") as reader:
        hello = await receive(reader)
    assert hello["type"] == "hello"
    assert hello["reset"] is True
    assert hello["flashes"] == []


async def test_a_line_reaches_both_transports(service: Running) -> None:
    """A line that an editor posts is on every screen, whatever carries it."""
    async with service.live("en") as reader, service.sse("en") as other:
        await receive(reader)
        await other.message()
        posted = await service.post("en", "A line")
        assert (await receive(reader))["flash"]["id"] == posted["id"]
        assert (await other.message())["flash"]["id"] == posted["id"]
