"""Child processes that never outlive us."""

from __future__ import annotations

import os
import subprocess
from functools import partial
from typing import TYPE_CHECKING

from ticker.server.process import die_with_parent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


def spawn(
    line: Sequence[str], log: Path, env: Mapping[str, str] | None = None, said: str = ""
) -> subprocess.Popen[bytes]:
    """Start a program that writes to a log, and that is told something to begin with."""
    with log.open("ab") as out:
        process = subprocess.Popen(
            line,
            env=env,
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=out,
            preexec_fn=partial(die_with_parent, os.getpid()),  # noqa: PLW1509 - from the main thread
        )
    assert process.stdin is not None
    process.stdin.write(said.encode())
    process.stdin.close()
    return process
