"""Module graph of a page's scripts: fetched all at once (`modulepreload`), or bundled into one."""

from __future__ import annotations

import re
from functools import cache
from posixpath import dirname, join, normpath
from typing import Final

from ticker.settings import static_dir

_NAMED: Final = re.compile(r'^import (?:(\{[^}]*\}) from )?"(\.[^"]+)";$', re.MULTILINE)
_EXPORT: Final = re.compile(
    r"^export (?=(?:class|const|function|async function) (\w+))", re.MULTILINE
)
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
def bundled(entry: str) -> str:
    """Bundle: a script with all that it imports, each module in a scope of its own.

    Args:
        entry: The script, a path within the static files.

    Raises:
        ValueError: A module needs itself, so no order is right.
    """
    scopes: dict[str, str] = {}
    waiting: list[str] = []
    parts: list[str] = []

    def take(name: str) -> None:
        if name in waiting:
            raise ValueError(f"{name} is imported by what it imports")
        waiting.append(name)

        def bound(found: re.Match[str]) -> str:
            needed = normpath(join(dirname(name), found[2]))
            if needed not in scopes:
                take(needed)
            return f"const {found[1].replace(' as ', ': ')} = {scopes[needed]};" if found[1] else ""

        text = _NAMED.sub(bound, (static_dir() / name).read_text(encoding="utf-8"))
        scopes[name] = f"module{len(scopes)}"
        exported = ", ".join(_EXPORT.findall(text))
        text = _EXPORT.sub("", text)
        parts.append(f"const {scopes[name]} = (() => {{\n{text}return {{ {exported} }};\n}})();\n")
        waiting.pop()

    take(entry)
    return "".join(parts)


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
