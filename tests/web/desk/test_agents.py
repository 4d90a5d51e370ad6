"""What browsers are called."""

from __future__ import annotations

import pytest

from ticker.web.desk.agents import browser_of

MOZILLA = "Mozilla/5.0 "


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (f"{MOZILLA}(X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", ("Firefox", "Linux")),
        (f"{MOZILLA}(Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0",
         ("Edge", "Windows")),
        (f"{MOZILLA}(Linux; Android 15) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36",
         ("Chrome", "Android")),
        (f"{MOZILLA}(Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1 Version/18.0 Safari/605.1",
         ("Safari", "macOS")),
        (f"{MOZILLA}(iPhone; CPU iPhone OS 18_0 like Mac OS X) CriOS/130.0 Safari/604.1",
         ("Chrome", "iPhone")),
        ("<script>alert(1)</script>", ("", "")),
        ("", ("", "")),
    ],
)  # fmt: skip
def test_browsers_are_told_apart(agent: str, words: tuple[str, str]) -> None:
    """People see which of their browsers it is, and nothing of what a stranger calls itself."""
    assert browser_of(agent) == words
