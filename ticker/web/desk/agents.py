"""What browsers call themselves (RFC 9110 §10.1.5), in the words of people. Pure."""

from __future__ import annotations

from typing import Final

# The first that fits: most browsers name those that they are like, too.
_BROWSERS: Final = (
    *(("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet")),
    *(("Vivaldi/", "Vivaldi"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox")),
    *(("Chromium/", "Chromium"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome")),
    *(("Safari/", "Safari"), ("curl/", "curl")),
)
_SYSTEMS: Final = (
    *(("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad")),
    *(("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux")),
)


def browser_of(agent: str) -> tuple[str, str]:
    """Browser and system of a `User-Agent`; "" for what it does not say."""
    return _first(_BROWSERS, agent), _first(_SYSTEMS, agent)


def _first(table: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for mark, name in table if mark in agent), "")
