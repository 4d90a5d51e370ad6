"""Bundler: makes of `static/ticker/*.js` the scripts that sites embed, and minifies them.

One script is what every banner needs first; each part that `parts.js` imports is a file of its own,
named by its content (code splitting); and one script is whole, for sites that pin it by its hash.
The modules run as they are; this is for speed. Run by the package build (hatchling), also for an
editable install, so a checkout serves what a wheel serves. Knows nothing of the rest of the
package: the build has none of its dependencies.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST = "ticker.js"
WHOLE = "whole.js"
_ENTRY = "define.js"
_LOADER = "parts.js"
_DIGEST = "00000000"
_IMPORT = re.compile(r'^import (?:\{([^}]*)\} from )?"\./([\w.]+)";\n', re.MULTILINE)
_PARTS = re.compile(r"^const PARTS = \[([^\]]*)\];$", re.MULTILINE)
_LATER = re.compile(r"import\(`\./\$\{name\}\.js(\$\{\w+\})`\)")
_EXPORT = re.compile(r"^export (?=const|function|class|async)", re.MULTILINE)
_EXPORTED = re.compile(r"^export (?:const|(?:async )?function|class) (\w+)", re.MULTILINE)
_SHEET = re.compile(r"^const (\w*CSS) = (`.*?`);\n", re.MULTILINE | re.DOTALL)
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
        """Write `static/dist/`."""
        static = Path(self.root) / "static"
        target = static / "dist"
        rmtree(target, ignore_errors=True)
        target.mkdir()
        for name, script in build(static / "ticker").items():
            (target / name).write_text(script, encoding="utf-8")


def build(folder: Path) -> dict[str, str]:
    """The scripts by name; minified where the minifier has a build for this machine."""
    try:
        import minify  # noqa: PLC0415 - only a build has it, and not every one
    except ImportError:
        return bundle(folder, None)
    return bundle(folder, minify.string)


def bundle(folder: Path, minify: Callable[[str, str], str] | None) -> dict[str, str]:
    """The scripts by name: the first one, its parts, and the whole.

    Args:
        folder: The modules.
        minify: Takes a media type and a text; None: all stays as it is.
    """
    scripts, whole = split(folder), {WHOLE: join(folder)}
    if minify:
        scripts, whole = squeeze(scripts, minify), squeeze(whole, minify)
    first = scripts.pop(FIRST)
    # One hash for all parts: the first script needs but one.
    digest = hashlib.sha384("".join(scripts.values()).encode()).hexdigest()[:8]
    parts = {f"ticker-{part}-{digest}.js": text for part, text in scripts.items()}
    return {FIRST: first.replace(_DIGEST, digest), **parts, **whole}


def join(folder: Path) -> str:
    """All modules in one scope, parts too, each after those it imports.

    Names of a module's top level must differ from those of all others.
    """
    modules: dict[str, str] = {}
    for name in (*(f"{part}.js" for part in parts_of(folder)), _ENTRY):
        modules |= _modules(folder, name)
    results = ", ".join(_exports(folder, part) for part in parts_of(folder))
    code = _LATER.sub(f"Promise.resolve({{ {results} }})", _joined(modules))
    return f"(() => {{\n{code}}})();\n"


def split(folder: Path) -> dict[str, str]:
    """The first script, and its parts by name: functions of what they take from it."""
    first = _modules(folder, _ENTRY)
    own = {
        part: {k: v for k, v in _modules(folder, f"{part}.js").items() if k not in first}
        for part in parts_of(folder)
    }
    needed = [it for part in own.values() for text in part.values() for it in _IMPORT.findall(text)]
    names = [
        name.strip() for listed, module in needed if module in first for name in listed.split(",")
    ]
    takes = ", ".join(sorted({name for name in names if name}))
    scripts = {
        part: f"export default ({takes}) => {{\n{_joined(modules)}"
        f"return {{ {_exports(folder, part)} }};\n}};\n"
        for part, modules in own.items()
    }
    address = f"import(`./ticker-${{name}}-{_DIGEST}.js\\1`)"
    code = _LATER.sub(f"{address}.then((part) => part.default({takes}))", _joined(first))
    return {FIRST: f"(() => {{\n{code}}})();\n", **scripts}


def parts_of(folder: Path) -> list[str]:
    """Names of the parts that are fetched later."""
    loader = folder / _LOADER
    if not loader.is_file():
        return []
    [listed] = _PARTS.findall(loader.read_text(encoding="utf-8"))
    return re.findall(r"\w+", listed)


def squeeze(scripts: dict[str, str], minify: Callable[[str, str], str]) -> dict[str, str]:
    """Minification: of code and of the style sheets in it, and of names that only the widget knows.

    Args:
        scripts: By name; what one knows by a name the others know by the same.
        minify: Takes a media type and a text.
    """
    short = {name: _minified(text, minify) for name, text in scripts.items()}
    return _renamed(_INTERNAL, _renamed(_CUSTOM_PROPERTY, short))


def _minified(script: str, minify: Callable[[str, str], str]) -> str:
    sheets = {name: _style(sheet, minify) for name, sheet in _SHEET.findall(script)}
    main = sheets.pop("CSS", None)
    kept = {name: f"const {name} = {sheet};\n" for name, sheet in sheets.items()}
    code = _SHEET.sub(lambda it: kept.get(it[1], ""), script)
    if main:
        # Code is compressed better in one piece.
        code = f"{code.replace('() =>', '(CSS) =>', 1).removesuffix('();' + chr(10))}({main});"
    return minify("application/javascript", _CONST.sub("let ", code))


def _style(sheet: str, minify: Callable[[str, str], str]) -> str:
    """The style sheet; the minifier leaves what stands in `@container` as it is."""
    inner = _CONTAINER.sub(lambda it: it[1] + minify("text/css", it[2]), sheet.strip("`"))
    return f"`{minify('text/css', inner)}`"


def _renamed(pattern: re.Pattern[str], scripts: dict[str, str]) -> dict[str, str]:
    """A letter for each name that the pattern finds, those of its first kind for the commonest."""
    count = Counter(pattern.findall("".join(scripts.values())))
    letters = dict(zip((name for name, _ in count.most_common()), _LETTERS, strict=False))
    return {k: pattern.sub(lambda it: letters[it[0]], text) for k, text in scripts.items()}


def _modules(folder: Path, entry: str) -> dict[str, str]:
    """Texts of all modules that one imports, and its own, each after those it needs."""
    taken: dict[str, str] = {}

    def take(name: str) -> None:
        if name in taken:
            return
        text = (folder / name).read_text(encoding="utf-8")
        taken[name] = ""
        for _, needed in _IMPORT.findall(text):
            take(needed)
        del taken[name]
        taken[name] = text

    take(entry)
    return taken


def _joined(modules: dict[str, str]) -> str:
    return "".join(_EXPORT.sub("", _IMPORT.sub("", text)) for text in modules.values())


def _exports(folder: Path, part: str) -> str:
    return ", ".join(_EXPORTED.findall((folder / f"{part}.js").read_text(encoding="utf-8")))
