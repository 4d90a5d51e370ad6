"""Module graph of a page's scripts: who knows it fetches all of it at once (`modulepreload`)."""

from __future__ import annotations

import re
from functools import cache
from posixpath import dirname, join, normpath
from typing import Final

from ticker.settings import static_dir

_IMPORT: Final = re.compile(r'^(?:import|export) (?:[^;"]*? from )?"(\.[^"]+)";$', re.MULTILINE)


@cache
def imports_of(entry: str) -> tuple[str, ...]:
    """Files that a script imports, directly or not, as they come to be needed.

    Args:
        entry: The script, a path within the static files; so are those that are returned.
    """
    found: dict[str, None] = {}
    waiting = [entry]
    while waiting:
        name = waiting.pop(0)
        text = (static_dir() / name).read_text(encoding="utf-8")
        for path in _IMPORT.findall(text):
            needed = normpath(join(dirname(name), path))
            if needed != entry and needed not in found:
                found[needed] = None
                waiting.append(needed)
    return tuple(found)


@cache
def parts_of(mode: str, lang: str) -> tuple[str, ...]:
    """Addresses of the parts of the widget's script that a banner fetches later (code splitting).

    Args:
        mode: How it shows lines.
        lang: Of its words (BCP 47).
    """
    dist = static_dir() / "dist"
    needed = (mode, lang.partition("-")[0].lower())
    return tuple(f"/{it.name}" for name in needed for it in dist.glob(f"ticker-{name}-*.js"))
