"""`ticker bench …`: each benchmark starts a service of its own on loopback and stops it."""

from __future__ import annotations

import argparse
import asyncio
from typing import Any

from ticker.ops.bench.latency import measure
from ticker.ops.bench.service import BenchError

__all__ = ["BenchError", "add"]


def add(commands: Any) -> None:
    """Add the benchmarks to the command line."""
    bench = commands.add_parser("bench", help="measure this service on this machine")
    kinds = bench.add_subparsers(required=True, metavar="KIND")
    latency = kinds.add_parser("latency", help="from an editor's post to a reader's screen")
    latency.add_argument("--readers", type=_count, default=100)
    latency.add_argument("--posts", type=_count, default=200)
    latency.add_argument("--json", action="store_true", help="one JSON object")
    latency.set_defaults(run=_latency)


def _latency(options: argparse.Namespace) -> None:
    result = asyncio.run(measure(options.readers, options.posts))
    print(result.as_json() if options.json else result.as_text())


def _count(text: str) -> int:
    count = int(text)
    if count not in range(1, 10_001):
        raise argparse.ArgumentTypeError("must be from 1 to 10000")
    return count
