from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ticker.client import Client, InvalidError

if TYPE_CHECKING:
    from tests.support.service import Running


async def test_a_result_for_each_line(service: Running) -> None:
    """Of many lines each is judged by itself, whatever the others are, and in their order."""
    lines: list[Any] = [{"edition": "en", "headline": f"line {number}"} for number in range(45)]
    lines[7] = {"edition": "en", "headline": ""}
    lines[30] = "no object"
    lines[44] = {"edition": "en", "headline": "x" * 100_000}
    filed = [it async for it in Client(service.url, service.token).publish_all(lines)]
    assert [it.line for it in filed] == lines
    refused = {number for number, it in enumerate(filed) if it.problem is not None}
    assert refused == {7, 30, 44}
    assert isinstance(filed[7].problem, InvalidError)
    assert [it.flash["headline"] for it in filed if it.flash] == [
        f"line {number}" for number in range(45) if number not in refused
    ]


async def test_the_same_list_by_the_same_key_is_filed_once(service: Running) -> None:
    """An import that is started again under its key files nothing twice."""
    lines: list[Any] = [{"edition": "en", "headline": f"line {number}"} for number in range(25)]
    client = Client(service.url, service.token)
    first = [it.flash async for it in client.publish_all(lines, key="night")]
    assert [it.flash async for it in client.publish_all(lines, key="night")] == first
