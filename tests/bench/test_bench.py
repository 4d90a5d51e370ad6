from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.support.process import ticker

if TYPE_CHECKING:
    from tests.support.process import Here


def test_latency() -> None:
    """The benchmark counts every delivery, and its figures are in order."""
    done = ticker("bench", "latency", "--readers", "5", "--posts", "5", "--json")
    assert (done.code, done.err) == (0, "")
    result = json.loads(done.out)
    assert (result["readers"], result["posts"], result["deliveries"]) == (5, 5, 25)
    assert 0 < result["p50_ms"] <= result["p99_ms"] <= result["max_ms"] < 10_000
    assert 0 < result["accepted_p50_ms"] <= result["max_ms"]


def test_latency_for_people() -> None:
    """Without --json the benchmark prints one line that a person understands."""
    done = ticker("bench", "latency", "--readers", "1", "--posts", "1")
    assert done.code == 0
    assert re.fullmatch(r"1 posts to 1 readers, 1 deliveries: p50 .* ms.*\n", done.out)


@pytest.mark.parametrize("count", ["0", "-1", "10001", "many", "1.5"])
def test_wrong_counts(here: Here, count: str) -> None:
    """A number that cannot be is a mistake in usage, and is said to be one."""
    done = here("bench", "latency", f"--readers={count}")
    assert done.code == 2
    assert "--readers" in done.err
    assert "Traceback" not in done.err
