from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.support.process import PATIENCE, await_end, environment, watched

_PARENT = """
import os, subprocess, sys
from functools import partial
from ticker.server.process import die_with_parent
child = subprocess.Popen(
    ["sleep", "1000"], preexec_fn=partial(die_with_parent, os.getpid()), start_new_session=True
)
print(child.pid, flush=True)
sys.stdin.read()
"""
_ORPHAN = """
import os
from ticker.server.process import die_with_parent
die_with_parent(int(os.environ["PARENT"]))
print("lives")
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help is Linux's")


def test_killed_parent() -> None:
    """A process that is tied to the service dies with it, even in a session of its own."""
    with subprocess.Popen(
        [sys.executable, "-c", _PARENT],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        with watched(int(parent.stdout.readline())) as end:
            parent.kill()
            await_end(end)


@pytest.mark.parametrize(
    ("parent", "code", "out"), [(0, 0, "lives\n"), (1, 1, "")], ids=["alive", "gone-before"]
)
def test_parent_gone_before(parent: int, code: int, out: str) -> None:
    """A process whose parent died before it was tied to it ends at once."""
    done = subprocess.run(
        [sys.executable, "-c", _ORPHAN],
        env=environment({"PARENT": str(parent + os.getpid())}),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stdout) == (code, out)
