"""`ticker post --batch`: many lines from a file of JSON Lines (https://jsonlines.org)."""

from __future__ import annotations

import json
import sys
from collections import deque
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ticker.client import ClientError
from ticker.commands.progress import Progress
from ticker.news.document import dumps

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from typing import TextIO

    from ticker.client import Client, Filed


async def post_all(client: Client, options: argparse.Namespace) -> None:
    """File each line of a file, and say what became of it, in their order.

    Raises:
        ClientError: Some were refused, or the service is away; what came before is filed.
        OSError: The file cannot be read.
    """
    numbers: deque[int] = deque()
    refused = count = 0
    with _opened(options.batch) as file, Progress("posted", "lines") as progress:
        lines = _lines(file, numbers, options.edition)
        filing = client.publish_all(lines, draft=options.draft, clean=options.clean)
        async with aclosing(filing) as results:
            async for filed in results:
                count += 1
                refused += filed.problem is not None
                progress.clear()
                _tell(numbers.popleft(), filed, as_json=options.json)
                progress.at(count)
    if refused:
        raise ClientError(f"{refused} of {count} lines were refused")


def _lines(file: TextIO, numbers: deque[int], edition: str | None) -> Iterator[Any]:
    """What each line says; what is no JSON goes as it is, and is refused as such."""
    for number, text in enumerate(file, start=1):
        if not text.strip():
            continue
        numbers.append(number)
        try:
            line = json.loads(text)
        except ValueError:
            line = text.strip()
        if isinstance(line, dict) and edition is not None:
            line = {"edition": edition, **line}
        yield line


def _tell(number: int, filed: Filed, *, as_json: bool) -> None:
    problem = filed.problem
    if as_json:
        if problem is None:
            said: dict[str, Any] = {"line": number, "status": 201, "flash": filed.flash}
        else:
            said = {"line": number, "status": problem.status, "problem": problem.document}
        print(dumps(said), flush=True)
    elif filed.flash is not None:
        print(filed.flash["id"], flush=True)
    if problem is not None:
        print(f"ticker: line {number}: {problem}", file=sys.stderr)


@contextmanager
def _opened(name: str) -> Iterator[TextIO]:
    if name == "-":
        yield sys.stdin
        return
    with Path(name).open(encoding="utf-8") as file:
        yield file
