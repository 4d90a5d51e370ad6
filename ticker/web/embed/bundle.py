"""Bundler: joins `static/ticker/*.js` into the one file that sites embed, and minifies it.

The modules run as they are; this is for speed. Run by the package build (hatchling), also for an
editable install, so a checkout serves what a wheel serves. Knows nothing of the rest of the
package: the build has none of its dependencies.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if TYPE_CHECKING:
    from collections.abc import Callable

_ENTRY = "define.js"
_IMPORT = re.compile(r'^import [^;]*?"\./([\w.]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=const|function|class|async)", re.MULTILINE)
_SHEET = re.compile(r"^const CSS = (`.*?`);\n", re.MULTILINE | re.DOTALL)
_CONTAINER = re.compile(r"(?<=\n)(@container [^{]+\{)(.*?)\n(?=\})", re.DOTALL)
_CUSTOM_PROPERTY = re.compile(r"(?<=--_)[\w-]+")
_CONST = re.compile(r"\bconst (?=[\w{[])")
# The minifier's own order of letters: what recurs beside them is compressed together with them.
_LETTERS = "etnsoiarcldumhfpgvbjykwxzqETNSOIARCLDUMHFPGVBJYKWXZQ"
# Properties of the widget's own objects. None is a word of a browser, of the protocol, of pages or
# between tabs, and none stands in a string: whoever has the bundle alone cannot miss them.
INTERNAL = (
    *("backfill", "changes", "claim", "filtered", "fit", "grace", "hear", "hold", "ladder"),
    *("lead", "leads", "leave", "rank", "removed", "reworded", "shown", "since"),
    *("tell", "tick", "topics", "trackWidth", "views", "waiting", "where"),
)
_INTERNAL = re.compile(rf"(?<![\w$#])(?:{'|'.join(INTERNAL)})(?![\w$])")


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
    return squeeze(script, minify.string)


def squeeze(script: str, minify: Callable[[str, str], str]) -> str:
    """Minification: of code and of the style sheet in it, and of names that only the widget knows.

    Args:
        script: All modules, as `join` makes them.
        minify: Takes a media type and a text.
    """
    [sheet] = _SHEET.findall(script)
    # Code is compressed better in one piece.
    code = _SHEET.sub("", script).replace("() =>", "(CSS) =>", 1).removesuffix("();\n")
    whole = f"{_CONST.sub('let ', code)}({_style(sheet, minify)});"
    short = minify("application/javascript", whole)
    return _renamed(_INTERNAL, _renamed(_CUSTOM_PROPERTY, short))


def _style(sheet: str, minify: Callable[[str, str], str]) -> str:
    """The style sheet; the minifier leaves what stands in `@container` as it is."""
    inner = _CONTAINER.sub(lambda it: it[1] + minify("text/css", it[2]), sheet.strip("`"))
    return f"`{minify('text/css', inner)}`"


def _renamed(pattern: re.Pattern[str], script: str) -> str:
    """A letter for each name that the pattern finds, those of its first kind for the commonest."""
    names = [name for name, _ in Counter(pattern.findall(script)).most_common()]
    letters = dict(zip(names, _LETTERS, strict=False))
    return pattern.sub(lambda it: letters[it[0]], script)


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
