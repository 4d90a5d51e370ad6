"""`ticker verify`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import redis

from tests.support.process import ticker
from ticker.store.keys import Keys

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.process import Here
    from tests.support.service import Running


async def test_a_broken_log_is_named(service: Running) -> None:
    """Whole logs are counted; a broken one ends the command with the entry and why."""
    await service.post("en", "One")
    store = ("--redis", service.settings.redis_url)
    whole = ticker("verify", *store)
    assert whole.code == 0
    assert whole.out.splitlines()[:2] == ["en: 1 entries, unbroken", "ar: 0 entries, unbroken"]
    with redis.Redis.from_url(service.settings.redis_url) as client:
        client.hset(Keys("en").head, "tag", "0" * 16)
    assert ticker("verify", *store).refusal.startswith("en: broken at entry 1: the head says")
    assert ticker("verify", "--edition", "ar", *store).out.startswith(
        "ar: 0 entries, unbroken\naudit: "
    )
    assert "xx is none of" in ticker("verify", "--edition", "xx", *store).refusal


@pytest.mark.parametrize("command", [("verify",), ("export", "-")])
def test_a_slip_in_the_directory(here: Here, command: tuple[str, ...], tmp_path: Path) -> None:
    """Where there never was a store nothing is called whole, and no store is made."""
    nowhere = tmp_path / "typo"
    refused = here(*command, "--data", nowhere)
    assert refused.refusal == f"there is no store in {nowhere}: is it the right one?"
    assert not nowhere.exists()
