"""Bundler: joins `static/ticker/*.js` into the one file that sites embed, and minifies it.

The modules run as they are; this is for speed. Run by the package build (hatchling), also for an
editable install, so a checkout serves what a wheel serves. Knows nothing of the rest of the
package: the build has none of its dependencies.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_ENTRY = "define.js"
_IMPORT = re.compile(r'^import [^;]*?"\./([\w.]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=const|function|class|async)", re.MULTILINE)
_SHEET = re.compile(r"(?<=const CSS = `).*?(?=`;)", re.DOTALL)


class WidgetHook(BuildHookInterface[Any]):
    """Build hook (hatchling): builds the widget before anything is packed."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write `static/dist/ticker.js`."""
        static = Path(self.root) / "static"
        target = static / "dist" / "ticker.js"
        target.parent.mkdir(exist_ok=True)
        target.write_text(build(static / "ticker"), encoding="utf-8")


def build(folder: Path) -> str:
    """The widget as one script; minified where the minifier has a build for this machine."""
    script = join(folder)
    try:
        import minify  # noqa: PLC0415 - only a build has it, and not every one
    except ImportError:
        return script
    squeezed = _SHEET.sub(lambda css: minify.string("text/css", css[0]), script)
    whole: str = minify.string("application/javascript", squeezed)
    return whole


def join(folder: Path) -> str:
    """All modules that the entry needs, in one scope, each after those it imports.

    Names of a module's top level must differ from those of all others.
    """
    taken: dict[str, str] = {}

    def take(name: str) -> None:
        if name in taken:
            return
        text = (folder / name).read_text(encoding="utf-8")
        taken[name] = ""
        for needed in _IMPORT.findall(text):
            take(needed)
        del taken[name]
        taken[name] = _EXPORT.sub("", _IMPORT.sub("", text))

    take(_ENTRY)
    return f"(() => {{\n{''.join(taken.values())}}})();\n"
