"""Many lines by `POST /v1/flashes`: as many requests as it takes, a result for each line."""

from __future__ import annotations

import asyncio
import json
import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from ticker.client.calls import Ask, Calls, written
from ticker.client.errors import ProblemError, TooManyError, of_result
from ticker.client.shapes import Filed

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterable, Iterable, Mapping

    from ticker.client.shapes import NewLine

# What one request may have; a line may be refused for its length, and the rest must not be.
_LINES_MAX: Final = 20
_BYTES_MAX: Final = 64 * 1024
_TRIES: Final = 4
_WAIT_SECONDS: Final = 1.0


async def publish_all(
    calls: Calls,
    lines: Iterable[NewLine] | AsyncIterable[NewLine],
    how: Mapping[str, Any],
    key: str | None,
) -> AsyncGenerator[Filed]:
    """File lines in their order; `Client.publish_all` says more.

    Raises:
        ClientError: A request as a whole was refused, or not answered; what came before is filed.
    """
    name, number = key or secrets.token_hex(16), 0
    async for group in _groups(lines):
        # The key of a list is for that list alone.
        for filed in await _file(calls, group, how, f"{name}-{number}"):
            yield filed
        number += 1


async def _file(
    calls: Calls, lines: list[NewLine], how: Mapping[str, Any], key: str
) -> list[Filed]:
    """One list; lines that the store was away for are asked for again by the key of all."""
    ask = Ask(method="POST", path="/v1/flashes", query=how, body=lines)
    for tried in range(1, _TRIES + 1):
        try:
            results = (await _patiently(calls, ask, key))["results"]
        except ProblemError as refusal:
            if len(lines) > 1 or refusal.status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
                raise
            return [Filed(lines[0], problem=refusal)]
        filed = [_filed(*it) for it in zip(lines, results, strict=True)]
        lost = [it.problem.retry_after for it in filed if it.problem and it.problem.passing]
        if not lost or tried == _TRIES:
            break
        await asyncio.sleep(max(_WAIT_SECONDS, *lost))
    return filed


async def _patiently(calls: Calls, ask: Ask, key: str) -> Any:
    """The answer, however long it takes until so many lines may be asked for."""
    while True:
        try:
            return await calls.write(ask, key)
        except TooManyError as error:
            await asyncio.sleep(max(_WAIT_SECONDS, error.retry_after))


def _filed(line: NewLine, result: Mapping[str, Any]) -> Filed:
    refusal = of_result(result["problem"]) if "problem" in result else None
    return Filed(line, result.get("flash"), refusal)


async def _groups(
    lines: Iterable[NewLine] | AsyncIterable[NewLine],
) -> AsyncGenerator[list[NewLine]]:
    group: list[NewLine] = []
    size = 0
    async for given in _each(lines):
        line = written(given)
        length = len(json.dumps(line))
        if group and (len(group) == _LINES_MAX or size + length > _BYTES_MAX):
            yield group
            group, size = [], 0
        group.append(line)
        size += length
    if group:
        yield group


async def _each(lines: Iterable[NewLine] | AsyncIterable[NewLine]) -> AsyncGenerator[NewLine]:
    if hasattr(lines, "__aiter__"):
        async for line in lines:
            yield line
    else:
        for line in lines:
            yield line
